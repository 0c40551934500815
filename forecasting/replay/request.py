"""What is to be replayed, and whether it can be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from forecasting.dataset.tables import COST_COLUMNS
from forecasting.domain import day_text
from forecasting.errors import RequestError
from forecasting.inputs.known_until import known_until
from forecasting.inputs.records import Records
from forecasting.policies.registry import IN_HINDSIGHT, POLICIES, RECORDED, extension, unknown

OURS = "cost_optimal"
"""The policy that a replay is about, where it is replayed."""

CHARGEABLE = (*COST_COLUMNS, "line_cost")
"""Settings that may be charged otherwise than policies believe."""


@dataclass(frozen=True)
class Extras:
    """What a replay may be asked for besides.

    Attributes:
        equal: sweep the aggressiveness of ``cost_optimal``, so that it can be compared at equal stock.
        frontier: sweep every policy's aggressiveness.
        sensitivity: replay with other costs, longer lead times and shuffled demand too.
        trace: keep every simulated order, and the stock of every day, as tables.
        tally: settings of the costs that are charged, where they differ from those that policies believe.

    """

    frontier: bool = False
    sensitivity: bool = False
    tally: Mapping[str, Any] = field(default_factory=dict)
    equal: bool = False
    trace: bool = False

    def sweeps(self, policy: str) -> bool:
        """Whether a policy's aggressiveness is swept."""
        return self.frontier or (self.equal and policy == OURS)


@dataclass(frozen=True)
class ReplayRequest:
    """What is to be replayed.

    Attributes:
        first_day, last_day: the days simulated, day numbers.
        policies: their names.
        baseline: the one among them that the others are compared with.
        extras: what else to find out.
        windows: how many windows the result is cut into. None: as many as hold about eight weeks each.

    """

    first_day: int
    last_day: int
    policies: Sequence[str]
    baseline: str
    extras: Extras = Extras()
    windows: int | None = None

    @property
    def names(self) -> list[str]:
        """The policies, each once."""
        return list(dict.fromkeys(self.policies))

    @property
    def identity(self) -> dict[str, Any]:
        """What tells this request from others of the same data and settings."""
        return {
            "replay": [self.first_day, self.last_day],
            "policies": self.names,
            "baseline": self.baseline,
            "extras": vars(self.extras),
            "windows": self.windows,
        }

    def called(self) -> ReplayRequest:
        """The same with its policies as they call themselves: outputs use that."""
        return replace(
            self, policies=[_called(name) for name in self.names], baseline=_called(self.baseline, self.names)
        )

    def check(self, records: Records) -> None:
        """Raise RequestError where a name or a date does not fit."""
        self._check_names()
        self._check_span(records)
        self._check_windows()
        if self.baseline == RECORDED and self.extras.sensitivity:
            raise RequestError(
                f"--sensitivity: {RECORDED} cannot be replayed otherwise; choose another --baseline"
            )
        for name in sorted(set(self.extras.tally) - set(CHARGEABLE)):
            raise RequestError(
                f"--tally {name}: only costs can be charged otherwise than a policy believes: "
                f"{', '.join(CHARGEABLE)}"
            )

    def _check_names(self) -> None:
        called = [_called(name) for name in self.names]
        if len(set(called)) < len(called):
            raise RequestError(f"--policies: two of {', '.join(called)} have one name; rename one")
        if self.baseline not in (*self.names, *called):
            _called(self.baseline)
            raise RequestError(
                f"--baseline {self.baseline} is not among --policies {','.join(self.names)}: add it there"
            )

    def _check_span(self, records: Records) -> None:
        first, last, known = self.first_day, self.last_day, known_until(records).orders
        if last < first:
            raise RequestError(f"--to {day_text(last)} lies before --from {day_text(first)}: exchange them")
        if first - 1 < records.first_day:
            raise RequestError(
                f"the day before --from, {day_text(first - 1)}, lies before the first order line, "
                f"{day_text(records.first_day)}: choose a later day"
            )
        if last > known:
            raise RequestError(
                f"--to {day_text(last)} lies after {day_text(known)}, the last day that the data knows "
                "of: nothing is known of the demand since; choose an earlier day"
            )

    def _check_windows(self) -> None:
        first, last = day_text(self.first_day), day_text(self.last_day)
        weeks = -(-(self.last_day - self.first_day + 1) // 7)
        if self.windows is not None and not 1 <= self.windows <= weeks:
            raise RequestError(
                f"--windows {self.windows}: a window is at least a week, and from {first} to {last} there "
                f"are {weeks}: ask for 1 to {weeks}, or for a longer time"
            )


def _called(name: str, among: Sequence[str] = ()) -> str:
    """What the policy of that name calls itself. Raises RequestError where there is none such.

    ``among``: other policies; ``name`` may be what one of these calls itself.
    """
    known = (*POLICIES, *IN_HINDSIGHT)
    if name in known or name in map(_called, among):
        return name
    found = extension(name)
    if found is None:
        raise unknown(name, known)
    return found.name
