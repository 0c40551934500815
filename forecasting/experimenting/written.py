"""What an experiment found, as tables between the markers of its README; and the index of all."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from forecasting.errors import RequestError
from forecasting.experimenting.compare import Side, compare, total_cost, usable
from forecasting.experimenting.store import Store

BEGIN, END = "<!-- result: written by `reorder experiment run` -->", "<!-- end of result -->"


def comparisons(store: Store, run: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Every other contender against the baseline, the cheapest first."""
    baseline = Side(run, run["baseline"])
    if baseline.name not in usable(run):
        return []
    others = [name for name in usable(run) if name != baseline.name]
    others.sort(key=lambda name: total_cost(store, run, name))
    return [compare(store, baseline, Side(run, name)) for name in others]


def result(run: Mapping[str, Any], compared: Sequence[Mapping[str, Any]]) -> str:
    """The tables and verdicts of a run, in Markdown. Nothing in them changes when they are made again."""
    if not compared:
        return "No contender but the baseline was done.\n"
    lines = [
        f"{compared[0]['items']:,} items, {len(run['windows'])} windows from {run['windows'][0][0]} to "
        f"{run['windows'][-1][1]}, seed {run['seed']}; intervals are of 90 %.",
        "",
        "| contender | cost | saved | % (interval) | short lines | line fill rate | stock | pinball | bias "
        "| RMSSE | demand within q0.9 |",
        "|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|",
        _row(compared[0]["a"], None, compared[0]["forecasts"].get("a")),
        *(_row(each["b"], each["saved"], each["forecasts"].get("b")) for each in compared),
        "",
        *(f"* {each['verdict']}" for each in compared),
        *dict.fromkeys(f"* {warning}" for each in compared for warning in each["warnings"]),
        *(f"* {name} failed: {why[0]}" for name, why in run["failed"].items()),
        "",
        *_classes(compared),
        "",
        *_rounds(run),
    ]
    return "\n".join(lines)


def _rounds(run: Mapping[str, Any]) -> list[str]:
    """What the rounds of a halving found, a sentence each."""
    told = []
    for each in run["rounds"]:
        costs = ", ".join(f"{name} {cost:,.0f}" for name, cost in each["cost"].items())
        told.append(
            f"* On {each['items']} items, cheapest first: {costs}. The first {len(each['kept'])} went on."
        )
    return [*told, ""] if told else []


def _row(which: Mapping[str, Any], saved: Mapping[str, Any] | None, scored: Any) -> str:
    forecasts = (scored or {}).get("overall")
    money = ["", ""]
    if saved is not None:
        ends = f"({100 * saved['share_low']:z.1f} to {100 * saved['share_high']:z.1f})"
        money = [f"{saved['saved']:,.0f}", f"{100 * saved['share']:z.1f} {ends}"]
    judged = ["", "", "", ""]
    if forecasts is not None:
        judged = [
            f"{forecasts['pinball']:.3f}",
            f"{100 * forecasts['bias']:+.1f} %",
            f"{forecasts['rmsse']:.3f}",
            f"{100 * forecasts['below_q0.9']:.0f} to {100 * forecasts['at_or_below_q0.9']:.0f} %",
        ]
    name = f"**{which['name']}**" if saved is None else which["name"]
    cells = [
        name,
        f"{which['cost']:,.0f}",
        *money,
        f"{which['short_lines']:,}",
        f"{100 * which['line_fill_rate']:.1f} %",
        f"{which['average_on_hand_value']:,.0f}",
        *judged,
    ]
    return f"| {' | '.join(cells)} |"


def _classes(compared: Sequence[Mapping[str, Any]]) -> list[str]:
    """What each saves by class of item, per cent of what the baseline costs there."""
    names = list(compared[0]["classes"])
    head = [f"{name} ({compared[0]['classes'][name]['items']})" for name in names]
    lines = [f"| saved on ... (items), % | {' | '.join(head)} |", f"|---|{'--:|' * len(names)}"]
    for each in compared:
        cells = [_class_cell(each["classes"].get(name)) for name in names]
        lines.append(f"| {each['b']['name']} | {' | '.join(cells)} |")
    return lines


def _class_cell(saving: Mapping[str, Any] | None) -> str:
    if saving is None or saving["cost"] <= 0:
        return ""
    ends = f"({100 * saving['share_low']:z.1f} to {100 * saving['share_high']:z.1f})"
    return f"{100 * saving['share']:z.1f} {ends}"


def into(text: str, made: str, file: Path) -> str:
    """The text with what was made between its markers. Raises RequestError where it has none."""
    pattern = re.compile(f"{re.escape(BEGIN)}.*?{re.escape(END)}", re.DOTALL)
    if not pattern.search(text):
        raise RequestError(f"{file}: has no lines {BEGIN} and {END}: add them where tables are to stand")
    return pattern.sub(lambda found: f"{BEGIN}\n\n{made}\n{END}", text)


def index_row(folder: str, run: Mapping[str, Any], compared: Sequence[Mapping[str, Any]]) -> str:
    """A line of the index: question, configuration, result."""
    found = compared[0]["verdict"] if compared else "nothing was compared"
    configuration = f"[experiment.yaml]({folder}/experiment.yaml)"
    return f"| [{folder}]({folder}/README.md) | {run['question']} | {configuration} | {found} |"


def into_index(text: str, row: str, folder: str, file: Path) -> str:
    """The index with the experiment's line in it: in the place of its old one, or the last."""
    found = re.search(f"{re.escape(BEGIN)}(.*?){re.escape(END)}", text, re.DOTALL)
    if found is None:
        raise RequestError(f"{file}: has no lines {BEGIN} and {END}: add them where the index is to stand")
    rows = [line for line in found[1].splitlines() if line.startswith("| [")]
    rows = sorted([line for line in rows if not line.startswith(f"| [{folder}](")] + [row])
    head = ["| experiment | question | configuration | result |", "|---|---|---|---|"]
    return into(text, "\n".join([*head, *rows]) + "\n", file)
