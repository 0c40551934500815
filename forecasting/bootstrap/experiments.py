"""Experiments: run, listed, compared, promoted; results in a folder, and in MLflow where it is wanted."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from forecasting.errors import ConfigError, RequestError
from forecasting.experimenting.store import Store

if TYPE_CHECKING:
    from forecasting.experimenting.experiment import Experiment


class Ran(NamedTuple):
    """What the run says of itself; the comparisons with the baseline, the cheapest first; what went wrong."""

    run: dict[str, Any]
    compared: list[dict[str, Any]]
    trouble: tuple[str, ...]


NOWHERE = "none"
"""As URL of the tracking: results stay in their folder."""


def run_experiment(
    name: str,
    changes: Sequence[str] = (),
    *,
    store: Path | None = None,
    tracking: str | None = None,
    workers: int | None = None,
    engine: Literal["local", "ray"] = "local",
    address: str | None = None,
    write: bool = False,
) -> Ran:
    """Run an experiment, what of it is not done yet; and compare every contender with the baseline.

    Args:
        name: of a folder of ``experiments/``, or a path.
        changes: settings over the experiment's file.
        store: the folder of results; None: the setting ``experiment_store``.
        tracking: an MLflow server or store; ``none``; None: the setting ``tracking``.
        workers: processes of the engine ``local``; None: one for each core.
        engine: who does the tasks; ``address``: of a Ray cluster, which must reach store and data.
        write: put the tables into the experiment's README, and a line into the index beside it.

    Raises RequestError where it cannot be run at all.

    """
    from forecasting.adapters.progress import progress_bar
    from forecasting.bootstrap.champions import contending
    from forecasting.experimenting.contenders import base
    from forecasting.experimenting.experiment import find, read
    from forecasting.experimenting.run import plan, run
    from forecasting.experimenting.tracking.places import check_place
    from forecasting.experimenting.written import comparisons
    from forecasting.inputs.read_records import read_records
    from forecasting.scale import engines

    file = find(name)
    experiment = contending(read(file, changes))
    if write and changes:
        raise RequestError("--write: what the README tells has to be what its command gives: leave --set out")
    if write:
        check_writing(file.resolve().parent)
    chosen = base(experiment)
    place = Store(store or Path(chosen.experiment_store))
    url = tracking_url(tracking or chosen.tracking, place)
    place.check()
    if url is not None:
        check_place(url)
    source = dataset_of(experiment, file, place)
    planned = plan(experiment, file.resolve().parent.name, source, read_records(source))
    texts = {"experiment.yaml": file.read_text(encoding="utf-8")}
    with progress_bar("experiment") as stage:
        described = run(planned, place, by=engines.engine(engine, workers, address), stage=stage, texts=texts)
    _refuse_nothing(described)
    compared = comparisons(place, described)
    _keep(place, described, compared)
    if write:
        write_result(file.resolve().parent, described, compared)
    trouble = [*_failures(place, described), *_tracked(place, described, compared, url)]
    return Ran(described, compared, tuple(trouble))


def _tracked(
    store: Store, run: Mapping[str, Any], compared: Sequence[Mapping[str, Any]], url: str | None
) -> list[str]:
    """Track it, and say what could not be."""
    if url is None:
        return []
    from forecasting.errors import ReorderError
    from forecasting.experimenting.tracking.track import track

    try:
        track(store, run, compared, url)
    except ReorderError as error:
        # The work is done and kept: that it is not tracked is told, and no reason to lose it.
        return [str(error)]
    return []


def promote_run(
    run: str, contender: str | None, alias: str, *, store: Path | None, tracking: str | None
) -> dict[str, Any]:
    """Give the alias to a contender of a run. Raises RequestError where it cannot be promoted."""
    place = store_of(store)
    found = place.run(run)
    url = tracking_url(tracking, place)
    if url is None:
        raise RequestError(
            "promote needs the registry of MLflow: pip install 'reorder[mlflow]', and leave --tracking none "
            f"out. Without, plan with --config {place.run_folder(found['run'])}/CONTENDER.yaml"
        )
    from forecasting.experimenting.tracking.promote import promote

    return promote(place, found, contender, alias, url)


def store_of(given: Path | None) -> Store:
    """The folder of results, to read. Raises RequestError where it is a file."""
    from forecasting.config import load

    folder = given or Path(load().experiment_store)
    if folder.exists() and not folder.is_dir():
        raise RequestError(f"--store {folder}: is a file; name the folder of results")
    return Store(folder)


def dataset_of(experiment: Experiment, file: Path, store: Store) -> str:
    """The dataset's folder or URL; a sample is made where it is not there yet."""
    from forecasting.adapters.checkpoints import code_version

    if experiment.sample is None:
        given = str(experiment.dataset)
        return given if "://" in given else str((file.parent / given).resolve())
    wanted = experiment.sample
    made = f"sample-{wanted.items}-{wanted.days}-{wanted.seed}-{code_version()}"
    folder = store.folder / "datasets" / made
    with store.turn(made):
        if not folder.exists():
            from forecasting.adapters.atomic import whole_files
            from forecasting.bootstrap.datasets import write_sample

            with whole_files(folder) as beside:
                write_sample(beside, wanted.items, wanted.days, wanted.seed, "parquet")
    return str(folder)


