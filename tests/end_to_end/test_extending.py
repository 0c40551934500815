"""The tutorial of one's own model, policy and cost rule: every step of the page, as it stands there."""

from __future__ import annotations

from tests.repository.test_sessions import Session, shows
from tests.support.command import reorder
from tests.support.pages import run, steps
from tests.support.paths import ROOT

PAGE = ROOT / "docs" / "extending.md"


def test_every_step_of_the_page_gives_what_it_shows(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    done = list(steps(PAGE.read_text(encoding="utf-8")))

    for step in done:
        printed = run(step, tmp_path, names, lambda *words: (ended := reorder(*words)).out + ended.err)
        session = Session(PAGE.name, step.what, tuple(step.shown.split("\n")))
        assert shows(session, printed), f"{step.what}\nprints\n{printed}"

    assert {step.file for step in done} >= {"my_model.py", "my_policy.py", "my_costs.py", "own.yaml"}
    assert sum(bool(step.shown.strip()) for step in done) >= 8


def test_the_tutorials_model_is_short():
    written = {step.file: step.what for step in steps(PAGE.read_text(encoding="utf-8"))}
    assert len([line for line in written["my_model.py"].splitlines() if line.strip()]) <= 20
