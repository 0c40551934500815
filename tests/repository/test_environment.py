"""The environment that make builds: its lock holds what pyproject.toml asks for, and its Python works."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.support.paths import ROOT

with (ROOT / "pyproject.toml").open("rb") as file:
    PYPROJECT = tomllib.load(file)


def locked(name: str) -> dict[str, Requirement]:
    """The packages of a lock, by name."""
    lines = (ROOT / "requirements" / name).read_text(encoding="utf-8").splitlines()
    found = [Requirement(line.rstrip("\\ ")) for line in lines if "==" in line]
    assert len({package.name for package in found}) == len(found), "one version of each, for every Python"
    return {canonicalize_name(package.name): package for package in found}


def missing(wanted: list[str], lock: dict[str, Requirement]) -> list[str]:
    """What the lock does not satisfy."""
    lacking = []
    for line in wanted:
        requirement = Requirement(line)
        package = lock.get(canonicalize_name(requirement.name))
        version = str(next(iter(package.specifier)).version) if package else ""
        if not version or not requirement.specifier.contains(version):
            lacking.append(line)
    return lacking


def test_the_locks_satisfy_every_requirement():
    project = PYPROJECT["project"]
    extras = [line for lines in project["optional-dependencies"].values() for line in lines]
    own = [line for line in extras if not line.startswith("reorder[")]
    core = project["dependencies"] + PYPROJECT["build-system"]["requires"]
    assert missing(core, locked("core.txt")) == [], "run make lock"
    assert missing(core + own, locked("dev.txt")) == [], "run make lock"


def test_what_is_missing_is_noticed():
    lock = {"numpy": Requirement("numpy==2.1.0")}
    assert missing(["numpy>=2", "numpy>=3", "Other"], lock) == ["numpy>=3", "Other"]


def test_the_core_is_a_part_of_the_whole():
    whole = locked("dev.txt")
    assert {name: str(package.specifier) for name, package in locked("core.txt").items()}.items() <= {
        name: str(package.specifier) for name, package in whole.items()
    }.items()


def test_what_builds_the_wheel_is_locked():
    assert PYPROJECT["dependency-groups"]["build"] == PYPROJECT["build-system"]["requires"]


def script(folder: Path, name: str, text: str) -> str:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
    path.chmod(0o755)
    return str(path)


def find_python(*candidates: str) -> subprocess.CompletedProcess[str]:
    command = ["sh", str(ROOT / ".ci" / "python"), *candidates]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_the_first_python_that_works_is_taken(tmp_path):
    broken = script(tmp_path, "python3.13", "exit 127")
    old = script(tmp_path, "python3.12", 'case "$*" in *version_info*) exit 1;; esac')
    bare = script(tmp_path, "python3.11", 'case "$*" in *venv*) exit 1;; esac')
    found = find_python(broken, old, bare, sys.executable)
    assert (found.returncode, found.stdout.strip(), found.stderr) == (0, sys.executable, "")
    found = find_python(broken, old, bare)
    assert (found.returncode, found.stdout) == (1, "")
    assert f"Older than 3.11: {old}\n" in found.stderr
    assert f"Without the module venv: {bare} (" in found.stderr
    assert "make PYTHON=" in found.stderr


REASONS = [("../shared/data/x is absent", 0), ("a shop is not served here: npm says no", 0), ("no server", 1)]


@pytest.mark.parametrize(("reason", "code"), REASONS)
def test_only_what_is_not_the_projects_may_be_skipped(tmp_path, reason, code):
    report = tmp_path / "tests.xml"
    report.write_text(
        f'<testsuites><testsuite><testcase classname="a" name="b"><skipped message="{reason}"/></testcase>'
        '<testcase classname="a" name="c"/></testsuite></testsuites>',
        encoding="utf-8",
    )
    command = [sys.executable, str(ROOT / ".ci" / "skips.py"), str(report)]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ran.returncode == code
    assert (f"a.b: {reason}" in ran.stderr) == (code == 1)
    assert (f"2 tests, 1 of them skipped:\n  {reason}" in ran.stdout) == (code == 0)
