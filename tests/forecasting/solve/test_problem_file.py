"""Problems for `reorder solve`: where they come from, and what if."""

from __future__ import annotations

import io
import json

import pytest

from forecasting.errors import RequestError
from forecasting.solve.problem_file import read_problem, replaced, tidied

PROBLEM = {"demand": {"family": "poisson", "mean": 20}, "holding": 1}


def test_a_problem_is_read_from_a_file_or_a_pipe(tmp_path, monkeypatch):
    file = tmp_path / "problem.json"
    file.write_text(json.dumps(PROBLEM))
    assert read_problem(str(file)) == PROBLEM
    monkeypatch.setattr("sys.stdin", io.StringIO(json.dumps(PROBLEM)))
    assert read_problem("-") == PROBLEM


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ('{"holding": 1,\n}', "line 2, column 1: not JSON"),
        ("[1]", "must be one JSON object"),
        ("", "not JSON"),
        (b"\xff\xfe{}", "cannot be read"),
    ],
)
def test_what_is_no_problem_is_told(tmp_path, content, said):
    file = tmp_path / "problem.json"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(RequestError, match=r"problem\.json") as error:
        read_problem(str(file))
    assert said in str(error.value)


def test_a_file_that_is_not_there_is_told(tmp_path):
    with pytest.raises(RequestError, match="there is no such file"):
        read_problem(str(tmp_path / "none.json"))


def test_what_if_replaces_values_and_leaves_the_problem_alone():
    changed = replaced(PROBLEM, ["demand.mean=10", "shortage.kind=lost", "holding=0.5"])
    assert changed == {
        "demand": {"family": "poisson", "mean": 10},
        "holding": 0.5,
        "shortage": {"kind": "lost"},
    }
    assert PROBLEM["demand"]["mean"] == 20


@pytest.mark.parametrize(
    ("setting", "said"),
    [("holding", "write it as name=value"), ("holding.part=1", "holding is a single value")],
)
def test_a_what_if_that_leads_nowhere_is_told(setting, said):
    with pytest.raises(RequestError, match=said):
        replaced(PROBLEM, [setting])


def test_an_answer_has_no_dust():
    assert tidied({"a": -5.999999999999943, "b": [0.1 + 0.2, 3], "c": "x", "d": True}) == {
        "a": -6.0,
        "b": [0.3, 3],
        "c": "x",
        "d": True,
    }
