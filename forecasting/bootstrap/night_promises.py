"""The promises of a night: on tonight's plan, against those that were given before, with what people said."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import SecretStr

from forecasting.bootstrap.ordering import opened
from forecasting.bootstrap.promises import write_promises
from forecasting.bootstrap.reading import frame_of, pins_frame, records_for
from forecasting.config import Secrets
from forecasting.domain import day_number
from forecasting.errors import RequestError
from forecasting.store.promise_tables import PROMISES

if TYPE_CHECKING:
    from forecasting.bootstrap.night_stages import Night
    from forecasting.promises.promise import Request
    from forecasting.run import Result


def promise_tonight(night: Night) -> tuple[Result, str]:
    """Promise what tonight's plan allows, into the database and the night's folder.

    Returns what was promised, and why it stands for itself: where what was promised before, set aside or
    answered does not fit tonight's tables, nothing of it is taken, and nothing is given. Empty: it fits.
    """
    import pandas as pd

    from forecasting.promises.promise import Request, promise
    from forecasting.promises.recommended import recommended_by

    config, day = night.config, day_number(night.as_of)
    recommended = recommended_by(pd.read_parquet(night.day / "plan" / "recommendations.parquet"), day)
    records = records_for(night.source, config)
    misfit = ""
    try:
        request = _request(night)
        result = promise(records, config, request, recommended)
    except RequestError as error:
        # The orders of the night do not wait for it: a person is told, and the night goes on.
        misfit, request = str(error), Request(day)
        result = promise(records, config, request, recommended)
    if not request.applied and _was_given(night, result.run["run"]):
        # By a person, before this night was run again: what was given stays given.
        result = promise(records, config, replace(request, applied=True), recommended)
    secrets = Secrets(database_url=SecretStr(night.url))
    write_promises(result, night.day / "promise", False, secrets, night.source)
    return result, misfit


def _request(night: Night) -> Request:
    """What stands before tonight. Only what was given binds; what was tried out does not."""
    from forecasting.promises.consent import read_answers
    from forecasting.promises.promise import Request
    from forecasting.store.application.pins import all_pins
    from forecasting.store.application.plans import register_plans, rows_of
    from forecasting.store.application.promised import promises_given

    config = night.config
    with opened(night.url) as store, store.writing() as transaction:
        register_plans(transaction)
        # Of tonight's own, made by a run that was killed, nothing: then the night is the same again.
        last = promises_given(transaction, before=night.as_of)
        given = [] if last is None else rows_of(transaction, "promises", last.run)
        held = all_pins(transaction)
    return Request(
        day_number(night.as_of),
        config.run_give_promises,
        previous=None if last is None else frame_of(given, PROMISES),
        previous_run=None if last is None else last.run,
        pins=pins_frame(held),
        answers=None if config.run_answers is None else read_answers(Path(config.run_answers)),
    )


def _was_given(night: Night, run: str) -> bool:
    from forecasting.store.application.promised import is_given

    with opened(night.url) as store, store.reading() as transaction:
        return is_given(transaction, run)
