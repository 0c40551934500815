"""The settings of a run: ``configs/default.yaml``, a file over it, and single settings over that.

The default file is the one place where defaults are written; the class below says what each setting
may be. An unknown setting is an error that names the nearest known one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, SecretStr, ValidationError

from forecasting.errors import ConfigError, Notice, known_names, nearest
from forecasting.yaml_files import named_values, parsed
from models.extensions.names import located

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
RuleName = Literal["win", "gain", "improve", "redistribute", "fill", "lose", "skip"]
NotNegative = Field(ge=0, allow_inf_nan=False)
Positive = Field(gt=0, allow_inf_nan=False)
Share = Field(ge=0, le=1, allow_inf_nan=False)


class PromiseRule(BaseModel):
    """One entry of ``promise_rules``: which lines it speaks of, and what holds for them."""

    model_config = ConfigDict(frozen=True, extra="forbid", coerce_numbers_to_str=True)

    customer_class: str | None = None
    customer: str | None = None
    location: str | None = None
    sku: str | None = None
    category: str | None = None
    rule: RuleName | None = None
    splits: Literal["allowed", "refused"] | None = None


class Config(BaseModel):
    """Every setting; ``configs/default.yaml`` says what each means."""

    model_config = ConfigDict(frozen=True, extra="forbid", protected_namespaces=())

    bucket: Literal["day", "week", "month"]
    policy: str
    model: str
    contenders: tuple[str, ...]
    cost_rule: str | None
    seed: int = Field(ge=0)

    orders_gap_reviews: float = NotNegative
    cancelled_after_days: float = NotNegative
    available_share: float = Field(gt=0, le=1)
    hidden_demand: Literal["estimated", "ignored"]
    odd_order_factor: float | None = Field(gt=1, allow_inf_nan=False)
    closed_weekdays: tuple[Weekday, ...]
    holidays_country: str | None
    selection_origins: int = Field(ge=1)
    choose_by: Literal["cost", "accuracy"]

    lead_time_days: float = NotNegative
    lead_time_sd_days: float = NotNegative
    lead_time_receipts: int = Field(ge=0)
    lead_time_spread: float = NotNegative
    review_days: float = Field(ge=1, allow_inf_nan=False)
    on_hand: float = NotNegative
    negative_stock: Literal["owed", "zero", "refuse"]
    count_drafts: Literal["none", "requested", "all"]
    open_line_days: float = Positive
    backorder: Literal["allowed", "refused"]
    pack_size: float = Positive
    min_order_quantity: float = NotNegative
    unit_volume: float = NotNegative
    min_order_value: float = NotNegative
    free_freight_value: float | None = NotNegative
    freight_cost: float = NotNegative
    supplier_gain: float = Share
    max_volume: float | None = Field(gt=0, allow_inf_nan=False)
    budget: float | None = NotNegative
    order_cost: float = NotNegative
    line_cost: float = NotNegative

    unit_price: float = NotNegative
    unit_cost_share: float = NotNegative

    holding_rate: float = NotNegative
    storage_cost: float = NotNegative
    salvage_share: float = Share
    lost_margin: float | None = NotNegative
    cancel_share: float = Share
    cancel_after_days: float | None = NotNegative
    alternative_share: float = Share
    goodwill_per_unit: float = NotNegative
    goodwill_share_of_price: float = NotNegative
    late_cost_per_unit_day: float = NotNegative
    late_share_of_price_per_day: float = NotNegative
    admin_minutes_per_line: float = NotNegative
    admin_hourly_cost: float = NotNegative
    churn_per_line: float = Share
    customer_lifetime_margin: float = NotNegative
    holding_per_unit_day: float | None = NotNegative
    shortage_per_unit: float | None = NotNegative
    shortage_per_line: float | None = NotNegative
    backlog_per_unit_day: float | None = NotNegative

    excess_holding_share: float = NotNegative
    excess_holding_days: float = NotNegative

    promise_rule: RuleName
    promise_rules: tuple[PromiseRule, ...]
    promise_splits: Literal["allowed", "refused"]
    promise_deadline_days: float | None = NotNegative
    promise_sure: float = Field(gt=0, lt=1)
    promise_hopeless: float = Field(ge=0, lt=1)
    promise_sooner_days: int = Field(ge=1)
    promise_assumed_lead_times: Literal["allowed", "refused"]
    preorder_share: float = Share
    delivery_days: int = Field(ge=0)
    shown_as: Literal["on_backorder", "available"]
    max_backorder_quantity: float | None = NotNegative
    max_backorder_days: float | None = NotNegative
    alternative_price_band: float = NotNegative
    alternative_likeness: float = Share
    expedite_cost: float = NotNegative
    transfer_days: float = NotNegative
    transfer_cost_per_line: float = NotNegative
    transfer_cost_per_unit: float = NotNegative
    consent_from_days: int | None = Field(ge=1)
    consent_silence: Literal["keep", "cancel"]
    consent_silence_days: int = Field(ge=0)
    notice_language: str = Field(pattern=r"^[A-Za-z][A-Za-z_-]*$")
    notice_templates: str | None

    observe: Literal["demand", "sales"]
    warmup: Literal["protection", "none"]
    opening_cover: float = NotNegative
    lead_times: Literal["drawn", "recorded", "mean"]
    receipts: Literal["as_ordered", "recorded"]
    reselect_days: int = Field(ge=1)
    interval_draws: int = Field(ge=20)

    persistent_days: int = Field(ge=28)
    persistent_times: int = Field(ge=1)
    persistent_share: float = Share
    persistent_replays: int = Field(ge=0)

    customer_days_before: int = Field(ge=28)
    customer_days_after: int = Field(ge=28)

    experiment_store: str = Field(min_length=1)
    tracking: str | None

    run_dataset: str | None
    run_import: str | None
    run_folder: str
    run_targets: str | None
    run_target: str | None
    run_give_promises: bool
    run_answers: str | None
    run_publish: str | None
    run_patience: float = NotNegative
    run_count_sent_days: float = NotNegative
    run_count_drafts: bool
    run_forecast_days: int | None = Field(ge=1)
    run_challenger: str | None
    approve_line_value: float = NotNegative
    approve_supplier_value: float | None = NotNegative
    approve_week_share: float | None = NotNegative
    guard_share: float = Share
    guard_stock_days: float = NotNegative

    # No setting, but what is odd about where they came from: every run that goes by them says it.
    _notices: tuple[Notice, ...] = PrivateAttr(default=())

    @property
    def notices(self) -> tuple[Notice, ...]:
        """What is odd about where these settings came from."""
        return self._notices

    def with_notices(self, *notices: Notice) -> Config:
        """The same, with something odd to say about them."""
        copy = self.model_copy()
        copy._notices = (*self._notices, *notices)
        return copy


EXTENDABLE = ("policy", "model", "contenders", "cost_rule")
"""Settings that may name a file of a user's own."""


