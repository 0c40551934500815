"""Averages of step functions, against the sum over days."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from forecasting.inputs.step_functions import StepFunctions

STEPS = st.dictionaries(st.integers(0, 60), st.floats(-5, 5), min_size=1, max_size=6)


def on_day(steps, day):
    """The value of a day as the definition reads: the last step up to it, else the first one."""
    before = [start for start in steps if start <= day]
    return steps[max(before) if before else min(steps)]


@settings(max_examples=150, deadline=None)
@given(st.lists(STEPS, min_size=1, max_size=4), st.data())
def test_an_average_is_the_mean_over_the_days_of_the_stretch(panel, data):
    item = np.array([number for number, steps in enumerate(panel) for _ in steps])
    day = np.array([start for steps in panel for start in sorted(steps)])
    value = np.array([steps[start] for steps in panel for start in sorted(steps)])

    asked = np.array(data.draw(st.lists(st.integers(0, len(panel) - 1), min_size=1, max_size=5)))
    begin = np.array([data.draw(st.integers(0, 70)) for _ in asked])
    end = begin + np.array([data.draw(st.integers(1, 30)) for _ in asked])
    double, single = StepFunctions(item, day).averages([2 * value, value], asked, begin, end)

    slow = [
        np.mean([on_day(panel[who], day) for day in range(first, last)])
        for who, first, last in zip(asked, begin, end, strict=True)
    ]
    np.testing.assert_allclose(single, slow, atol=1e-9)
    np.testing.assert_allclose(double, 2 * np.array(slow), atol=1e-9)
