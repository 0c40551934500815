"""A contender's forecasts as an MLflow model from code: a history in, quantiles out.

MLflow copies this file into the model and runs it where the model is loaded; what it imports is the
installed package. In: one row an order line, ``sku``, ``date``, ``quantity``. Out: one row an item, ``sku``,
``mean`` and the quantiles of its demand summed over the ``horizon_days`` days after ``as_of`` (the last day
of the history, where that is empty).
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import pandas as pd

from forecasting.experimenting.tracking.client import imported

mlflow = imported()

QUANTILES = (0.5, 0.8, 0.9, 0.95, 0.98)


class QuantileModel(mlflow.pyfunc.PythonModel):  # type: ignore[name-defined,misc]  # imported when it is used
    """Forecasts by a contender's settings."""

    def load_context(self, context: Any) -> None:
        """Read the settings that came with the model; files that they name came with it, too."""
        from forecasting.config import Config
        from forecasting.experimenting.tracking.champion import moved

        file = Path(context.artifacts["settings"])
        said = json.loads(file.read_text(encoding="utf-8"))
        known = {name: value for name, value in said["config"].items() if name in Config.model_fields}
        self.config = Config(**moved(known, file.parent))

    def predict(self, context: Any, model_input: pd.DataFrame, params: Any = None) -> pd.DataFrame:
        """Quantiles of the demand of each item."""
        from forecasting.domain import day_number
        from forecasting.inputs.read_records import read_records
        from forecasting.planning.forecast import forecast

        asked = {"horizon_days": 28, "as_of": "", **(params or {})}
        dates = pd.to_datetime(model_input["date"])
        as_of = pd.Timestamp(asked["as_of"]) if asked["as_of"] else dates.max()
        orders = pd.DataFrame(
            {
                "order": [str(number) for number in range(len(model_input))],
                "ordered_at": dates.dt.strftime("%Y-%m-%d"),
                "sku": model_input["sku"].astype(str),
                "quantity": model_input["quantity"].astype(float),
            }
        )
        with tempfile.TemporaryDirectory() as folder:
            orders.to_csv(Path(folder) / "orders.csv", index=False)
            records = read_records(folder)
            day = day_number(as_of.date())
            table = forecast(records, self.config, day, int(asked["horizon_days"]), QUANTILES)
        figures = ["mean", *(f"q{level:g}" for level in QUANTILES)]
        return table[["sku", *figures]].astype(dict.fromkeys(figures, float))


mlflow.models.set_model(QuantileModel())
