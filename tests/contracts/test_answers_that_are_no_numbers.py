"""What a user's code answers instead of arrays of numbers is told by the check and in use alike."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from forecasting.contract.cost_rules import check_cost_rule
from forecasting.contract.policies import check_policy
from forecasting.contract.situations import made_situation
from forecasting.errors import RequestError
from forecasting.inputs.cost_rule import CostFacts, ruled
from forecasting.policies.base import Decision, Policy
from forecasting.policies.guard import decided
from models import Distribution, model
from models.contract import check_model
from models.contract.panels import ITEMS, wholesale
from models.extensions import ExtensionError
from models.extensions.guard import guarded

AS = {
    "list": lambda array: array.tolist(),
    "object": lambda array: array.astype(object),
    "text": lambda array: array.astype(str),
    "float32": lambda array: array.astype(np.float32),
}
A_LIST = "a list: make it an array (float64)"
OF_OBJECTS = "an array of object: make it one of numbers (float64)"


class AsOther:
    """The forecast of a shipped model, as something else than an array of float64."""

    name = "as_other"

    def __init__(self, kind):
        self.kind = kind

    def fit(self, history):
        return _Forecast(model("ses").fit(history), self.kind)


class _Forecast:
    def __init__(self, forecast, kind):
        self.forecast, self.kind = forecast, kind

    def demand(self, horizon):
        return Distribution(AS[self.kind](self.forecast.demand(horizon).values))


class OrdersOther(Policy):
    name = "orders_other"

    def __init__(self, kind):
        self.kind = kind

    def decide(self, situation):
        nothing = np.zeros(len(situation))
        return Decision(nothing, nothing, AS[self.kind](nothing))


def broken(findings):
    return {finding.rule: finding.fault for finding in findings if finding.fault}


@pytest.mark.parametrize(
    "kind, said",
    [("list", A_LIST), ("object", OF_OBJECTS), ("text", "make it one of numbers"), ("float32", "float32")],
)
def test_quantiles_that_are_no_array_of_float64(kind, said):
    faults = broken(check_model(lambda: AsOther(kind)))
    assert set(faults) == {"shape"} and said in faults["shape"]

    with pytest.raises(ExtensionError, match=r"model mine\.py: it answers quantiles") as raised:
        guarded(AsOther(kind), "mine.py").fit(wholesale()).demand(np.full(ITEMS, 4.0))
    assert said in str(raised.value)


@pytest.mark.parametrize("kind, said", [("list", A_LIST), ("object", OF_OBJECTS)])
def test_a_level_that_is_no_array_of_numbers(kind, said):
    faults = broken(check_policy(lambda: OrdersOther(kind)))
    assert faults == {"shape": f"order_up_to is {said}"}

    with pytest.raises(RequestError) as raised:
        decided(OrdersOther(kind), made_situation())
    assert f"policy orders_other: order_up_to is {said}" in str(raised.value)


@pytest.mark.parametrize(
    "kind, said",
    [("[0.1] * len(facts)", A_LIST), ("costs.holding_per_unit_day.astype(object)", OF_OBJECTS)],
)
def test_rates_that_are_no_array_of_numbers(tmp_path, kind, said):
    file = tmp_path / "costs.py"
    file.write_text(
        "from dataclasses import replace\n\n\n"
        f"def mine(facts, costs):\n    return replace(costs, holding_per_unit_day={kind})\n\n\n"
        "def other(facts, costs):\n    return costs\n",
        encoding="utf-8",
    )

    def mine(facts, costs):
        rates = eval(kind, {"facts": facts, "costs": costs})
        return replace(costs, holding_per_unit_day=rates)

    assert broken(check_cost_rule(mine)) == {"rates": f"holding_per_unit_day is {said}"}
    costs = made_situation(3).costs
    words, numbers = np.full(3, "a", dtype=object), np.ones(3)
    facts = CostFacts(words, words, words, words, numbers, numbers, np.ones(3, dtype=bool))
    with pytest.raises(RequestError) as raised:
        ruled(f"{file}:mine", facts, costs)
    assert f"holding_per_unit_day is {said}" in str(raised.value)
    assert "`reorder experiment check costs.py:mine` tells more" in str(raised.value)
