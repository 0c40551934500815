"""Where things are."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).parents[2]
"""The checkout."""

SHARED = ROOT.parent / "shared"
"""Public data and published tables, no part of the project: without them, tests are skipped."""
