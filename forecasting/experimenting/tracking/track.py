"""A run of an experiment in MLflow: a parent run, a child for each contender, its model, metrics and files.

Everything is found again by a tag, so that what was cut short is gone on with, and nothing is there twice.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from forecasting.errors import PartialFailure
from forecasting.evaluate.scores import by_model, scores
from forecasting.experimenting.compare import usable
from forecasting.experimenting.run import file_name
from forecasting.experimenting.store import Store
from forecasting.experimenting.tracking.client import connected, shown
from forecasting.experimenting.tracking.models import promoted_settings, save
from forecasting.experimenting.tracking.places import ARTIFACTS, is_server
from forecasting.experimenting.tracking.uploads import Uploads
from forecasting.replay.measures import COSTS
from forecasting.reports.experiments.page import picture

KEY, WHOLE, MODEL = "reorder.key", "reorder.whole", "reorder.model"
DATASET = "orders"
MEASURES = (
    "cost_total",
    *COSTS,
    "backordered_lines",
    "lost_lines",
    "line_fill_rate",
    "fill_rate",
    "average_on_hand_value",
    "purchase_orders",
)
SCORES = ("pinball", "bias", "rmsse", "below_q0.9", "at_or_below_q0.9")
LONGEST = 500
"""Signs of a parameter that every MLflow takes."""


@dataclass(frozen=True)
class Tracked:
    """What is tracked where.

    Attributes:
        client: of MLflow.
        experiment: its identity there.
        store: the results.
        run: what the run says of itself.
        compared: each contender's comparison with the baseline, by name.
        uploads: of files.

    """

    client: Any
    experiment: str
    store: Store
    run: Mapping[str, Any]
    compared: Mapping[str, Mapping[str, Any]]
    uploads: Uploads

    @property
    def digest(self) -> str:
        """The fingerprint of the data, as short as MLflow takes it."""
        return str(self.run["data"]["fingerprint"])[:32]


def track(
    store: Store,
    run: Mapping[str, Any],
    compared: Sequence[Mapping[str, Any]],
    url: str,
    uploads: Uploads | None = None,
) -> None:
    """Track a run at ``url``, what of it is not there yet.

    Raises PartialFailure where a file could not be sent: all else is there.
    """
    sending = uploads or Uploads()
    with store.turn(f"tracking-{run['run']}"), connected(url) as client:
        experiment = _experiment(client, run["experiment"], url, store)
        by_name = {each["b"]["name"]: each for each in compared}
        tracked = Tracked(client, experiment, store, run, by_name, sending)
        parent = _find_or_make(tracked, run["run"], str(run["experiment"]), {})
        for name in usable(run):
            _contender(tracked, parent, name)
        _parent(tracked, parent, compared)
    if sending.failed:
        raise PartialFailure(
            f"run {run['run']}: {len(sending.failed)} files could not be sent to {shown(url)}, the first "
            f"{sending.failed[0]}. All results are in {store.run_folder(run['run'])}; the same command sends "
            "again what is missing"
        )


def _experiment(client: Any, name: str, url: str, store: Store) -> str:
    found = client.get_experiment_by_name(name)
    if found is not None:
        return str(found.experiment_id)
    where = None if is_server(url) else (store.folder.resolve() / ARTIFACTS / file_name(name)).as_uri()
    return str(client.create_experiment(name, artifact_location=where))


def _find_or_make(tracked: Tracked, key: str, name: str, tags: Mapping[str, str]) -> Any:
    """The run of that key; one that was cut short is gone on with."""
    found = tracked.client.search_runs([tracked.experiment], f"tags.`{KEY}` = '{key}'", max_results=1)
    if found:
        return found[0]
    said = {KEY: key, "reorder.run": tracked.run["run"], "reorder.code": tracked.run["code"], **tags}
    return tracked.client.create_run(tracked.experiment, tags=said, run_name=name)


def _whole(run: Any) -> bool:
    return bool(run.data.tags.get(WHOLE) == "yes")


def contender_key(run: Mapping[str, Any], name: str) -> str:
    """What a contender's run is found by: names may hold any sign."""
    return f"{run['run']}/{list(run['contenders']).index(name)}"


def _contender(tracked: Tracked, parent: Any, name: str) -> None:
    tags = {"mlflow.parentRunId": parent.info.run_id, "reorder.contender": name}
    child = _find_or_make(tracked, contender_key(tracked.run, name), name, tags)
    if _whole(child):
        return
    failed = len(tracked.uploads.failed)
    client, run_id = tracked.client, child.info.run_id
    settings = {**tracked.run["settings"], **tracked.run["contenders"][name]["settings"]}
    for setting, value in settings.items():
        client.log_param(run_id, setting, str(value)[:LONGEST])
    _inputs(tracked, run_id)
    model = _model(tracked, child, name)
    client.log_batch(run_id, metrics=_metrics(tracked, run_id, model, name))
    with tempfile.TemporaryDirectory() as folder:
        _files(tracked, name, Path(folder))
        for file in sorted(Path(folder).iterdir()):
            _send(tracked, run_id, file, f"{name}: ")
    _end(tracked, run_id, failed)


