"""The tables of ``promise``."""

from __future__ import annotations

from forecasting.store.columns import (
    Column,
    Table,
    boolean,
    count,
    date,
    money,
    number,
    probability,
    quantity,
    text,
)
from forecasting.store.plan_tables import AS_OF, ITEM, RUN

LINE: tuple[Column, ...] = (
    text("order", "The customer's order."),
    text("line", "Its line.", nullable=True),
    *ITEM,
)

NUMBER = count("number", "", "1, 2, .. in the order of the orders: the line in all tables of the run.")

PROMISES = Table(
    "promises",
    ("promise",),
    "an order line that something is still to ship of",
    ("number",),
    (
        RUN,
        AS_OF,
        NUMBER,
        *LINE,
        text("customer", "Who ordered it.", nullable=True),
        quantity("quantity", "units", "What is still to ship of the line."),
        text(
            "allocated_from",
            "What serves it, of several the one that comes last: `stock`, `purchase`, `recommendation` (an "
            "order that the plan is about to send, or expects to), `none`.",
        ),
        date("eta_p50", "The day by which all of it is there with probability .5.", nullable=True),
        date("eta_p90", "The same with probability .9: the day to promise.", nullable=True),
        date("deadline", "The day by which the customer needs it.", nullable=True),
        probability("on_time_probability", "That it is there by then.", nullable=True),
        text(
            "verdict",
            "`will_make_it`, `at_risk`, `cannot_make_it`, `deadline_passed`, or `unknown`: no date can be "
            "given. A line without a deadline that has a date makes it.",
        ),
        date(
            "earliest_p90",
            "The day by which it could be there with probability .9, also where it is wanted later.",
            nullable=True,
        ),
        quantity("split_now", "units", "What ships at once."),
        quantity("split_later", "units", "What follows by `eta_p90`."),
        text("alternative", "A listed alternative that is in stock for it.", nullable=True),
        quantity("alternative_quantity", "units", "How much of that stands in for what is late."),
        text("message", "What the customer is told."),
        count("delays", "", "How often the promised day was put off, by the runs of `--previous`."),
        text(
            "consent",
            "Whether the customer still wants it: `not_needed`, `waiting`, `agreed`, `declined`, or "
            "`lapsed`: nothing was heard, and `consent_silence` takes that for a no.",
        ),
        date("consent_since", "When that was last asked.", nullable=True),
        text("rule", "The rule that it was served by."),
    ),
)

PROMISE_SOURCES = Table(
    "promise_sources",
    ("promise",),
    "a source that serves a line",
    ("number", "part"),
    (
        RUN,
        NUMBER,
        *LINE[:2],
        count("part", "", "1, 2, ..: by when they come."),
        *ITEM,
        text("source", "`stock`, `purchase` or `recommendation`."),
        text("purchase_order", "The purchase order.", nullable=True),
        date("ordered_on", "When it was, or will be, ordered.", nullable=True),
        date("ready_p90", "The day on which it can ship with probability .9.", nullable=True),
        quantity("quantity", "units", "What the line gets of it."),
    ),
    "What no line gets is what can still be promised: `promisable`.",
)

STOREFRONT = Table(
    "storefront",
    ("promise",),
    "an item: what the shop may say and sell of it",
    ("location", "sku"),
    (
        RUN,
        AS_OF,
        *ITEM,
        text("status", "`in_stock`, `on_backorder`, `pre_order` or `out_of_stock`."),
        text("says", "What the customer reads."),
        quantity("promisable_now", "units", "In stock and promised to nobody."),
        text(
            "promisable_by_date",
            "How much can be promised by which day, in all: `5 by 2026-06-29; 45 by 2026-07-14`.",
        ),
        date("eta_p90", "When one more unit is there with probability .9.", nullable=True),
        text("backorders", "`allowed` or `refused`."),
        quantity(
            "on_backorder",
            "units",
            "What customers wait for that is not in stock, but for what is wanted later and will be there by "
            "then.",
        ),
        quantity("max_backorder_quantity", "units", "The most of that; nothing: no limit.", nullable=True),
        quantity("backorder_room", "units", "What may still be added; nothing: no limit.", nullable=True),
    ),
)

PROMISABLE = Table(
    "promisable",
    ("promise",),
    "an item and a day on which more of it can be promised",
    ("location", "sku", "from"),
    (
        RUN,
        *ITEM,
        date("from", "The day: that of a purchase order's arrival with probability .9."),
        quantity("quantity", "units", "More from that day on."),
        quantity("in_all", "units", "In all until then."),
    ),
    "Stock and purchase orders, less what open lines, pre-orders among them, and the alternatives that are "
    "offered to them were promised. Orders that are not placed yet are promised to open lines only.",
)

