"""What the documents say of the code is so: names, columns, settings, links, and the command line."""

from __future__ import annotations

import importlib.util
import re
import tomllib
from pathlib import Path

import pytest
import yaml

from forecasting.dataset.tables import TABLES, Kind
from forecasting.policies.registry import IN_HINDSIGHT, POLICIES, RECORDED
from models.registry import MODELS
from tests.support.paths import ROOT

DOCS = ROOT / "docs"
PAGES = sorted([ROOT / "README.md", ROOT / "CHANGELOG.md", *DOCS.rglob("*.md")])

SETTING = re.compile(
    r"--set[ =](?!name=value)(?P<option>[a-z_]+)="  # --set bucket=week
    r"|`(?P<pair>[a-z_]+): [^`\s]+`"  # `warmup: none`
    r"|[Ss]ettings? (?P<list>`[a-z_]+`(?:(?:,| and| or|, and) `[a-z_]+`)*)"  # the settings `a`, `b` and `c`
)


def text(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


def sections(page: str) -> dict[str, str]:
    """The text below each second-level heading."""
    parts = re.split(r"^## +(.+)$", page, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def first_cells(markdown: str) -> list[str]:
    """What stands in backticks at the start of each row of the tables."""
    return re.findall(r"^\| `([^`]+)`", markdown, re.MULTILINE)


def script(name: str):
    """A script of the documentation, as a module."""
    found = importlib.util.spec_from_file_location(name, DOCS / f"{name}.py")
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def write_cli():
    return script("write_cli")


@pytest.mark.parametrize("columns", ["40", "200"])
def test_the_page_of_the_command_line_is_up_to_date(write_cli, monkeypatch, columns):
    monkeypatch.setenv("COLUMNS", columns)
    assert text("cli.md") == write_cli.text(), "docs/cli.md is stale: run make docs"


def test_the_page_of_the_outputs_is_up_to_date():
    assert text("outputs.md") == script("write_outputs").text(), "docs/outputs.md is stale: run make docs"


def test_every_command_is_documented_with_an_example(write_cli):
    documented = sections(text("cli.md"))
    commands = list(write_cli.commands())
    assert [name for name, _, _ in commands] == list(documented)
    for name, command, _ in commands:
        example = re.search(r"Example: (.*)", documented[name])
        is_group = hasattr(command, "commands")
        assert is_group or (example and example[1].startswith(f"{name} ")), f"{name} has no example"
        assert [option.name for option in command.params if not option.help] == [], f"{name}: without help"


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_every_column_of_a_dataset_is_documented(table):
    section = sections(text("datasets.md"))[table.name]
    rows = re.findall(r"^\| `(\w+)`(\*?) \| ([^|]*) \|", section, re.MULTILINE)
    documented = {name: (star == "*", holds) for name, star, holds in rows if name != "column"}
    assert list(documented) == [column.name for column in table.columns]
    for column in table.columns:
        required, holds = documented[column.name]
        assert required == column.required, column.name
        assert f"{holds} ".startswith(expected_kind(column)), f"{table.name}.{column.name}: {holds}"
    if table.key:
        assert f"Key: {', '.join(table.key)}." in section


def expected_kind(column) -> str:
    """How the page begins to say what a column holds."""
    if column.kind is Kind.CHOICE:
        words = [f"`{word}`" for word in column.choices]
        return ", ".join(words) if len(words) < 7 else f"{words[0]} .. {words[-1]}"
    if column.kind is not Kind.NUMBER:
        return {Kind.TEXT: "text", Kind.DATE: "date", Kind.TIME: "date or time"}[column.kind]
    if column.above is not None:
        return f"number > {column.above:g}"
    if column.maximum is not None:
        return f"number from {column.minimum:g} to {column.maximum:g}"
    if column.minimum is None:
        return "number "
    upper = " from 0 to `quantity`" if column.name == "quantity_shipped" else f" >= {column.minimum:g}"
    return f"number{upper}"


def test_the_tables_of_the_page_are_those_of_a_dataset():
    headings = list(sections(text("datasets.md")))
    assert headings == ["Reading", *(table.name for table in TABLES), "Making one"]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_setting_that_is_named_exists(page):
    known = set(yaml.safe_load((ROOT / "configs" / "default.yaml").read_text(encoding="utf-8")))
    assert settings_named(page.read_text(encoding="utf-8")) - known == set()


def settings_named(page: str) -> set[str]:
    named = set()
    for found in SETTING.finditer(page):
        named |= {found["option"], found["pair"], *re.findall(r"`(\w+)`", found["list"] or "")}
    return named - {None}


def test_settings_are_found_where_they_are_named():
    page = "--set name=value, --set a_b=1, `c: week`. Settings `d`, `e_f` and `g`; setting `h`; `i`, `j: k l`"
    assert settings_named(page) == {"a_b", "c", "d", "e_f", "g", "h"}


def test_every_model_has_a_row():
    rows = first_cells(text("models.md").split("\n## ")[0])
    assert sorted(rows) == sorted([*MODELS, "auto", "model"])


def test_every_policy_has_a_row_and_a_section():
    policies = [*POLICIES, *IN_HINDSIGHT]
    page = text("policies.md")
    assert sorted(first_cells(page.split("\n## ")[0])) == sorted(policies)
    assert set(policies) <= set(sections(page))
    for policy in policies:
        folder = "replay" if policy == RECORDED else "policies"
        assert (ROOT / "forecasting" / folder / f"{policy}.py").is_file()


def test_the_layers_of_the_page_are_those_that_are_enforced():
    with (ROOT / "pyproject.toml").open("rb") as file:
        contracts = tomllib.load(file)["tool"]["importlinter"]["contracts"]
    layers = next(contract["layers"] for contract in contracts if contract["type"] == "layers")
    assert "```text\n" + "\n".join(layers) + "\n```" in text("architecture.md")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_somewhere(page):
    said = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    for target in re.findall(r"\]\(([^)\s]+)\)", said):
        if not re.match(r"[a-z]+:", target):
            path, _, anchor = target.partition("#")
            leads_to = page.parent / path if path else page
            assert leads_to.exists(), f"{page.name} links to {target}"
            assert not anchor or anchor in anchors(leads_to), f"{page.name} links to {target}"


def anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ +(.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_file_of_the_code_that_is_named_exists(page):
    named = re.findall(
        r"`((?:forecasting|models|tests|configs|experiments|docs|\.ci)/[\w./-]*[\w/])`",
        page.read_text(encoding="utf-8"),
    )
    planned = {"forecasting/promises/", "forecasting/web/", "forecasting/scale/"}
    missing = {name for name in named if not (ROOT / name).exists() and "NAME" not in name}
    assert missing <= planned


def test_the_changelog_begins_with_this_version():
    with (ROOT / "pyproject.toml").open("rb") as file:
        version = tomllib.load(file)["project"]["version"]
    changes = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.search(r"^## (\S+)", changes, re.MULTILINE)[1] == version


def test_decisions_are_numbered_and_say_why():
    pages = sorted((DOCS / "decisions").glob("*.md"))
    for number, page in enumerate(pages, start=1):
        said = page.read_text(encoding="utf-8")
        assert page.name.startswith(f"{number:04d}-")
        assert said.startswith(f"# {number}. ")
        assert list(sections(said)) == ["Context", "Decision", "Consequences"]