def _inputs(tracked: Tracked, run_id: str) -> None:
    from mlflow.entities import Dataset, DatasetInput

    said = {"fingerprint": tracked.run["data"]["fingerprint"], "windows": tracked.run["windows"]}
    data = Dataset(
        name=DATASET,
        digest=tracked.digest,
        source_type="reorder",
        source=json.dumps({"source": tracked.run["data"]["source"]}),
        profile=json.dumps(said),
    )
    tracked.client.log_inputs(run_id, datasets=[DatasetInput(dataset=data, tags=[])])


def _model(tracked: Tracked, child: Any, name: str) -> str:
    """The LoggedModel of a contender: made, or gone on with where sending its files was cut short."""
    client, run_id = tracked.client, child.info.run_id
    model = child.data.tags.get(MODEL)
    if model is None:
        params = {key: str(value)[:LONGEST] for key, value in promoted_settings(tracked.run, name).items()}
        logged = client.create_logged_model(
            tracked.experiment,
            name=file_name(name).replace(".", "_").replace("=", "-"),
            source_run_id=run_id,
            params=params,
            tags={KEY: contender_key(tracked.run, name), "reorder.contender": name},
            model_type="forecast",
        )
        model = str(logged.model_id)
        client.set_tag(run_id, MODEL, model)
        from mlflow.entities import LoggedModelOutput

        client.log_outputs(run_id, models=[LoggedModelOutput(model, 0)])
    if str(client.get_logged_model(model).status) != "READY":
        with tempfile.TemporaryDirectory() as folder:
            saved = str(save(tracked.run, name, Path(folder) / "model"))
            if tracked.uploads.send(f"{name}: model", lambda: client.log_model_artifacts(model, saved)):
                client.finalize_logged_model(model, "READY")
    return model


def _metrics(tracked: Tracked, run_id: str, model: str, name: str) -> list[Any]:
    """What came of each window as a step; of all windows together at the last step's number."""
    from mlflow.entities import Metric

    keys, steps = tracked.run["contenders"][name]["tasks"], []
    for key in keys:
        totals = tracked.store.receipt(key)["totals"]
        judged = tracked.store.table(key, "forecasts").assign(model=name)
        scored = by_model(scores(judged), "overall")[name]
        steps.append({**{each: totals[each] for each in MEASURES}, **{each: scored[each] for each in SCORES}})
    compared = tracked.compared.get(name)
    whole = (
        {}
        if compared is None
        else {f"saved_{each}": compared["saved"][each] for each in ("share", "share_low", "share_high")}
    )
    if compared is not None:
        whole["backorders_avoided"] = compared["backorders_avoided"]["lines"]
    whole["cost"] = sum(each["cost_total"] for each in steps)

    def metric(measure: str, value: float, step: int) -> Any:
        # The window's own day, not the clock's: logged again it is the same point.
        stamp = int(pd.Timestamp(tracked.run["windows"][step - 1][1]).timestamp() * 1000)
        measure = measure.replace("q0.", "q.")
        return Metric(measure, float(value), stamp, step, model, DATASET, tracked.digest, run_id)

    points = [
        metric(each, value, step)
        for step, of_one in enumerate(steps, start=1)
        for each, value in of_one.items()
    ]
    return points + [metric(each, value, len(steps)) for each, value in whole.items()]


def _files(tracked: Tracked, name: str, folder: Path) -> None:
    """Results per item, the configuration, and the environment, as files in ``folder``."""
    import yaml

    keys = tracked.run["contenders"][name]["tasks"]
    for table in ("items", "forecasts"):
        parts = [
            tracked.store.table(key, table).assign(window=window[0])
            for key, window in zip(keys, tracked.run["windows"], strict=True)
        ]
        pd.concat(parts, ignore_index=True).to_parquet(folder / f"{table}.parquet", index=False)
    config = yaml.safe_dump(tracked.run["contenders"][name]["config"], sort_keys=False, allow_unicode=True)
    (folder / "config.yaml").write_text(config, encoding="utf-8")
    receipts = [tracked.store.receipt(key) for key in keys]
    environment = {"code": tracked.run["code"], **receipts[0]["versions"]}
    (folder / "environment.json").write_text(json.dumps(environment, indent=2), encoding="utf-8")


def _send(tracked: Tracked, run_id: str, file: Path, of: str = "") -> None:
    tracked.uploads.send(f"{of}{file.name}", lambda: tracked.client.log_artifact(run_id, str(file)))


def _parent(tracked: Tracked, parent: Any, compared: Sequence[Mapping[str, Any]]) -> None:
    if _whole(parent):
        return
    failed, run_id = len(tracked.uploads.failed), parent.info.run_id
    _inputs(tracked, run_id)
    tracked.client.set_tag(run_id, "mlflow.note.content", str(tracked.run.get("verdict", "")))
    names = ("experiment.yaml", "comparison.html", "comparison.json", "result.md")
    files = [tracked.store.run_folder(tracked.run["run"]) / name for name in names]
    with tempfile.TemporaryDirectory() as folder:
        if compared:
            drawn = Path(folder) / "by_class.png"
            drawn.write_bytes(picture(compared))
            files.append(drawn)
        for file in files:
            _send(tracked, run_id, file)
    _end(tracked, run_id, failed)


def _end(tracked: Tracked, run_id: str, failed: int) -> None:
    """The run is done; whole, unless a file of it could not be sent."""
    if len(tracked.uploads.failed) == failed:
        tracked.client.set_tag(run_id, WHOLE, "yes")
    tracked.client.set_terminated(run_id)
