"""Small experiments for tests: a few items, four short windows, contenders that need no fitting."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import yaml

SMALL: dict[str, Any] = {
    "question": "What is it worth to order at all?",
    "sample": {"items": 10, "days": 300, "seed": 1},
    "settings": {
        "model": "negative_binomial",
        "policy": "cost_optimal",
        "interval_draws": 200,
        "warmup": "none",
    },
    "windows": {"number": 4, "days": 28},
    "contenders": {"nothing": {"policy": "no_orders"}, "default": {}},
    "baseline": "nothing",
}


def write_experiment(folder: Path, **changes: Any) -> Path:
    """An experiment's folder, ``SMALL`` with some of it otherwise; its file."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "experiment.yaml"
    file.write_text(yaml.safe_dump({**SMALL, **changes}, sort_keys=False), encoding="utf-8")
    return file


def journal(store: Path) -> list[dict[str, Any]]:
    """What was begun and done, in that order."""
    file = store / "journal.jsonl"
    return (
        [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()] if file.exists() else []
    )


def events(store: Path, event: str) -> list[str]:
    """The tasks of one kind of event, in their order."""
    return [each["task"] for each in journal(store) if each["event"] == event]
