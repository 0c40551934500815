"""How long a sender tries where an ordering system does not answer, and how soon it has begun."""

from __future__ import annotations

from forecasting.connectors.targets.memory import UniqueMemoryTarget
from forecasting.connectors.targets.port import TargetUnavailable
from forecasting.sending.sender import OVERTIME
from tests.support.command import process
from tests.support.hostile import Hostile, an_order
from tests.support.outbox import FakeTime, all_orders, put, sent


def test_a_target_that_is_away_is_tried_ever_more_rarely_until_patience_ends(store):
    put(store, an_order())
    hostile, time = Hostile(UniqueMemoryTarget(), ["503"] * 1_000), FakeTime()
    done = sent(store, hostile, time, patience=600.0)
    assert (done.left, done.attempts) == (1, hostile.calls)
    assert 9 <= hostile.calls <= 18 and time.slept <= 600
    kept = all_orders(store)[0]
    assert (kept.status, kept.reason, kept.attempts) == ("waiting", "503", hostile.calls)
    assert kept.next_at > time.at


def test_a_target_that_never_answers_ends_the_sender_soon_after_its_patience(store):
    """Sixty orders of half a minute each would be half an hour; a large night's, half a day."""

    class Away(UniqueMemoryTarget):
        def find(self, key):
            time.sleep(30.0)
            raise TargetUnavailable("no answer in time")

    for number in range(60):
        put(store, an_order(number))
    time = FakeTime()
    done = sent(store, Away(), time, patience=300.0)
    assert done.left == 60
    assert 300 <= time.slept <= 300 + OVERTIME + 30
    at_once = sent(store, Away(), time, patience=0.0)
    assert at_once.attempts == OVERTIME / 30


def test_orders_that_fail_keep_no_others_from_the_target_though_there_is_no_time(store):
    class Choosy(UniqueMemoryTarget):
        def find(self, key):
            time.sleep(1.0)
            if key in ill:
                raise TargetUnavailable("500")
            return super().find(key)

    time = FakeTime()
    orders = [an_order(number) for number in range(12)]
    ill = {order.key for order in orders[:6]}
    for each in orders[:6]:
        put(store, each)
    assert sent(store, Choosy(), time, patience=0.0).attempts == 6, "each once"
    time.sleep(86_400)
    for each in orders[6:]:
        put(store, each, at=time.at)
    done = sent(store, Choosy(), time, patience=0.0)
    assert done.ended == {"delivered": 6} and done.left == 6


def test_a_sender_starts_without_what_only_plans_need():
    """It is started for a few orders, every night and by hand: what it loads is most of its time."""
    code = (
        "import sys; import forecasting.cli, forecasting.sending.sender, forecasting.sending.freezing\n"
        "from forecasting.connectors.targets.registry import KINDS\n"
        "for kind in KINDS.values(): __import__(f'forecasting.connectors.targets.{kind}')\n"
        "print([name for name in ('pandas', 'pyarrow', 'numba', 'scipy') if name in sys.modules])"
    )
    with process(code=code) as running:
        output, errors = running.communicate(timeout=120)
    assert output.strip() == "[]", output + errors
