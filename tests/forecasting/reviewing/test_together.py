"""Many buyers at once: of those on one line one is kept and the others are told; elsewhere all are."""

from __future__ import annotations

import threading

from forecasting.reviewing.deciding import approve_shown, set_quantity, undo
from forecasting.reviewing.refusals import RefusedError
from forecasting.store.application.lines import totals
from forecasting.store.application.people import Person
from forecasting.store.application.selection import Selection
from tests.support.review import line, lines, seen


def together(*jobs):
    """Run them all at once; what each returned, or the refusal that it met."""
    start, results = threading.Barrier(len(jobs)), [None] * len(jobs)

    def run(place, job):
        start.wait()
        try:
            results[place] = job()
        except RefusedError as error:
            results[place] = error

    threads = [threading.Thread(target=run, args=each) for each in enumerate(jobs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def buyer(number):
    return Person(f"buyer {number}", "buyer", None, True)


def test_of_eight_on_one_line_one_is_kept_and_seven_are_told(store):
    first = lines(store, only="suggested")[0]

    def edit(number):
        wanted = first.suggested + first.pack_size * (number + 1)
        return lambda: set_quantity(store, buyer(number), seen(first), wanted)

    results = together(*(edit(number) for number in range(8)))
    kept = [each for each in results if not isinstance(each, RefusedError)]
    assert len(kept) == 1
    assert line(store, first.sku) == kept[0]
    assert {each.line for each in results if isinstance(each, RefusedError)} == set(kept)


def test_of_eight_on_their_own_lines_every_edit_is_kept(store):
    own = lines(store, only="suggested")[:8]

    def edit(number):
        wanted = own[number].suggested + own[number].pack_size
        return lambda: [
            set_quantity(
                store,
                buyer(number),
                seen(line(store, own[number].sku)),
                wanted + own[number].pack_size * each,
            )
            for each in range(3)
        ][-1]

    results = together(*(edit(number) for number in range(len(own))))
    assert [each.version for each in results] == [3] * len(own)
    assert [line(store, each.sku) for each in own] == results


def test_of_two_bulk_approvals_one_is_kept_whole(store):
    with store.reading() as transaction:
        wanted = Selection(lines(store)[0].run, only="suggested")
        before = totals(transaction, wanted)

    def approve(number):
        return lambda: approve_shown(store, buyer(number), wanted, before.open_lines, before.open_value)

    results = together(approve(1), approve(2))
    refused = [number for number, each in enumerate(results, start=1) if isinstance(each, RefusedError)]
    assert len(refused) == 1
    winner = buyer(3 - refused[0])
    assert {each.changed_by for each in lines(store, only="suggested", size=1_000)} == {winner.name}
    assert undo(store, buyer(refused[0]), wanted.run) is None
    assert undo(store, winner, wanted.run).restored == before.open_lines
