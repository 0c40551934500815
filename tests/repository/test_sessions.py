"""The sessions that the pages show are real: each command runs, and says what stands below it."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from pathlib import Path

import pytest
import typer

from forecasting import cli
from forecasting.bootstrap import import_online_retail, write_sample
from tests.support.command import reorder
from tests.support.paths import ROOT, SHARED

PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").glob("*.md")])
ONLINE_RETAIL = SHARED / "data" / "online_retail_ii.parquet"

BROKEN = """order,ordered_at,sku,quantity
1,2011-01-03,a,2
2,2011-01-04,a,1O
3,2011-02-31,b,3
"""


@dataclass(frozen=True)
class Session:
    """A command as a page shows it, and what it shows of its output."""

    page: str
    command: str
    shown: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.page}: {' '.join(self.command.split()[:4])}"


def sessions(page: Path) -> list[Session]:
    """The commands of a page that begin with ``$ reorder``, each with the lines up to the next one."""
    found = []
    for block in re.findall(r"^```\w*\n(.*?)^```", page.read_text(encoding="utf-8"), re.M | re.S):
        for part in re.split(r"^\$ ", block.replace("\\\n", ""), flags=re.M)[1:]:
            command, _, output = part.partition("\n")
            lines = tuple(line.rstrip() for line in output.rstrip().split("\n"))
            found.append(Session(page.name, command.strip(), lines if output.strip() else ()))
    return found


ALL = [session for page in PAGES for session in sessions(page) if session.command.startswith("reorder ")]


def on(dataset: str) -> list[Session]:
    """The sessions with an output that run on the dataset of this name."""
    return [each for each in ALL if each.shown and dataset in each.command.split()]


def shows(session: Session, output: str) -> bool:
    """Whether the lines stand in the output, one after the other; ``...`` stands for any others.

    Lines are compared by their words: a page breaks a long one.
    """
    place, words = 0, " ".join(output.split())
    for chunk in " ".join(session.shown).split("..."):
        wanted = " ".join(chunk.split())
        place = words.find(wanted, place)
        if place < 0:
            return False
        place += len(wanted)
    return True


def test_there_are_sessions():
    assert len(ALL) >= 5
    assert {each.page for each in ALL} >= {"README.md"}


@pytest.mark.parametrize("session", ALL, ids=str)
def test_every_command_that_is_shown_can_be_called(session):
    """Its name and options exist; nothing is run."""
    words = shlex.split(session.command)[1:]
    command = typer.main.get_command(cli.app)
    while getattr(command, "commands", None):
        command = command.commands[words.pop(0)]
    context = command.make_context(command.name, words, resilient_parsing=False)
    assert context.params


@pytest.mark.parametrize("session", on("broken"), ids=str)
def test_what_a_broken_file_is_said_to_give_is_what_it_gives(session, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "orders.csv").write_text(BROKEN, encoding="utf-8")
    ended = reorder(*shlex.split(session.command)[1:])
    assert ended.code == 1
    assert shows(session, ended.out + ended.err), ended.err


@pytest.fixture(scope="module")
def online_retail(tmp_path_factory):
    if not ONLINE_RETAIL.is_file():
        pytest.skip("shared/data is absent: Online Retail II is not part of the project")
    folder = tmp_path_factory.mktemp("online_retail")
    import_online_retail(ONLINE_RETAIL, folder / "data")
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("session", on("data"), ids=str)
def test_what_a_real_wholesaler_is_said_to_give_is_what_it_gives(session, online_retail, monkeypatch):
    monkeypatch.chdir(online_retail)
    ended = reorder(*shlex.split(session.command)[1:])
    assert ended.code == 0
    assert shows(session, ended.out), ended.out


@pytest.mark.slow
@pytest.mark.parametrize("session", on("demo/data"), ids=str)
def test_what_the_sample_is_said_to_give_is_what_it_gives(session, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_sample(tmp_path / "demo" / "data", 400, 730, 1, "parquet")
    ended = reorder(*shlex.split(session.command)[1:])
    assert ended.code == 0
    assert shows(session, ended.out), ended.out
