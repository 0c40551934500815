"""House rules, over the files that git keeps."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support.paths import ROOT

MOST_LINES = 350
LONGER = {
    "tests/forecasting/replay/test_options.py": "every option of a replay by a case worked out by hand",
    "tests/forecasting/sample/test_sample.py": "the sample is held against each promise of docs/sample.md",
    "tests/models/test_intermittent.py": "one panel and its twins for six models of sporadic demand",
    "tests/models/test_statsmodels.py": "what ETS and SARIMAX share is tested on both, side by side",
}
"""Python files that may be longer, and why. Everything else is split by meaning."""

# Put together from parts, so that this file does not break its own rule.
FOLDERS = "|".join(["home", "root", "work", "tmp", "Users", "mnt"])
MACHINE_PATH = re.compile(rf"(?<![\w.:~/-])/(?:{FOLDERS})/\w")


def tracked() -> list[Path]:
    """The files of the checkout that git keeps; none where there is no git, or no checkout."""
    if shutil.which("git") is None or not (ROOT / ".git").exists():
        return []
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    return [ROOT / name for name in sorted(listed.stdout.split("\0")) if name and (ROOT / name).is_file()]


FILES = tracked()
PYTHON = [path for path in FILES if path.suffix == ".py"]

pytestmark = pytest.mark.skipif(not FILES, reason="this is no git checkout")


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def test_no_file_names_a_path_of_one_machine():
    found = []
    for path in FILES:
        try:
            lines = path.read_text(encoding="utf-8").splitlines()
        except UnicodeDecodeError:
            continue
        found += [
            f"{name(path)}:{number}: {line.strip()}"
            for number, line in enumerate(lines, start=1)
            if MACHINE_PATH.search(line)
        ]
    assert found == []


def test_the_pattern_finds_such_paths_and_no_others():
    for folder in ("home", "tmp", "Users"):
        assert MACHINE_PATH.search(f'open("/{folder}/me/file")')
        assert not MACHINE_PATH.search(f"build/{folder}/file, https://host/{folder}/x, ../{folder}/x")


def test_requirements_name_versions_and_hashes_and_no_index():
    locks = [path for path in FILES if path.parent == ROOT / "requirements"]
    assert {path.name for path in locks} >= {"core.txt", "dev.txt"}
    for path in locks:
        said = path.read_text(encoding="utf-8")
        assert not re.search(r"^\s*(-i|-f|--(extra-)?index-url|--find-links|--trusted-host)\b", said, re.M)
        assert "://" not in said, f"{name(path)} names a place to download from"
        pinned = re.findall(r"^[\w.\-\[\]]+==\S+.*?(?=^\S|\Z)", said, re.MULTILINE | re.DOTALL)
        assert pinned and all("--hash=sha256:" in package for package in pinned), name(path)
        assert len(pinned) == len(re.findall(r"^[A-Za-z]", said, re.MULTILINE)), "every package is pinned"


def test_every_module_says_what_it_is():
    modules = [path for path in PYTHON if (ROOT / "tests") not in path.parents or path.name != "__init__.py"]
    assert len(modules) > 50
    undescribed = [name(path) for path in modules if not ast.get_docstring(ast.parse(path.read_bytes()))]
    assert undescribed == []


def test_no_python_file_is_long_without_a_reason():
    lines = {name(path): path.read_bytes().count(b"\n") for path in PYTHON}
    too_long = {path for path, count in lines.items() if count > MOST_LINES}
    assert too_long - set(LONGER) == set(), "split it by meaning, or give a reason in LONGER"
    assert set(LONGER) - too_long == set(), "no longer long: take it out of LONGER"


def test_nothing_that_is_made_is_kept():
    made = [path for path in FILES if path.suffix in {".pyc", ".parquet", ".db", ".sqlite", ".whl"}]
    large = [path for path in FILES if path.stat().st_size > 500_000]
    assert [name(path) for path in made + large] == []


def test_tests_mirror_the_rooms():
    """A newcomer finds the tests of a package at its own path below ``tests``."""
    rooms = {path.parent.relative_to(ROOT) for path in PYTHON if path.name == "__init__.py"}
    folders = {path.parent.relative_to(ROOT / "tests") for path in PYTHON if (ROOT / "tests") in path.parents}
    mirrored = {folder for folder in folders if folder.parts[:1] in {("models",), ("forecasting",)}}
    assert mirrored - rooms == set(), "tests of a package that there is not"
