"""The notebook of the documentation: every cell answers what stands below it."""

from __future__ import annotations

import importlib.util
import json
from types import ModuleType

from tests.support.paths import ROOT

DOCS = ROOT / "docs"


def writer() -> ModuleType:
    found = importlib.util.spec_from_file_location("write_notebook", DOCS / "write_notebook.py")
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


def test_every_cell_of_the_notebook_answers_what_stands_below_it():
    kept = json.loads((DOCS / "notebook.ipynb").read_text(encoding="utf-8"))
    anew = writer().notebook()

    for before, after in zip(kept["cells"], anew["cells"], strict=True):
        assert before == after, "docs/notebook.ipynb is stale: run make docs"
    assert kept["metadata"] == anew["metadata"]
    answered = [cell for cell in kept["cells"] if cell.get("outputs")]
    assert len(answered) >= 8
    assert sum("text/html" in output.get("data", {}) for cell in answered for output in cell["outputs"]) >= 6
