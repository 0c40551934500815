"""An experiment's comparisons as a page that stands by itself: money, classes, windows, forecasts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from forecasting.reports import drawing, pages
from forecasting.reports.drawing import BASE, FOCUS, INK, OTHERS, svg
from forecasting.reports.pages import Row, Table

Comparison = Mapping[str, Any]


def comparison_page(compared: Sequence[Comparison], question: str = "") -> str:
    """The page as HTML; the same comparisons give the same bytes.

    ``compared``: as ``forecasting.experimenting.compare`` makes them, all against one baseline; may be empty.
    """
    if not compared:
        said = "No contender but the baseline was done."
        return pages.render(
            "experiment.html", title=question or "Experiment", headline=said, introduction=[], verdicts=[],
            warnings=[], money=None, classes=None, forecasts=None, by_window="", by_class="",
        )  # fmt: skip
    first = compared[0]
    return pages.render(
        "experiment.html",
        title=question or f"{first['b']['name']} against {first['a']['name']}",
        headline=first["verdict"],
        introduction=[f"{first['items']:,} items, {first['windows']} windows; intervals are of 90 %."],
        verdicts=[each["verdict"] for each in compared[1:]],
        warnings=list(dict.fromkeys(warning for each in compared for warning in each["warnings"])),
        money=_money(compared),
        classes=_classes(compared),
        forecasts=_forecasts(compared),
        by_window=svg(by_window(compared), "windows", "Money saved in each window"),
        by_class=svg(by_class(compared), "classes", "Share of cost saved, by class of items"),
    )


def picture(compared: Sequence[Comparison]) -> bytes:
    """The picture of the classes as PNG, for those who keep pictures as files."""
    import io

    buffer = io.BytesIO()
    with drawing.style():
        by_class(compared).savefig(buffer, format="png", dpi=120, metadata={"Software": None})
    return buffer.getvalue()


def _money(compared: Sequence[Comparison]) -> Table:
    header = ("Contender", "Cost", "Saved", "%", "90 % interval", "Short lines", "Line fill rate", "Stock")
    a = compared[0]["a"]
    rows = [Row([a["name"], f"{a['cost']:,.0f}", "", "", "", *_service(a)], "baseline")]
    for each in compared:
        saved, b = each["saved"], each["b"]
        ends = f"{100 * saved['share_low']:z.1f} to {100 * saved['share_high']:z.1f}"
        money = [f"{b['cost']:,.0f}", f"{saved['saved']:,.0f}", f"{100 * saved['share']:z.1f}", ends]
        rows.append(Row([b["name"], *money, *_service(b)], "focus" if each is compared[0] else ""))
    return Table(header, rows)


def _service(which: Mapping[str, Any]) -> list[str]:
    return [
        f"{which['short_lines']:,}",
        f"{100 * which['line_fill_rate']:.1f} %",
        f"{which['average_on_hand_value']:,.0f}",
    ]


def _classes(compared: Sequence[Comparison]) -> Table:
    names = list(compared[0]["classes"])
    header = ["Saved on, %", *(f"{name} ({compared[0]['classes'][name]['items']})" for name in names)]
    rows = [
        Row([each["b"]["name"], *(_share(each["classes"].get(name)) for name in names)]) for each in compared
    ]
    return Table(header, rows)


def _share(saving: Mapping[str, Any] | None) -> str:
    if saving is None or saving["cost"] <= 0:
        return "-"
    ends = f"{100 * saving['share_low']:z.1f} to {100 * saving['share_high']:z.1f}"
    return f"{100 * saving['share']:z.1f} ({ends})"


def _forecasts(compared: Sequence[Comparison]) -> Table:
    header = ("Contender", "Pinball loss", "Demand within q0.9", "Bias", "RMSSE", "Judged")
    rows = [Row([compared[0]["a"]["name"], *_scored(compared[0]["forecasts"].get("a"))], "baseline")]
    rows += [Row([each["b"]["name"], *_scored(each["forecasts"].get("b"))]) for each in compared]
    return Table(header, rows)


def _scored(by_class_scored: Any) -> list[str]:
    found = (by_class_scored or {}).get("overall")
    if found is None:
        return ["-"] * 5
    within = f"{100 * found['below_q0.9']:.0f} to {100 * found['at_or_below_q0.9']:.0f} %"
    figures = [f"{found['pinball']:.3f}", within, f"{100 * found['bias']:+.1f} %", f"{found['rmsse']:.3f}"]
    return [*figures, f"{found['windows']:,}"]


SHOWN = 6
"""Contenders that a picture shows, the cheapest first."""


def by_window(compared: Sequence[Comparison]) -> Any:
    """A group of bars a window, one a contender: money saved against the baseline."""
    shown, windows = list(compared)[:SHOWN], compared[0]["by_window"]
    width = 0.8 / len(shown)
    with drawing.style():
        figure, (axes,) = drawing.panels(1, 2.9)
        for number, each in enumerate(shown):
            places = [place - 0.4 + (number + 0.5) * width for place in range(len(windows))]
            heights = [row["cost_saved"] for row in each["by_window"]]
            axes.bar(places, heights, 0.92 * width, label=each["b"]["name"], color=_colour(number))
        axes.axhline(0, color=INK, linewidth=0.8)
        axes.set_xticks(range(len(windows)), [f"from {row['first_day']}" for row in windows])
        axes.set_title(f"Money saved (above zero) or spent more than {compared[0]['a']['name']}, by window")
        axes.yaxis.set_major_formatter(drawing.thousands)
        axes.grid(axis="y")
        drawing.legend(figure, axes, 3)
        return figure


def by_class(compared: Sequence[Comparison]) -> Any:
    """Each contender's saving with its interval, per cent of the baseline's cost: in all and by class."""
    shown = list(compared)[:SHOWN]
    names = ["all", *compared[0]["classes"]]
    with drawing.style():
        figure, (axes,) = drawing.panels(1, 1.6 + 0.5 * len(names))
        for number, each in enumerate(shown):
            parts = [each["saved"], *(each["classes"][name] for name in names[1:])]
            known = [(place, part) for place, part in enumerate(parts) if part["cost"] > 0]
            shift = 0.6 * ((number + 0.5) / len(shown) - 0.5)
            middle = [100 * part["share"] for _, part in known]
            below = [100 * (part["share"] - part["share_low"]) for _, part in known]
            above = [100 * (part["share_high"] - part["share"]) for _, part in known]
            places = [place + shift for place, _ in known]
            options = {"fmt": "o", "markersize": 4, "color": _colour(number), "label": each["b"]["name"]}
            axes.errorbar(middle, places, xerr=[below, above], **options)
        axes.axvline(0, color=BASE, linewidth=1)
        axes.set_yticks(range(len(names)), names)
        axes.invert_yaxis()
        axes.set_title(f"Saved against {compared[0]['a']['name']}, % of its cost, with the 90 % interval")
        axes.grid(axis="x")
        drawing.legend(figure, axes, 3)
        return figure


def _colour(number: int) -> str:
    return FOCUS if number == 0 else OTHERS[(number - 1) % len(OTHERS)]
