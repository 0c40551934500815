"""Errors: their tree, and the nearest of known names."""

from __future__ import annotations

import pytest

from forecasting import errors
from forecasting.errors import known_names, nearest


def test_the_tree_in_the_docstring_is_the_tree():
    classes = [
        found for found in vars(errors).values() if isinstance(found, type) and issubclass(found, Exception)
    ]
    for found in classes:
        assert f" {found.__name__}" in errors.__doc__ or f"    {found.__name__}\n" in errors.__doc__
    assert {found.exit_code for found in classes} == {1, 3}


@pytest.mark.parametrize(
    ("name", "likeness", "meant"),
    [
        ("min_maxx", 0.5, "min_max"),
        (" Min-Max", 1.0, "min_max"),
        ("minmax", 0.5, "min_max"),
        ("odo", 0.9, None),
        ("Shelf 7", 0.5, "shelf-7"),
        ("", 0.5, None),
    ],
)
def test_the_nearest_name_is_found_however_it_is_written(name, likeness, meant):
    assert nearest(name, ["odoo", "min_max", "shelf-7"], likeness) == meant


def test_what_to_do_about_an_unknown_name():
    assert known_names("tsbb", ("tsb", "ses")) == "did you mean 'tsb'? Known are tsb, ses"
    assert known_names("?", ("tsb", "ses")) == "known are tsb, ses"
