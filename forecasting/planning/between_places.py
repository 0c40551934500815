"""What is moved between places, and what is left to buy: of the orders of one review.

Stated approximation: a place that supplies others decides by its echelon: by the demand of all that it
serves, over its own lead time and that of the transfer, against what all of them have. Its shops decide by
their own demand over the transfer alone, and share what it has. Where holding a unit costs the same at each
place, as here, both newsvendor bounds of Shang and Song (2003, "Newsvendor bounds and heuristic for optimal
policies in serial supply chains") on the level of a place in series fall together on that one.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from forecasting.domain import BoolArray, FloatArray, IntArray, Stock
from forecasting.inputs.dependent import downstream, returns, transfer_costs, transfer_days
from forecasting.inputs.places import SUPPLIES, PlaceRecords
from forecasting.planning.observer import Observer
from forecasting.planning.spare import Offer, spare_moves
from forecasting.planning.transfers import Moves, fair_shares, whole_packs
from forecasting.policies.expected_cost.cost_curve import one_review
from forecasting.policies.expected_cost.relative_value import RelativeValue
from forecasting.policies.situation import Decision, Situation
from models.shared.distribution import Distribution

YEAR_DAYS = 364.0
"""Of what was asked for, that tell what a place will need."""


@dataclass(frozen=True)
class Between:
    """What comes of the wants of n items under review.

    Attributes:
        quantity: float64, shape (n,), units to buy, or to have from the place that supplies.
        moves: all that is moved, by the numbers of the items in the dataset.
        supplied: bool, shape (n,): it comes from another place, not from a supplier.
        spare_from: int64, shape (n,): the item of which some is moved to it, as it is spare there; -1: none.

    """

    quantity: FloatArray
    moves: Moves
    supplied: BoolArray
    spare_from: IntArray

    @property
    def transferred(self) -> BoolArray:
        """bool, shape (n,): nothing is bought of it: it comes from another place."""
        return self.supplied | ((self.quantity == 0) & (self.spare_from >= 0))

    @property
    def in_all(self) -> FloatArray:
        """float64, shape (n,), units: what each row recommends, bought or moved."""
        moved = np.zeros(len(self.quantity))
        moved[self.moves.item[self.moves.spare]] = self.moves.quantity[self.moves.spare]
        return np.where(self.quantity > 0, self.quantity, moved)


def echelon_reserved(observer: Observer, stock: Stock) -> FloatArray:
    """What is taken off each item's position, float64, shape (n,), units: less than nothing where the places
    that it supplies have some.
    """
    return -downstream(observer.records.places, stock.position)


def between_places(
    decision: Decision,
    situation: Situation,
    observer: Observer,
    stock: Stock,
    value: RelativeValue | None = None,
) -> Between:
    """Share out what supplying places have, and move what is spare before anything is bought.

    Args:
        decision: of the items under review.
        situation: of the same.
        observer: knows the places.
        stock: of all items of the dataset, at the close of the day.
        value: what the policy weighed the orders by, of the items under review; None: it weighs no costs.

    """
    places, item, wanted = observer.records.places, situation.item, decision.quantity
    if len(places) == 0:
        none = np.full(len(wanted), -1, dtype=np.int64)
        return Between(wanted, Moves.none(), none >= 0, none)
    mean = situation.lead_time_demand.over_lead_time(situation.review_days).mean
    daily = mean / np.maximum(situation.protection_days, 1.0)
    quantity, supplied = _from_source(wanted, daily, situation, places, stock)

    # What the source has not got, another shop may have; what is bought, anybody may.
    lacking = np.where(places.supplied[item], wanted - quantity, wanted)
    moves = _spare(lacking, decision, situation, observer, value)
    rest = _left_to_buy(wanted, moves, situation)
    broken = _broken_terms(wanted, rest, situation, observer)[moves.item] & ~places.supplied[item[moves.item]]
    if broken.any():
        moves = moves.take(np.flatnonzero(~broken))
        rest = _left_to_buy(wanted, moves, situation)
    quantity = np.where(places.supplied[item], quantity, rest)
    numbered = Moves(item[moves.item], item[moves.source], moves.quantity, moves.saved, moves.spare)
    both = zip(vars(supplied).values(), vars(numbered).values(), strict=True)
    spare_from = np.full(len(item), -1, dtype=np.int64)
    spare_from[moves.item] = numbered.source
    return Between(quantity, Moves(*map(np.concatenate, both)), places.supplied[item], spare_from)


def _left_to_buy(wanted: FloatArray, moves: Moves, situation: Situation) -> FloatArray:
    """The wants less what is moved, as their terms allow: float64, shape (n,), units."""
    moved = np.bincount(moves.item, moves.quantity, len(wanted))
    rest = np.where(moved > 0, situation.terms.at_least(np.maximum(wanted - moved, 0.0)), wanted)
    return np.where(wanted - moved <= 1e-9, 0.0, rest)


def _broken_terms(
    wanted: FloatArray, rest: FloatArray, situation: Situation, observer: Observer
) -> BoolArray:
    """bool, shape (n,): items whose supplier's order would be below its minimum, or pay freight that it would
    not, if only the ``rest`` of what is ``wanted`` was bought.
    """
    known = observer.catalogue
    terms, supplier = known.suppliers.terms, known.supplier[situation.item]
    before, after = (
        np.bincount(supplier, situation.terms.price(units) * units, terms.suppliers)
        for units in (wanted, rest)
    )
    below = after < terms.min_order_value - 1e-9
    below |= (
        (terms.freight_cost > 0) & (after < terms.free_freight_value) & (before >= terms.free_freight_value)
    )
    return np.asarray((below & (after > 0))[supplier])


def _from_source(
    wanted: FloatArray, daily: FloatArray, situation: Situation, places: PlaceRecords, stock: Stock
) -> tuple[FloatArray, Moves]:
    """The wants with those of supplied places as far as their source reaches, and these as moves."""
    item, n = situation.item, len(places.source)
    row = np.flatnonzero((places.source[item] >= 0) & (wanted > 0))
    if len(row) == 0:
        return wanted, Moves.none()
    source = places.source[item[row]]
    available = np.floor(np.maximum(stock.on_hand - stock.backlog, 0.0) + 1e-9)

    # A place that sells too keeps its own share: it claims what it is asked for itself.
    own = np.bincount(item, daily, n)
    below = np.flatnonzero(places.supplied)
    own -= np.bincount(places.source[below], own[below], n)
    sells = (places.kind[places.of_item] != SUPPLIES) & np.isin(np.arange(n), source)
    claims = np.flatnonzero(sells & (own > 1e-9) & np.isin(np.arange(n), item))
    protection = np.zeros(n)
    protection[item] = situation.protection_days
    of = np.concatenate([source, claims])
    asked = np.concatenate([wanted[row], np.minimum(own[claims] * protection[claims], available[claims])])
    has = np.concatenate([situation.stock.position[row], np.zeros(len(claims))])
    rate = np.concatenate([daily[row], own[claims]])
    share, kept = np.split(fair_shares(asked, has, rate, of, available), [len(row)])
    available = available - np.bincount(claims, kept, n)
    given = whole_packs(share, wanted[row], situation.terms.pack_size[row], source, available)
    quantity = wanted.copy()
    quantity[row] = given
    some = given > 0
    nothing = np.zeros(int(some.sum()))
    return quantity, Moves(item[row][some], source[some], given[some], nothing, nothing > 0)


def _spare(
    lacking: FloatArray,
    decision: Decision,
    situation: Situation,
    observer: Observer,
    value: RelativeValue | None,
) -> Moves:
    """What is spare elsewhere and moved, by the rows of the situation."""
    item, places, config = situation.item, observer.records.places, observer.config
    sku = np.unique(observer.catalogue.items.sku.astype(str), return_inverse=True)[1][item]
    # Where a SKU is wanted nowhere, or everywhere, there is nothing to weigh.
    wanted = np.bincount(sku, lacking > 0)
    row = np.flatnonzero(((wanted > 0) & (wanted < np.bincount(sku)))[sku])
    if len(row) == 0:
        return Moves.none()
    line, unit = transfer_costs(places, config)
    back = returns(places, len(places.source))[item]
    daily = np.where(back, 0.0, _daily(situation))
    review = one_review(situation) if value is None else value.curve.review
    # To the level that it would be ordered up to comes what is asked for until that order has run down: only
    # what lies there beyond is no protection of its own.
    keep = np.maximum(decision.order_up_to, decision.reorder_point) + daily * situation.protection_days
    offer = Offer(
        on_hand=np.where(_gives(observer)[item], situation.stock.on_hand - situation.stock.backlog, 0.0),
        position=np.where(back, situation.stock.on_hand, situation.position),
        keep=np.where(back, 0.0, keep),
        reorder_point=np.where(back, 0.0, decision.reorder_point),
        daily=daily,
        review=replace(review, before=_unless(back, review.before), after=_unless(back, review.after)),
        before=_unless(back, situation.lead_time_demand.over_lead_time(np.zeros(len(item)))),
        lead_days=situation.lead_time_demand.lead_times.mean,
        line_cost=situation.costs.line_cost,
        transfer_days=transfer_days(places, config)[item],
        cost_per_line=line[item],
        cost_per_unit=unit[item],
        furthest_days=config.excess_holding_days,
    )
    moves = spare_moves(lacking[row], sku[row], offer.take(row), situation.terms.take(row))
    return replace(moves, item=row[moves.item], source=row[moves.source])


def _unless(nobody: BoolArray, demand: Distribution) -> Distribution:
    """The demand, but none where ``nobody`` asks for anything."""
    return Distribution(np.where(nobody[:, None], 0.0, demand.values))


def _daily(situation: Situation) -> FloatArray:
    """Units asked for a day, by the forecast or in the year before, whichever is more: float64, shape (n,).

    A place gives because its forecast is low. Of places chosen so, what was asked for over the year tells
    better what will be.
    """
    mean = situation.lead_time_demand.over_lead_time(situation.review_days).mean
    buckets = max(1, round(YEAR_DAYS / situation.bucket_days))
    year = np.nan_to_num(situation.history.recent_mean(buckets)) / situation.bucket_days
    return np.maximum(mean / np.maximum(situation.protection_days, 1.0), year)


def _gives(observer: Observer) -> BoolArray:
    """bool, shape (n,): what may be moved away: no kit, and not what serves other places anyway."""
    places, n = observer.records.places, len(observer.catalogue)
    supplies = np.isin(np.arange(n), places.source)
    return ~supplies & ~observer.records.kits.marks(n)
