"""The use case ``check``: a user's file, or anything by its name, held to what it promises to be."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from forecasting.config import Config
from forecasting.contract.cost_rules import check_cost_rule
from forecasting.contract.policies import check_policy
from forecasting.errors import RequestError, known_names
from forecasting.inputs.cost_rule import EXTENSIONS as COST_RULES
from forecasting.policies.registry import EXTENSIONS as POLICIES
from forecasting.policies.registry import POLICIES as SHIPPED
from forecasting.policies.registry import policy
from models.contract import check_model
from models.contract.suite import Finding
from models.extensions import ExtensionError, Kind, is_file_name
from models.extensions import load as load_extension
from models.extensions.loading import meant
from models.extensions.names import split
from models.registry import EXTENSIONS as MODELS
from models.registry import MODELS as SHIPPED_MODELS
from models.registry import model


@dataclass(frozen=True)
class Checked:
    """What came of one thing that a user wrote.

    Attributes:
        kind: ``model``, ``policy`` or ``cost rule``.
        name: what it calls itself.
        findings: of each rule, in their order.
        sha256: of its file; empty where it is shipped.

    """

    kind: str
    name: str
    findings: Sequence[Finding]
    sha256: str = ""

    @property
    def faults(self) -> list[Finding]:
        """The rules that it breaks."""
        return [finding for finding in self.findings if finding.fault]

    def described(self) -> dict[str, Any]:
        """The same as a program reads it."""
        rules = [finding.described() for finding in self.findings]
        return {
            "kind": self.kind,
            "name": self.name,
            "sha256": self.sha256,
            "ok": not self.faults,
            "rules": rules,
        }


def check(name: str, config: Config) -> list[Checked]:
    """Hold whatever is meant to its contract: all that a file has, or one by its name.

    Raises RequestError where there is no such thing, or nothing that can be used at all.
    """
    if name in SHIPPED_MODELS:
        return [Checked("model", name, check_model(lambda: model(name)))]
    if name in SHIPPED:
        return [Checked("policy", name, check_policy(lambda: policy(name, config)))]
    try:
        return [_checked(each, kind) for each, kind in _meant(name)]
    except ExtensionError as error:
        raise RequestError(str(error)) from error


def _meant(name: str) -> list[tuple[str, Kind]]:
    """What is to be checked: a name and its kind each."""
    kinds = (MODELS, POLICIES, COST_RULES)
    if not is_file_name(name):
        found = [(name, kind) for kind in kinds if load_extension(name, kind) is not None]
        if not found:
            known = known_names(name, [*SHIPPED_MODELS, *SHIPPED])
            raise RequestError(f"there is no file, model or policy {name!r}: {known}")
        return found

    file, inside = split(name)
    there = [(f"{file}:{each}", each, kind) for kind in kinds for each in meant(file, kind)]
    if inside is not None:
        kind = next((kind for _, each, kind in there if each == inside), MODELS)
        return [(name, kind)]
    if not there:
        raise RequestError(
            f"{Path(file).name}: no model, policy or cost rule is in it; docs/extending.md shows one of each"
        )
    return [(whole, kind) for whole, _, kind in there]


def _checked(name: str, kind: Kind) -> Checked:
    found = load_extension(name, kind)
    if found is None:
        raise RequestError(f"there is no {kind.what} {name!r}")
    made = found.made

    def anew() -> Any:
        again = load_extension(name, kind)
        return made if again is None else again.made

    checks: dict[str, Callable[[], list[Finding]]] = {
        "model": lambda: check_model(anew),
        "policy": lambda: check_policy(anew),
        "cost rule": lambda: check_cost_rule(made),
    }
    return Checked(kind.what, found.name, checks[kind.what](), found.sha256)