class Secrets(BaseModel):
    """What a run needs to know and must never tell: passwords, and URLs that may hold one.

    It stands apart from ``Config``, so that nothing which describes a run (``run.json``, the table ``runs``,
    the run's name) has it at hand. Every field is a SecretStr: it shows as asterisks, no JSON takes it, and
    who needs it has to ask for it by ``get_secret_value``.

    Attributes:
        database_url: the URL of ``--db``.

    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    database_url: SecretStr | None = None


def default_file() -> Path:
    """Where ``default.yaml`` is: inside an installed package, or beside it in a checkout."""
    package = Path(__file__).parent
    for folder in (package / "configs", package.parent / "configs"):
        if (folder / "default.yaml").is_file():
            return folder / "default.yaml"
    raise ConfigError(f"default.yaml is missing beside {package}: install reorder again")


def load(file: Path | None = None, settings: Sequence[str] = ()) -> Config:
    """The defaults, with ``file`` over them and ``settings`` (each ``name=value``) over that.

    Raises ConfigError naming the setting, its value and what it may be.
    """
    known = _mapping(default_file())
    values = dict(known)
    sources = dict.fromkeys(known, "default.yaml")
    if file is not None:
        for name, value in _mapping(file).items():
            values[_known(name, known, str(file))] = located_setting(name, value, file.parent)
            sources[name] = str(file)
    for name, value in overrides(settings, "--set").items():
        values[name] = value
        sources[name] = "--set"
    return _validated(values, sources)


def overrides(settings: Sequence[str], option: str) -> dict[str, Any]:
    """The values of single settings, each written ``name=value``.

    Raises ConfigError where one is written otherwise, or there is no such setting.
    """
    known = _mapping(default_file())
    values = {}
    for setting in settings:
        name, separator, text = setting.partition("=")
        if not separator:
            raise ConfigError(f"{option} {setting}: write it as name=value, as in {option} bucket=week")
        name = _known(name.strip(), known, option)
        values[name] = located_setting(name, _value(text, f"{option} {setting}"), None)
    return values


def file_settings(file: Path) -> dict[str, Any]:
    """The settings that a file states. Raises ConfigError where it cannot be read, or one is unknown."""
    known = _mapping(default_file())
    return {_known(name, known, str(file)): value for name, value in _mapping(file).items()}


def with_settings(config: Config, settings: Mapping[str, Any], source: str = "override") -> Config:
    """The same configuration with some settings changed, which come from ``source``.

    Raises ConfigError as ``load`` does.
    """
    known = config.model_dump()
    given = {
        _known(name, known, source): located_setting(name, value, None) for name, value in settings.items()
    }
    return _validated({**known, **given}, dict.fromkeys(given, source))


def located_setting(name: str, value: Any, folder: Path | None) -> Any:
    """A file that a setting names, by its whole path: every process then finds it, wherever it works."""
    if name not in EXTENDABLE:
        return value
    if isinstance(value, list | tuple):
        return [located(each, folder) if isinstance(each, str) else each for each in value]
    return located(value, folder) if isinstance(value, str) else value


def _validated(values: Mapping[str, Any], sources: Mapping[str, str]) -> Config:
    try:
        return Config(**values)
    except ValidationError as error:
        lines = []
        for detail in error.errors():
            name = str(detail["loc"][0])
            said = f"{detail['msg'].lower()}, not {detail['input']!r}"
            if detail["type"] == "extra_forbidden" and len(detail["loc"]) > 1:
                key = str(detail["loc"][-1])
                said = f"an entry has no {key!r}: {known_names(key, PromiseRule.model_fields)}"
            lines.append(
                f"setting {name} (from {sources.get(name, 'default.yaml')}): {said}. See configs/default.yaml"
            )
        raise ConfigError("\n".join(lines)) from None


def _known(name: str, known: Mapping[str, Any], source: str) -> str:
    if name in known:
        return name
    near = nearest(name, known)
    hint = f"did you mean {near!r}?" if near else "configs/default.yaml lists all settings."
    raise ConfigError(f"{source}: there is no setting {name!r}; {hint}")


def _value(text: str, where: str) -> Any:
    try:
        return parsed(text)
    except yaml.YAMLError:
        raise ConfigError(f"{where}: the value is not YAML; quote it") from None


def _mapping(file: Path) -> dict[str, Any]:
    content = named_values(file, "give --config a YAML file with lines such as `bucket: week`")
    return {str(name): value for name, value in content.items()}
