"""A contender becomes the champion: a version of a registered model, and the alias on it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from forecasting.errors import PartialFailure, RequestError
from forecasting.experimenting.compare import cheapest, usable
from forecasting.experimenting.facts import DECIDING, STATISTICS
from forecasting.experimenting.store import Store
from forecasting.experimenting.tracking.champion import champion
from forecasting.experimenting.tracking.client import connected, shown
from forecasting.experimenting.tracking.models import promoted_settings
from forecasting.experimenting.tracking.places import missing
from forecasting.experimenting.tracking.track import KEY, MODEL, contender_key


def promote(
    store: Store, run: Mapping[str, Any], contender: str | None, alias: str, url: str
) -> dict[str, Any]:
    """Give the alias to a contender of a run; None: to its cheapest.

    Raises RequestError where it cannot be promoted, or is not tracked at ``url``; PartialFailure where what
    plans go by in a night without the registry could not be kept.
    """
    name = contender or cheapest(store, run)
    check(run, name)
    key, registered = contender_key(run, name), str(run["model_name"])
    _check_names(registered, alias)
    if missing(url):
        raise _not_tracked(run, url)
    with connected(url) as client:
        experiment = client.get_experiment_by_name(run["experiment"])
        found = []
        if experiment is not None:
            found = client.search_runs([experiment.experiment_id], f"tags.`{KEY}` = '{key}'", max_results=1)
        if not found:
            raise _not_tracked(run, url)
        version = _version(client, registered, found[0], key, run, name)
        client.set_registered_model_alias(registered, alias, version)
    model = f"models:/{registered}@{alias}"
    stale = champion(model, url, store.folder).stale
    if stale:
        raise PartialFailure(
            f"{model} is now version {version}, but it could not be read again: {stale}. Promote it once "
            "more, else plans in a night without the registry go by the one before"
        )
    return {
        "model": model,
        "version": int(version),
        "run": run["run"],
        "contender": name,
        "settings": promoted_settings(run, name),
        "verdict": run.get("verdict", ""),
    }


def _check_names(registered: str, alias: str) -> None:
    """Raise RequestError where MLflow, or the setting ``model``, does not take the names."""
    if not re.fullmatch(r"[\w-]{1,255}", alias) or re.fullmatch(r"latest|v\d+", alias, re.IGNORECASE):
        raise RequestError(
            f"--alias {alias}: write it with letters, digits, - and _ only, and neither as `latest` nor as a "
            "version such as v2, which MLflow keeps for itself; as in --alias champion"
        )
    if not re.fullmatch(r"[^/:@]+", registered):
        raise RequestError(
            f"model_name {registered}: a registered model has no / : or @ in its name; change `model_name` "
            "in the experiment.yaml and run it again"
        )


def _not_tracked(run: Mapping[str, Any], url: str) -> RequestError:
    return RequestError(
        f"run {run['run']}: is not tracked at {shown(url)}. `reorder experiment run {run['experiment']} "
        f"--tracking {shown(url)}` tracks what is done already"
    )


def check(run: Mapping[str, Any], name: str) -> None:
    """Raise RequestError where a contender of a run is no way of deciding that plans could follow."""
    if name not in usable(run):
        raise RequestError(f"--contender {name}: run {run['run']} has {', '.join(usable(run))}")
    own = run["contenders"][name]
    facts = sorted(set(own["settings"]) - DECIDING - STATISTICS)
    if facts:
        raise RequestError(
            f"{name}: differs in {', '.join(facts)}, which say how the company is, not how to decide: there "
            "is nothing to promote. State them in the configuration of your plans"
        )
    if own["known"]:
        raise RequestError(f"{name}: was kept from knowing all of the past: there is nothing to promote")
    if own["config"]["policy"] in {"perfect_foresight", "recorded"}:
        raise RequestError(f"{name}: knows the future, as no plan does: there is nothing to promote")


def _version(client: Any, registered: str, tracked: Any, key: str, run: Mapping[str, Any], name: str) -> str:
    """The version that this contender is already, or a new one."""
    if not client.search_registered_models(f"name = '{registered}'"):
        client.create_registered_model(registered)
    for each in client.search_model_versions(f"name = '{registered}'"):
        if each.tags.get(KEY) == key:
            return str(each.version)
    model = tracked.data.tags.get(MODEL)
    if model is None or str(client.get_logged_model(model).status) != "READY":
        raise RequestError(
            f"{name}: its model was not sent in whole; `reorder experiment run {run['experiment']}` does it"
        )
    tags = {KEY: key, "reorder.settings": json.dumps(promoted_settings(run, name), ensure_ascii=False)}
    made = client.create_model_version(
        registered,
        f"models:/{model}",
        tracked.info.run_id,
        tags=tags,
        description=str(run.get("verdict", "")),
        model_id=model,
    )
    return str(made.version)
