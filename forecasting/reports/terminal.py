"""What a command says on a terminal when it is done: short, readable, and only what its tables say."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from forecasting.evaluate.scores import by_model
from forecasting.reports.backtest.words import by_cost, cells, facts, headline
from forecasting.reports.replay.words import origin_of_saving, recorded_sentences
from forecasting.run import Result, figure_text

if TYPE_CHECKING:
    from forecasting.sample import Sample

SHOWN = 8


def sample_text(sample: Sample, folder: Path) -> list[str]:
    """How large a synthetic dataset became, and where its hidden truth is."""
    orders = sample.tables["orders"]
    last = str(orders["ordered_at"].max())[:10]
    return [
        f"{folder}: {len(sample.tables['products']):,} products, {len(orders):,} order lines up to {last}",
        f"the hidden truth (demand, lost demand) is in {folder / 'truth'}",
    ]


def plan_text(result: Result, out: Path | None) -> str:
    """What to buy first and why, what it costs, and what was assumed."""
    table, assumed = result.tables["recommendations"], result.tables["assumptions"]
    bought = table[table["quantity"] > 0]
    lines = [
        f"{len(bought):,} of {len(table):,} items to order at the close of {result.run['as_of']}, "
        f"worth {bought['value'].sum():,.2f}.",
        "",
        *first_orders(table),
        "",
        *assumptions_text(assumed),
    ]
    if out is not None:
        lines += ["", f"Written to {out}: {', '.join(result.tables)}, run.json"]
    return "\n".join(lines)


def first_orders(table: pd.DataFrame, shown: int = SHOWN) -> list[str]:
    """The orders that save most money, each with its reason."""
    saved = table["expected_cost"] - table["expected_cost_if_ordered"]
    bought = table.assign(saved=saved)[table["quantity"] > 0]
    first = bought.sort_values(["saved", "location", "sku"], ascending=[False, True, True]).head(shown)
    if len(first) == 0:
        return ["Nothing needs to be ordered."]
    lines = ["To order first, by the money it saves:"]
    for row in _rows(first):
        supplier = f" from {row.supplier}" if row.supplier else ""
        lines.append(f"  {row.sku}{supplier}: saves {row.saved:,.2f}. {row.reason}")
    return lines


def assumptions_text(assumed: pd.DataFrame) -> list[str]:
    """The settings that stood in for what the dataset does not say."""
    if len(assumed) == 0:
        return ["Nothing had to be assumed."]
    width = max(len(f"{row.setting} = {row.value}") for row in _rows(assumed))
    lines = ["Assumed, where the dataset does not say (setting = value, items):"]
    for row in _rows(assumed):
        setting = f"{row.setting} = {row.value}"
        lines.append(f"  {setting:<{width}}  {row.items:>7,}")
    return lines


def replay_text(result: Result, out: Path) -> str:
    """The policies side by side, and what the baseline's backorders would have come to."""
    run = result.run
    lines = [
        f"{run['counts']['items']:,} items, {run['counts']['order_lines']:,} order lines counted, "
        f"{run['from']} to {run['to']}.",
        "",
        *policies_table(result.tables["summary"]),
    ]
    fitted = run["parameters"]
    lines += [f"  {name}: {words}, fitted on the time before" for name, words in fitted.items()]
    origin = origin_of_saving(result.tables.get("decomposition"))
    lines += ["", *verdicts(result), *(["", origin] if origin else [])]
    said = recorded_sentences(result.run)
    lines += ["", *said] if said else []
    written = [name for name in result.tables if name != "assumptions"]
    lines += ["", f"Written to {out}: {', '.join(written)}, report.html"]
    return "\n".join(lines)


def policies_table(summary: pd.DataFrame) -> list[str]:
    """One line a policy: the measures that matter most."""
    lines = [
        f"  {'policy':<18}{'short lines':>12}{'short units':>13}{'fill rate':>11}"
        f"{'stock value':>14}{'cost':>14}"
    ]
    for row in _rows(summary):
        short_lines = row.backordered_lines + row.lost_lines
        short_units = row.backordered_units + row.lost_units
        lines.append(
            f"  {row.policy:<18}{figure_text(short_lines):>12} {figure_text(short_units):>12}"
            f"{figure_text(row.fill_rate, '.1%'):>11} {figure_text(row.average_on_hand_value):>13}"
            f" {figure_text(row.cost_total):>13}"
        )
    return lines


