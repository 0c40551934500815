"""Where a replay notes down what it has done, so that one that was stopped goes on from there.

The simulated stock follows from the orders alone, and running it again takes seconds; deciding takes
minutes. So a page is a review with what each policy ordered, or a rule with the parameters that were fitted:
nothing else needs to be kept, and a replay that goes on ends with the same bytes as one never stopped.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

import numpy.typing as npt

Page = Mapping[str, npt.NDArray[Any]]


class Notebook(Protocol):
    """Pages by name. A page is there whole or not at all."""

    def read(self, page: str) -> Page | None:
        """The arrays of a page by name; None where it was never written."""

    def write(self, page: str, content: Page) -> None:
        """Keep the arrays of a page."""


class NoNotes:
    """A notebook that keeps nothing."""

    def read(self, page: str) -> Page | None:
        """Nothing."""
        return None

    def write(self, page: str, content: Page) -> None:
        """Nothing is kept."""


class Chapter:
    """Pages of a notebook, under a name of their own."""

    def __init__(self, notebook: Notebook, name: str) -> None:
        self._notebook, self._name = notebook, name

    def read(self, page: str) -> Page | None:
        """As ``Notebook.read``."""
        return self._notebook.read(f"{self._name}-{page}")

    def write(self, page: str, content: Page) -> None:
        """As ``Notebook.write``."""
        self._notebook.write(f"{self._name}-{page}", content)
