"""Each approved order is in the target exactly once, wherever the sender dies, whatever is answered."""

from __future__ import annotations

import copy
import itertools
import random
from collections import Counter
from dataclasses import dataclass
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, note, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from forecasting.connectors.targets.memory import ReservingMemoryTarget, UniqueMemoryTarget
from forecasting.connectors.targets.port import Document, Held, TargetError
from forecasting.sending.attempt import attempt, wait_before_retry
from forecasting.sending.machine import (
    UNFINISHED,
    Find,
    Found,
    Progress,
    ReadBack,
    Refused,
    Status,
    Unavailable,
    Write,
    Written,
    step,
)
from tests.support.hostile import FAULTS, Crash, Hostile, an_order

KINDS = [UniqueMemoryTarget, ReservingMemoryTarget]
ORDER = an_order()


class Outbox:
    """What is kept of one order, over the deaths of its senders."""

    def __init__(self, order) -> None:
        self.order, self.progress = order, Progress()

    def send(self, hostile: Hostile) -> bool:
        """One attempt; whether the sender lives."""

        def keep(next_step) -> None:
            self.progress = next_step.progress
            hostile.kept()

        try:
            attempt(self.order, self.progress, hostile, keep)
        except Crash:
            return False
        return True

    def finish(self, hostile: Hostile) -> None:
        for _ in range(20):
            if self.progress.status not in UNFINISHED:
                return
            self.send(hostile)
        raise AssertionError(f"not finished: {self.progress}")


def assert_exactly_once(target, outbox: Outbox) -> None:
    assert outbox.progress.status is Status.DELIVERED, outbox.progress
    there = target.find(outbox.order.key)
    assert [document.number for document in there] == [outbox.progress.number]
    assert there[0].held is Held.WHOLE and there[0].quantities == outbox.order.quantities


def settle(target, hostile: Hostile, outboxes) -> None:
    """The line is good again; what was late arrives; what is left over is swept."""
    hostile.script, hostile._faults = (), iter(())
    for outbox in outboxes:
        outbox.finish(hostile)
    hostile.deliver_all()
    target.sweep({outbox.order.key: outbox.progress.number for outbox in outboxes})


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("at", range(5))
def test_one_fault_at_each_call_leaves_one_order(kind, fault, at):
    target, outbox = kind(), Outbox(ORDER)
    hostile = Hostile(target, ["ok"] * at + [fault])
    outbox.send(hostile)
    settle(target, hostile, [outbox])
    assert_exactly_once(target, outbox)


class Sending(RuleBasedStateMachine):
    """Three orders, sent by senders that die, over a line that is bad, to a target that is late."""

    kind: type

    def __init__(self) -> None:
        super().__init__()
        self.target = self.kind()
        self.hostile = Hostile(self.target)
        self.outboxes = [Outbox(an_order(number)) for number in range(3)]

    @rule(which=st.integers(0, 2), script=st.lists(st.sampled_from(FAULTS), min_size=1, max_size=5))
    def a_sender_tries(self, which, script):
        self.hostile._faults = itertools.chain(script, ["none"] * 99)
        note(f"{which}: {script}")
        if self.outboxes[which].progress.status in UNFINISHED:
            self.outboxes[which].send(self.hostile)

    @precondition(lambda self: self.hostile.late)
    @rule(which=st.integers(0, 9))
    def what_was_late_arrives(self, which):
        self.hostile.deliver(which % len(self.hostile.late))

    @rule()
    def what_is_left_over_is_swept(self):
        finished = [outbox for outbox in self.outboxes if outbox.progress.status is Status.DELIVERED]
        self.target.sweep({outbox.order.key: outbox.progress.number for outbox in finished})

    @invariant()
    def never_are_two_filled(self):
        for outbox in self.outboxes:
            filled = [each for each in self.target.find(outbox.order.key) if each.held is Held.WHOLE]
            assert len(filled) <= 1

    @invariant()
    def nothing_is_said_to_be_there_that_is_not(self):
        for outbox in self.outboxes:
            if outbox.progress.status is Status.DELIVERED:
                assert self.target.read_back(outbox.progress.number).held is Held.WHOLE

    def teardown(self):
        settle(self.target, self.hostile, self.outboxes)
        for outbox in self.outboxes:
            assert_exactly_once(self.target, outbox)


class SendingToUnique(Sending):
    kind = UniqueMemoryTarget


class SendingToReserving(Sending):
    kind = ReservingMemoryTarget


FEW = settings(
    max_examples=60,
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    print_blob=True,
)
TestSendingToUnique = SendingToUnique.TestCase
TestSendingToUnique.settings = FEW
TestSendingToReserving = SendingToReserving.TestCase
TestSendingToReserving.settings = FEW


@pytest.mark.slow
@pytest.mark.parametrize("machine", [SendingToUnique, SendingToReserving])
def test_many_thousand_nights_leave_each_order_once(machine):
    from hypothesis.stateful import run_state_machine_as_test

    run_state_machine_as_test(machine, settings=settings(FEW, max_examples=1_000, stateful_step_count=40))


@dataclass
class World:
    """Everything that lasts, and the call on its way: a state of the exhaustive search."""

    target: object
    progress: Progress
    call: object
    late: list

    def name(self) -> str:
        return repr((self.target, self.progress, self.call, self.late))

    def copy(self) -> World:
        return copy.deepcopy(self)


def carry_out(target, call):
    """The effect of a call, and its answer."""
    try:
        match call:
            case Find():
                return Found(tuple(target.find(ORDER.key)))
            case Write(at):
                return Written(target.write(ORDER, ORDER.key, at))
            case ReadBack(number):
                document = target.read_back(number)
                return Found(() if document is None else (document,))
    except TargetError as error:
        return Unavailable(str(error))


