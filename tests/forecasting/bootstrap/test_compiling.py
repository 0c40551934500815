"""While a demonstration begins, another process compiles what it will call."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

import pytest

from forecasting.bootstrap import check, compiled_ahead
from forecasting.bootstrap.compiling import compile_kernels
from forecasting.joint_orders.orders_at_prices import _orders_at_prices
from forecasting.promises.allocation import _allocate
from forecasting.sample.few_items import ITEMS, write_few_items
from forecasting.simulation.kernels import advance_items
from models.shared.window_statistics import _statistics

KERNELS = [_orders_at_prices, _allocate, advance_items, _statistics]


def test_the_few_items_are_sound(tmp_path: Path) -> None:
    write_few_items(tmp_path / "few")
    checked = check(str(tmp_path / "few"))
    assert not checked.problems
    assert {table["table"]: table["rows"] for table in checked.as_json()["tables"]}["products"] == ITEMS


def test_kernels_of_every_room_are_called(tmp_path: Path) -> None:
    compile_kernels(str(tmp_path))
    for kernel in KERNELS:
        assert kernel.signatures, kernel  # type: ignore[attr-defined]  # numba's, behind a decorator that keeps types


def test_the_process_beside_does_not_outlive_the_work(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)
    monkeypatch.setattr("models.shared.compile.threads", lambda: 2)
    started: list[subprocess.Popen[bytes]] = []
    begin = subprocess.Popen

    def popen(*arguments: object, **options: object) -> subprocess.Popen[bytes]:
        started.append(begin(*arguments, **options))  # type: ignore[call-overload]  # as it was called
        return started[-1]

    monkeypatch.setattr("forecasting.bootstrap.compiling.subprocess.Popen", popen)
    with compiled_ahead():
        assert started[0].poll() is None and len(list(tmp_path.iterdir())) == 1
    assert started[0].poll() is not None and list(tmp_path.iterdir()) == []


def test_one_core_compiles_nothing_beside(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("models.shared.compile.threads", lambda: 1)
    monkeypatch.delattr("forecasting.bootstrap.compiling.subprocess.Popen")
    with compiled_ahead():
        pass
