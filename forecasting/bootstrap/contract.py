"""What users write themselves, held to its contract."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from forecasting.contract.check import Checked


def check_extension(name: str) -> list[Checked]:
    """Hold a model, a policy or a cost rule to its contract: those of a file, or one by its name."""
    from forecasting.config import load
    from forecasting.contract.check import check

    return check(name, load())
