"""Experiments and benchmarks are run seldom: what they import of the project has to be there all the same."""

from __future__ import annotations

import ast
from importlib import import_module

import pytest

from tests.support.paths import ROOT

FILES = sorted((ROOT / "experiments").rglob("*.py"))
OURS = ("forecasting", "models", "experiments", "tests")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_what_is_imported_of_the_project_is_there(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.ImportFrom) or (node.module or "").split(".")[0] not in OURS:
            continue
        module = import_module(node.module)
        for name in node.names:
            assert hasattr(module, name.name) or import_module(f"{node.module}.{name.name}"), name.name