def after(world: World) -> list[World]:
    """All worlds that may come next: every answer, every death, every late arrival."""
    worlds = []
    if world.call is None:
        if world.progress.status in UNFINISHED:
            begun = world.copy()
            begun.call = Find()
            worlds.append(begun)
    else:
        for times in (0, 1, 2):
            done = world.copy()
            answers = [carry_out(done.target, world.call) for _ in range(times)]
            # Nothing is heard, and the sender gives up or dies: the same to all that lasts.
            unheard = done.copy()
            unheard.call = None
            worlds.append(unheard)
            for answer in answers[:1]:
                heard = step(ORDER, done.target.reserves, world.progress, world.call, answer)
                done.progress, done.call = heard.progress, heard.call
                worlds.append(done)
                died = done.copy()
                died.call = None
                worlds.append(died)
        if isinstance(world.call, Write) and len(world.late) < 3:
            delayed = world.copy()
            delayed.late.append(world.call)
            delayed.call = None
            worlds.append(delayed)
    for which in range(len(world.late)):
        arrived = world.copy()
        carry_out(arrived.target, arrived.late.pop(which))
        worlds.append(arrived)
    return worlds


def explore(kind, length: int) -> tuple[int, int]:
    """Walk through every sequence of so many events. Returns the worlds met, and the sequences there are."""
    start = World(kind(), Progress(), None, [])
    met, ways, edge = {start.name(): start}, Counter({start.name(): 1}), {start.name(): 1}
    for _ in range(length):
        beyond: Counter[str] = Counter()
        for name, count in edge.items():
            for world in after(met[name]):
                beyond[world.name()] += count
                met.setdefault(world.name(), world)
        edge = dict(beyond)
        ways.update(beyond)

    for world in met.values():
        filled = [each for each in world.target.documents.values() if each.held is Held.WHOLE]
        assert len(filled) <= 1, world
        assert_ends_well(world.copy())
    return len(met), sum(ways.values())


def assert_ends_well(world: World) -> None:
    """From here on all goes well, but what is late arrives after everything."""
    outbox, hostile = Outbox(ORDER), Hostile(world.target)
    outbox.progress = world.progress
    hostile.late = [lambda call=call: carry_out(world.target, call) for call in world.late]
    settle(world.target, hostile, [outbox])
    assert_exactly_once(world.target, outbox)


@pytest.mark.parametrize("kind", KINDS)
def test_every_sequence_of_eight_events_ends_with_one_order(kind):
    worlds, sequences = explore(kind, 8)
    assert sequences > 5_000 and sequences > worlds


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_every_sequence_of_sixteen_events_ends_with_one_order(kind):
    worlds, sequences = explore(kind, 16)
    print(f"{kind.__name__}: {worlds:,} worlds, {sequences:,} sequences of up to 16 events")
    assert sequences > 1_000_000


class NaiveTarget(UniqueMemoryTarget):
    """Keeps nothing unique: what "look, then write" relies on alone."""

    def write(self, order, key, at=None):
        number = f"PO{len(self.documents) + 1}"
        self.documents[number] = Document(number, Held.WHOLE, order.quantities)
        return number

    def find(self, key):
        return list(self.documents.values())


def test_without_uniqueness_in_the_target_the_search_finds_the_double_order():
    with pytest.raises(AssertionError):
        explore(NaiveTarget, 6)


def test_what_a_buyer_changed_or_cancelled_is_left_alone_and_told():
    theirs = Document("PO1", Held.WHOLE, {**ORDER.quantities, "A-1": Decimal(99)})
    seen = step(ORDER, False, Progress(Status.RESERVED, "PO1"), Find(), Found([theirs]))
    assert (seen.progress.status, seen.call) == (Status.LEFT_ALONE, None)
    assert "A-1: 99 there, 12 approved" in seen.progress.reason

    cancelled = step(ORDER, False, Progress(), Find(), Found([Document("PO1", Held.CANCELLED)]))
    assert (cancelled.progress.status, cancelled.call) == (Status.LEFT_ALONE, None)
    assert cancelled.progress.reason == "PO1 was cancelled in the ordering system"


def test_an_order_that_is_gone_is_not_written_anew():
    gone = step(ORDER, True, Progress(Status.RESERVED, "7"), Find(), Found([]))
    assert (gone.progress.status, gone.call) == (Status.PARKED, None)
    assert "7 is gone" in gone.progress.reason


def test_the_same_key_with_other_content_is_parked():
    other = Document("PO1", Held.WHOLE, None, "0" * 64)
    parked = step(ORDER, False, Progress(), Find(), Found([other]))
    assert parked.progress.status is Status.PARKED
    assert "with other content" in parked.progress.reason


def test_what_is_refused_is_parked_with_the_reason():
    parked = step(ORDER, False, Progress(), Write(), Refused("supplier ACME is not known"))
    assert parked.progress == Progress(Status.PARKED, "", "supplier ACME is not known")
    assert parked.call is None and parked.again is None


def test_retries_wait_longer_each_time_and_never_in_step():
    chance = random.Random(1)
    waits = [wait_before_retry(n, None, chance) for n in range(1, 30)]
    assert all(
        0.5 * 2 ** (n - 1) <= wait <= 2 ** (n - 1) for n, wait in zip(range(1, 8), waits, strict=False)
    )
    assert max(waits) <= 120 and min(waits[15:]) >= 60
    assert wait_before_retry(1, 30.0, chance) == 30.0
    assert wait_before_retry(1, 0.0, chance) == 0.0
    assert wait_before_retry(2, 0.0, chance) > 0