def verdicts(result: Result) -> list[str]:
    """For each policy that anybody can follow: backorders avoided and money saved, how surely."""
    summary, baseline = result.tables["summary"], result.run["baseline"]
    base = summary[summary["policy"] == baseline].iloc[0]
    short = base.backordered_lines + base.lost_lines
    lines = []
    for row in _rows(summary):
        if row.policy in {baseline, "perfect_foresight", "no_orders", "recorded"}:
            continue
        if pd.isna(base.cost_total):
            lines.append(against_unknown(row, baseline))
            continue
        more = "fewer" if row.backorders_avoided >= 0 else "more"
        cheaper = "less" if row.cost_saved >= 0 else "more"
        share = abs(row.cost_saved) / base.cost_total if base.cost_total else 0.0
        low, high = -row.cost_total_difference_high, -row.cost_total_difference_low
        lines.append(
            f"{row.policy} would have left {abs(row.backorders_avoided):,.0f} {more} order lines short "
            f"than {baseline} (of {short:,.0f}), for {abs(row.cost_saved):,.0f} {cheaper} money in all "
            f"({share:.0%}; 90 % interval of the saving {low:,.0f} to {high:,.0f}), holding stock worth "
            f"{row.average_on_hand_value:,.0f} against {base.average_on_hand_value:,.0f}."
        )
    return lines


def against_unknown(row: Any, baseline: str) -> str:
    """What can be said of a policy where the baseline's cost in all is not known."""
    more = "fewer" if row.backorders_avoided >= 0 else "more"
    said = f"{row.policy} would have left {row.backordered_lines + row.lost_lines:,.0f} order lines short"
    if not pd.isna(row.backorders_avoided):
        said += f", {abs(row.backorders_avoided):,.0f} {more} than {baseline}"
    return f"{said}, at a cost of {row.cost_total:,.0f} in all; what {baseline} cost is not known."


def backtest_text(result: Result, out: Path | None) -> str:
    """The models side by side, over all windows and by class, the cheapest first."""
    scores, run = result.tables["scores"], result.run
    sentence, details = headline(scores)
    lines = [facts(run), "", sentence, details, "", *scores_table(scores)]
    lines += ["", *assumptions_text(result.tables["assumptions"])]
    if out is not None:
        lines += ["", f"Written to {out}: scores, forecasts, assumptions, report.html, run.json"]
    return "\n".join(lines)


def backtest_json(result: Result) -> dict[str, Any]:
    """The run, and the table ``scores``; what could not be measured is null."""
    rows = result.tables["scores"].to_dict("records")
    known = [{name: None if pd.isna(value) else value for name, value in row.items()} for row in rows]
    return {**result.run, "scores": known}


def scores_table(scores: pd.DataFrame) -> list[str]:
    """A block a class, a line a model: of each quantile, the shares strictly below and at or below it."""
    order = by_cost(scores)
    width = max((len(str(model)) for model in order), default=0)
    lines = [
        f"  {'':<{width}}{'':>7}   shares of windows below - at or below the quantile at",
        f"  {'':<{width}}{'loss':>7}{'.8':>13}{'.9':>13}{'.95':>13}{'.98':>13}"
        f"{'bias':>8}{'RMSSE':>7}{'cost':>12}",
    ]
    for name in scores["class"].unique():
        rows = by_model(scores, str(name))
        first = next(iter(rows.values()))
        lines.append(f"{name}: {first['windows']:,} windows, {first['units']:,.0f} units")
        for model in order:
            if model in rows:
                loss, *shares, bias, rmsse, cost = cells(rows[model])
                held = "".join(f"{share:>13}" for share in shares)
                lines.append(f"  {model:<{width}}{loss:>7}{held}{bias:>8}{rmsse:>7} {cost:>11}")
    return lines


def demo_text(planned: Result, replayed: Result, folder: Path) -> str:
    """The end of the demo: what to buy first and why, what it costs, backorders avoided."""
    table = planned.tables["recommendations"]
    bought = table[table["quantity"] > 0]
    return "\n".join(
        [
            *first_orders(table, 5),
            "",
            f"In all {len(bought):,} of {len(table):,} items to order, worth {bought['value'].sum():,.2f}; "
            f"they cut the expected cost of shortage and stock from {bought['expected_cost'].sum():,.2f} "
            f"to {bought['expected_cost_if_ordered'].sum():,.2f}.",
            "",
            "On the shop's own past orders:",
            *policies_table(replayed.tables["summary"]),
            "",
            *verdicts(replayed),
            "",
            *recorded_sentences(replayed.run),
            "",
            f"Look at {folder / 'replay' / 'report.html'} and {folder / 'plan' / 'recommendations.csv'}",
        ]
    )


def _rows(table: pd.DataFrame) -> Iterator[Any]:
    """The rows, with their columns as attributes."""
    return iter(table.itertuples(index=False))
