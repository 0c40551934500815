"""From policies' names to what came of each: fitted where there is something to fit, then simulated.

Rules that are fitted and policies that are not need nothing of each other. Where a replay is long and there
is another core, a process of its own fits and simulates the former.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing import get_context

from forecasting.adapters.stages import Stage, silent
from forecasting.adapters.workers import begin
from forecasting.policies.base import Policy, Setting
from forecasting.policies.registry import POLICIES
from forecasting.policies.registry import policy as policy_named
from forecasting.replay.checkpoints import CheckpointGroup, Checkpoints
from forecasting.replay.fit import Fitted, fitted_policies
from forecasting.replay.policy_run import PolicyRun
from forecasting.replay.request import ReplayRequest
from forecasting.replay.scenario import Scenario
from forecasting.replay.simulate import simulate_in_lots
from models.shared.compile import threads

LONG = 50_000
"""Items times reviews from which on another process gains more than the seconds that it takes to begin."""


@dataclass(frozen=True)
class Walked:
    """What came of a policy.

    Attributes:
        fitted: the policy, with its parameters.
        run: what came of it.
        swept: it at each setting of its aggressiveness, where that was asked for, and what came of these.

    """

    fitted: Fitted
    run: PolicyRun
    swept: Sequence[tuple[Setting, PolicyRun]]


def walked(
    names: Sequence[str], request: ReplayRequest, past: Scenario, checkpoints: Checkpoints, stage: Stage
) -> list[Walked]:
    """What came of the policies of these names, in their order: the same however many processes do it.

    Args:
        request: says whose aggressiveness is swept, by what policies call themselves.
        past: what they are replayed in.
        checkpoints: what is kept there is not decided again.
        stage: shows how far it has come; of two processes, this one.

    """
    # A policy from a user's file stays: the file is not the other process's to answer with.
    beside = [name for name in names if name in POLICIES and policy_named(name, past.observer.config).axes()]
    here = [name for name in names if name not in beside]
    long = len(past.observer.catalogue) * len(past.review_days) >= LONG
    if not (beside and here and long and threads() > 1):
        return _walked(names, request, past, checkpoints, stage)

    # Spawned, not forked: numba's and Arrow's threads do not survive a fork.
    share = threads() // 2
    with ProcessPoolExecutor(1, get_context("spawn"), initializer=begin, initargs=(share,)) as pool:
        group = CheckpointGroup(checkpoints, "beside")
        theirs = pool.submit(_walked, beside, request, past, group, silent)
        found = _walked(here, request, past, CheckpointGroup(checkpoints, "here"), stage)
        waited = stage(1, f"waiting for {', '.join(beside)}")
        try:
            found += theirs.result()
        except BrokenProcessPool:
            # What it kept is not decided again.
            found += _walked(beside, request, past, group, stage)
        waited()
    by_name = dict(zip([*here, *beside], found, strict=True))
    return [by_name[name] for name in names]


def _walked(
    names: Sequence[str], request: ReplayRequest, past: Scenario, checkpoints: Checkpoints, stage: Stage
) -> list[Walked]:
    """As ``walked``, in this process."""
    fitted = fitted_policies(names, past, checkpoints, stage)
    policies = [each.policy for each in fitted]
    settings = [_settings(policy, request) for policy in policies]
    others = [each.policy for of_policy in settings for each in of_policy if not each.as_replayed]
    found = simulate_in_lots([*policies, *others], past, checkpoints, stage)

    rest = iter(found[len(policies) :])
    return [
        Walked(each, run, [(setting, run if setting.as_replayed else next(rest)) for setting in of_policy])
        for each, run, of_policy in zip(fitted, found[: len(policies)], settings, strict=True)
    ]


def _settings(policy: Policy, request: ReplayRequest) -> tuple[Setting, ...]:
    """The policy at the settings that are replayed of it; none where nothing is swept at all."""
    if request.extras.sweeps(policy.name):
        return policy.settings()
    if not any(request.extras.sweeps(name) for name in request.names):
        return ()
    return tuple(each for each in policy.settings() if each.as_replayed)
