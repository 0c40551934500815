"""A model, a policy or a cost rule of one's own, held to its contract from a notebook."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from forecasting.api.asked import shown
from forecasting.api.results import html_table, paragraph
from forecasting.contract.check import Checked
from forecasting.errors import RequestError


@dataclass(frozen=True)
class Verdict:
    """What came of a check. It is true where no rule is broken.

    Attributes:
        checked: each thing that was looked at, with what was found.

    """

    checked: Sequence[Checked]

    @property
    def faults(self) -> list[str]:
        """What is wrong, in words."""
        return [str(finding.fault) for each in self.checked for finding in each.faults]

    @property
    def table(self) -> pd.DataFrame:
        """A row a rule: name, rule, state, fault."""
        rows = [
            {"name": each.name, "rule": finding.says, **finding.described()}
            for each in self.checked
            for finding in each.findings
        ]
        return pd.DataFrame(rows)[["name", "rule", "state", "fault"]].fillna("")

    def __bool__(self) -> bool:
        return not self.faults

    def __repr__(self) -> str:
        from forecasting.reports.contract import contract_text

        return contract_text(self.checked)

    def _repr_html_(self) -> str:
        names = ", ".join(f"{each.kind} {each.name}" for each in self.checked)
        said = "keeps the contract" if self else f"breaks {len(self.faults)} of its rules"
        return paragraph(f"{names}: {said}") + html_table(self.table, len(self.table))


def check(what: str | Path | type | Any) -> Verdict:
    """Hold a model, a policy or a cost rule to what every shipped one promises.

    Args:
        what: a file, ``file.py:Name``, a shipped name, or a class, an object or a function of this notebook.

    >>> import forecasting as reorder
    >>> bool(reorder.check("ses"))
    True

    """
    if isinstance(what, str | Path):
        from forecasting.bootstrap import check_extension

        return Verdict(check_extension(str(what)))
    return Verdict([_checked(what)])


def _checked(what: Any) -> Checked:
    """The check of what was written in the notebook itself."""
    from forecasting.contract.cost_rules import check_cost_rule
    from forecasting.contract.policies import check_policy
    from models.contract import check_model

    if not any(callable(each) for each in (getattr(what, "fit", None), getattr(what, "decide", None), what)):
        raise RequestError(f"{shown(what)} is no model, no policy and no cost rule; see docs/extending.md")
    name = str(getattr(what() if inspect.isclass(what) else what, "name", getattr(what, "__name__", what)))
    make: Callable[[], Any] = what if inspect.isclass(what) else lambda: what
    if callable(getattr(what, "fit", None)):
        return Checked("model", name, check_model(make))
    if callable(getattr(what, "decide", None)):
        return Checked("policy", name, check_policy(make))
    return Checked("cost rule", name, check_cost_rule(what))
