"""What every demand model promises, as rules that run: for those shipped, and for a user's own.

| file | holds |
|---|---|
| ``suite.py`` | a rule, what it found, and how rules are gone through; policies use it too |
| ``trying.py`` | what it shares with the rules of policies: time, random numbers, other processes |
| ``panels.py`` | made histories of items of every kind |
| ``answers.py`` | rules of a single answer: its shape, its numbers, its size |
| ``conduct.py`` | rules of conduct: no look ahead, no spoilt input, the same answer twice, in time |
| ``yardstick.py`` | the model that time is measured in |
"""

from __future__ import annotations

from collections.abc import Callable

from models.contract.answers import ANSWERS
from models.contract.conduct import CONDUCT
from models.contract.suite import Finding, Rule, go_through
from models.shared.base import Model

RULES: tuple[Rule[Callable[[], Model]], ...] = (*ANSWERS, *CONDUCT)
"""What a model is held to, in this order."""


def check_model(make: Callable[[], Model]) -> list[Finding]:
    """Hold a model to every rule.

    Args:
        make: makes the model anew.

    >>> from models.registry import model
    >>> [finding.fault for finding in check_model(lambda: model("ses")) if finding.fault]
    []

    """
    return go_through(RULES, make)