ACTIONS = Table(
    "actions",
    ("promise",),
    "something that can be done for a line that may be late, what saves most first",
    ("rank",),
    (
        RUN,
        count("rank", "", "1, 2, ..: by `net`."),
        NUMBER,
        *LINE,
        text("customer", "Who ordered it.", nullable=True),
        text("verdict", "As in `promises`."),
        text(
            "action",
            "`expedite` (a purchase order), `order_now` (what the plan orders later), `transfer` (from "
            "another location) or `alternative`.",
        ),
        text("what", "The purchase order, SKU or location."),
        number("days", "days", "By how much sooner the line is there than `eta_p90`."),
        date("new_date", "When it is there then.", nullable=True),
        boolean("makes_deadline", "Whether that makes the deadline."),
        money("cost", "What it costs: the settings `expedite_cost` and `transfer_cost_per_line`, say."),
        money("at_stake", "What the line's lateness is expected to cost from now on."),
        money("saves", "What of that the action saves."),
        money("net", "saves - cost."),
    ),
    "What a purchase order that comes sooner costs is shared by the lines that it saves. Units of a "
    "`transfer` or an `alternative` are set aside for the line where `net` is 0 or more.",
)

PROMISE_ALTERNATIVES = Table(
    "promise_alternatives",
    ("promise",),
    "an item in stock that may stand in for one that is not, the first choice first",
    ("location", "sku", "rank"),
    (
        RUN,
        *ITEM,
        count("rank", "", "1, 2, .."),
        text("alternative", "The SKU that may stand in."),
        text("kind", "`listed` in the dataset, or a `suggestion`: it looks alike, and a person has to look."),
        number("ratio", "units", "Units of it in the place of one unit."),
        number("likeness", "", "Of a suggestion: how alike the descriptions are, 0 to 1.", nullable=True),
        quantity("promisable_now", "units", "What of it is in stock and promised to nobody."),
    ),
)

PROMISE_CHANGES = Table(
    "promise_changes",
    ("promise",),
    "a line whose promise moved since the run of `--previous`, a new one, or one that breaks its rule",
    ("number",),
    (
        RUN,
        NUMBER,
        *LINE,
        text("customer", "Who ordered it.", nullable=True),
        text("rule", "The rule that it was served by."),
        text("effect", "`gains`, `loses`, `new`, or `same`: its rule is broken without a change."),
        date("was_p90", "The day that was promised.", nullable=True),
        date("now_p90", "The day that is promised now.", nullable=True),
        number("days", "days", "By how much it is later; below 0: sooner.", nullable=True),
        quantity("quantity", "units", "What is still to ship of it."),
        money("money", "What the move costs by the cost model; below 0: it saves."),
        boolean("broken", "Whether `win`, `gain` or `skip` could not be kept."),
        text("why", "Why not."),
    ),
)

PROMISE_OUTCOMES = Table(
    "promise_outcomes",
    ("promise --previous",),
    "a line that had been promised a day and has shipped, or is late, since",
    ("number",),
    (
        RUN,
        AS_OF,
        count("number", "", "1, 2, .."),
        *LINE,
        text("allocated_from", "What was to serve it."),
        date("promised_p50", "The day that it was as likely as not to be there by."),
        date("promised_p90", "The day that was promised."),
        date("happened", "When it was there in full; nothing: not yet.", nullable=True),
        text("kept_p50", "`yes`, `no`, or `open`: it may still be kept."),
        text("kept_p90", "The same of the promised day."),
    ),
    "`kept` in `run.json` has the shares, `stability` how many promises moved.",
)

NOTICES_TO_CUSTOMERS = Table(
    "notices_to_customers",
    ("promise",),
    "something that a customer has to be told: one for each change of a line",
    ("key",),
    (
        RUN,
        AS_OF,
        text("key", "The same change of the same line has the same key, whichever run writes it."),
        NUMBER,
        *LINE,
        text("customer", "Who ordered it.", nullable=True),
        text(
            "kind",
            "`backorder_confirmed`, `new_date`, `deadline_cannot_be_met`, `alternative_offered`, `cancelled` "
            "or `now_shipping`. That is also told of lines that waited at the run before and have shipped "
            "since; their numbers come after those of all open lines.",
        ),
        text("language", "The language that it is written in."),
        date("was_p90", "The day that was promised.", nullable=True),
        date("now_p90", "The day that is promised now.", nullable=True),
        text(
            "consent",
            "`waiting`: the new day needs the customer's yes, and the text offers to cancel; `not_needed`.",
        ),
        text("subject", "The subject."),
        text("text", "The text, out of a template."),
    ),
    "Written with `--previous` (what changed since) or `--apply`; a first run that is only tried out tells "
    "nobody. No mail is sent: with `--apply` each is also a file `notices/KEY.txt`.",
)

TABLES = (
    PROMISES,
    PROMISE_SOURCES,
    PROMISE_CHANGES,
    PROMISE_OUTCOMES,
    ACTIONS,
    NOTICES_TO_CUSTOMERS,
    STOREFRONT,
    PROMISABLE,
    PROMISE_ALTERNATIVES,
)
