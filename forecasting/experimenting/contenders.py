"""Who contends: names, each with its settings and what it may know of the past."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from forecasting.config import Config, load, with_settings
from forecasting.domain import BoolArray
from forecasting.errors import ConfigError, nearest
from forecasting.experimenting.experiment import Experiment
from forecasting.inputs.records import Records

DATA = "data"
"""The key of a contender that is no setting, but ``Known``."""


class Known(BaseModel):
    """What a contender may know of the past.

    Attributes:
        history_days: nothing of what is dated longer before a window's first day; None: all.

    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    history_days: int | None = Field(default=None, ge=56)


@dataclass(frozen=True)
class Contender:
    """One way of deciding.

    Attributes:
        name: in the results.
        settings: those over the experiment's.
        known: what it may know.

    """

    name: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    known: Known = field(default_factory=Known)


def base(experiment: Experiment) -> Config:
    """The settings of all contenders: those of the experiment over the defaults."""
    return with_known_settings(load(), experiment.settings, "settings")


def named(experiment: Experiment) -> list[Contender]:
    """The contenders that the experiment names. Raises ConfigError where a setting does not fit."""
    found, settings_of_all = [], base(experiment)
    for name, given in experiment.contenders.items():
        settings = {key: value for key, value in given.items() if key != DATA}
        try:
            known = Known(**(given.get(DATA) or {}))
        except (ValidationError, TypeError):
            raise ConfigError(
                f"contenders.{name}.{DATA}: may hold `history_days`, of 56 at least, and nothing else"
            ) from None
        with_known_settings(settings_of_all, settings, f"contenders.{name}")
        found.append(Contender(name, settings, known))
    return found


def with_known_settings(config: Config, settings: Mapping[str, Any], where: str) -> Config:
    """The configuration with some settings changed; ConfigError says where one stood that does not fit."""
    for name in settings:
        if name not in Config.model_fields:
            near = nearest(name, Config.model_fields)
            hint = f"did you mean {near!r}?" if near else "configs/default.yaml lists all settings."
            raise ConfigError(f"{where}: there is no setting {name!r}; {hint}")
    try:
        return with_settings(config, settings)
    except ConfigError as error:
        raise ConfigError(f"{where}: {error}") from None


def as_known(records: Records, known: Known, first_day: int) -> Records:
    """The records without what is dated longer before ``first_day`` than may be known.

    Prices, terms and what is on order stay: they are of today, however old their date is.
    """
    if known.history_days is None:
        return records
    begins = first_day - known.history_days
    return replace(
        records,
        orders=_rows(records.orders, records.orders.ordered >= begins),
        counts=_rows(records.counts, records.counts.day >= begins),
        lots=_rows(records.lots, records.lots.day >= begins),
        availability=_rows(records.availability, records.availability.day >= begins),
        purchases=_rows(
            records.purchases,
            (records.purchases.ordered >= begins) | (records.purchases.received >= begins),
        ),
    )


def _rows(table: Any, kept: BoolArray) -> Any:
    return type(table)(**{each.name: getattr(table, each.name)[np.asarray(kept)] for each in fields(table)})