def tracking_url(given: str | None, store: Store) -> str | None:
    """Where runs are tracked; None: nowhere.

    Where nothing is said, they are tracked in a database beside the results if MLflow is installed.
    """
    from importlib.util import find_spec

    from forecasting.config import load

    url = given or load().tracking
    if url == NOWHERE:
        return None
    installed = find_spec("mlflow") is not None
    if url is None and not installed:
        print("not tracked in MLflow: it is not installed (pip install 'reorder[mlflow]')", file=sys.stderr)
        return None
    if not installed:
        raise ConfigError(f"--tracking {url}: MLflow is not installed; pip install 'reorder[mlflow]'")
    from forecasting.experimenting.tracking.places import checked

    return checked(url, store.folder)


def check_writing(folder: Path) -> None:
    """Raise RequestError where the README of an experiment's folder, or the index above, takes no result."""
    from forecasting.experimenting.written import into, into_index

    readme, index = folder / "README.md", folder.parent / "README.md"
    if not readme.is_file():
        raise RequestError(f"--write: {readme}: there is no such file to write the result into; make one")
    into(readme.read_text(encoding="utf-8"), "", readme)
    if index.is_file():
        into_index(index.read_text(encoding="utf-8"), "", folder.name, index)


def write_result(folder: Path, run: Mapping[str, Any], compared: Sequence[Mapping[str, Any]]) -> None:
    """The tables into the README of an experiment's folder, and its line into the index above."""
    from forecasting.experimenting.written import index_row, into, into_index, result

    index = folder.parent / "README.md"
    row = index_row(folder.name, run, compared)
    readme = folder / "README.md"
    check_writing(folder)
    _rewrite(readme, into(readme.read_text(encoding="utf-8"), result(run, compared), readme))
    if index.is_file():
        _rewrite(index, into_index(index.read_text(encoding="utf-8"), row, folder.name, index))


def _rewrite(file: Path, text: str) -> None:
    from forecasting.adapters.atomic import whole_file

    with whole_file(file) as beside:
        beside.write_text(text, encoding="utf-8")


def list_runs(store: Path | None) -> list[dict[str, Any]]:
    """Every run, the newest first: its name, experiment, question, contenders, cheapest, verdict."""
    from forecasting.experimenting.compare import usable

    place = store_of(store)
    return [
        {
            "run": each["run"],
            "experiment": each["experiment"],
            "question": each["question"],
            "contenders": usable(each),
            "failed": list(each["failed"]),
            "cheapest": each.get("cheapest"),
            "verdict": each.get("verdict", ""),
        }
        for each in place.runs()
    ]


def compare_runs(
    a: str, b: str, run: str | None, store: Path | None, out: Path | None = None
) -> dict[str, Any]:
    """What B saves against A; with ``out`` also as a page."""
    from forecasting.experimenting.compare import compare, side

    place = store_of(store)
    found = compare(place, side(place, a, run), side(place, b, run))
    if out is not None:
        from forecasting.adapters.atomic import whole_file
        from forecasting.reports.experiments.page import comparison_page

        with whole_file(out) as beside:
            beside.write_text(comparison_page([found]), encoding="utf-8")
    return found


def _keep(store: Store, run: dict[str, Any], compared: Sequence[Mapping[str, Any]]) -> None:
    """The comparisons beside the run, as JSON and as a page."""
    from forecasting.experimenting.compare import cheapest
    from forecasting.experimenting.store import as_json
    from forecasting.experimenting.written import result
    from forecasting.reports.experiments.page import comparison_page

    run["verdict"] = compared[0]["verdict"] if compared else ""
    run["cheapest"] = cheapest(store, run)
    texts = {
        "comparison.json": as_json({"comparisons": list(compared)}),
        "result.md": result(run, compared),
        "comparison.html": comparison_page(compared, run["question"]),
    }
    store.keep_run(run["run"], run, texts)


def _refuse_nothing(run: Mapping[str, Any]) -> None:
    """Raise RequestError where no contender was done at all."""
    if len(run["failed"]) == len(run["contenders"]):
        why = next(iter(run["failed"].values()))[0]
        raise RequestError(f"experiment {run['experiment']}: every contender failed, the first so: {why}")


def _failures(store: Store, run: Mapping[str, Any]) -> list[str]:
    if not run["failed"]:
        return []
    told = "; ".join(f"{name}: {why[0]}" for name, why in run["failed"].items())
    return [
        f"run {run['run']}: {len(run['failed'])} of {len(run['contenders'])} contenders failed ({told}). "
        f"The rest is compared in {store.run_folder(run['run'])}"
    ]
