"""Rules that a user's code is held to, and what came of each."""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

Subject = TypeVar("Subject")

LONGEST = 60.0
"""Seconds after which rules are left out that have not begun: who is that slow has been told so."""


class Fault(Exception):
    """A rule is broken; the message says how, in words."""


@dataclass(frozen=True)
class Rule(Generic[Subject]):
    """One thing that is promised.

    Attributes:
        name: short, as a program reads it.
        says: the promise, in words.
        check: raises Fault where it is broken.
        needs: names of rules that must hold before this one can be judged.

    """

    name: str
    says: str
    check: Callable[[Subject], None]
    needs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Finding:
    """What came of a rule.

    Attributes:
        rule, says: as in ``Rule``.
        fault: what is wrong, in words; None: nothing was found.
        left_out: why it was not looked at; None: it was.
        seconds: how long that took.

    """

    rule: str
    says: str
    fault: str | None = None
    left_out: str | None = None
    seconds: float = 0.0

    @property
    def holds(self) -> bool:
        """Whether the rule was looked at and holds."""
        return self.fault is None and self.left_out is None

    def described(self) -> dict[str, object]:
        """The finding as a program reads it."""
        state = "fault" if self.fault else "not checked" if self.left_out else "ok"
        return {"rule": self.rule, "says": self.says, "state": state, "fault": self.fault or self.left_out}


def go_through(rules: Iterable[Rule[Subject]], subject: Subject) -> list[Finding]:
    """Look at each rule whose needs are met."""
    found: dict[str, Finding] = {}
    began = time.perf_counter()
    for rule in rules:
        broken = [name for name in rule.needs if not found[name].holds]
        if broken:
            found[rule.name] = Finding(
                rule.name, rule.says, left_out=f"cannot be told before: {found[broken[0]].says}"
            )
        elif time.perf_counter() - began > LONGEST:
            found[rule.name] = Finding(rule.name, rule.says, left_out="the rules before took over a minute")
        else:
            found[rule.name] = _found(rule, subject)
    return list(found.values())


def _found(rule: Rule[Subject], subject: Subject) -> Finding:
    began, fault = time.perf_counter(), None
    try:
        rule.check(subject)
    except Fault as broken:
        fault = str(broken)
    except (Exception, SystemExit) as error:
        fault = raised(error)
    return Finding(rule.name, rule.says, fault, seconds=round(time.perf_counter() - began, 3))


def raised(error: BaseException) -> str:
    """An error in words, with the place in the user's code where it was raised."""
    said = " ".join(str(error).split()) or "without a message"
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if not _is_ours(frame.filename)]
    place = f" ({Path(frames[-1].filename).name}, line {frames[-1].lineno})" if frames else ""
    return f"raises {type(error).__name__}: {said}{place}"


def _is_ours(file: str) -> bool:
    """Whether a file is of this project, or of a library."""
    root = Path(__file__).parents[2]
    ours = any(file.startswith(str(root / room)) for room in ("models", "forecasting"))
    return ours or "site-packages" in file or file.startswith("<")
