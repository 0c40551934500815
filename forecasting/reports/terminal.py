"""What a command says on a terminal when it is done: short, readable, and only what its tables say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from forecasting.evaluate.scores import by_model
from forecasting.policies.registry import RECORDED
from forecasting.reports.backtest.words import by_cost, cells, facts, headline
from forecasting.reports.replay.headline import BOUNDS, focus_of
from forecasting.reports.replay.told_first import told_first
from forecasting.reports.replay.windows import window_sentence
from forecasting.reports.replay.words import origin_of_saving, parameters_in_words, recorded_sentences
from forecasting.run import Result, figure_text

if TYPE_CHECKING:
    from forecasting.connectors.online_retail.importing import Imported
    from forecasting.sample import Sample

SHOWN = 8
"""Orders that a plan shows with their reasons."""

SHOWN_IN_DEMO = 5

WIDEST = 60
"""Letters of an assumption behind which its figure still stands in the column of all figures."""


# ---- Datasets ------------------------------------------------------------------------------------


def sample_text(sample: Sample, folder: Path) -> list[str]:
    """How large a synthetic dataset became, and where its hidden truth is."""
    orders = sample.tables["orders"]
    last = str(orders["ordered_at"].max())[:10]
    lines = [
        f"{folder}: {len(sample.tables['products']):,} products, {len(orders):,} order lines up to {last}",
        f"the hidden truth (demand, lost demand) is in {folder / 'truth'}",
    ]
    if "faults" in sample.truth:
        kinds = sample.truth["faults"]["kind"].nunique()
        lines += [f"{kinds} kinds of faults were planted: {folder / 'truth' / 'faults.parquet'} names each"]
    return lines


def import_text(imported: Imported) -> str:
    """The account of an import: read, minus each rule that excludes, = kept; then what else was done."""
    lines = [(" ", imported.read)]
    lines += [("-", rule) for rule in imported.rules if rule.excludes]
    lines += [("=", imported.kept)]
    lines += [(" ", rule) for rule in imported.rules if not rule.excludes]

    width = max(len(rule.name) for _, rule in lines)
    return "\n".join(
        f"{sign} {rule.name:<{width}} {rule.rows:>9,} rows {rule.units:>11,} units  {rule.does}"
        for sign, rule in lines
    )


# ---- Plan ----------------------------------------------------------------------------------------


def plan_text(result: Result, out: Path | None) -> str:
    """What to buy first and why, what it costs, and what was assumed."""
    recommendations = result.tables["recommendations"]
    bought = recommendations[recommendations["quantity"] > 0]

    lines = [
        f"{len(bought):,} of {len(recommendations):,} items to order at the close of "
        f"{result.run['as_of']}, worth {bought['value'].sum():,.2f}.",
        "",
        *first_orders(recommendations),
        "",
        *assumptions_text(result.tables["assumptions"]),
        *notices_text(result.run, out),
    ]
    if out is not None:
        lines += ["", f"Written to {out}: {', '.join(result.tables)}, run.json"]
    return "\n".join(lines)


def first_orders(recommendations: pd.DataFrame, shown: int = SHOWN) -> list[str]:
    """The orders that save most money, each with its reason."""
    saved = recommendations["expected_cost"] - recommendations["expected_cost_if_ordered"]
    bought = recommendations.assign(saved=saved)[recommendations["quantity"] > 0]
    if len(bought) == 0:
        return ["Nothing needs to be ordered."]

    lines = ["To order first, by the money it saves:"]
    ranked = bought.sort_values(["saved", "location", "sku"], ascending=[False, True, True])
    for row in _rows(ranked.head(shown)):
        supplier = f" from {row.supplier}" if row.supplier else ""
        lines.append(f"  {row.sku}{supplier}: saves {row.saved:,.2f}. {row.reason}")
    return lines


def assumptions_text(assumptions: pd.DataFrame) -> list[str]:
    """The settings that stood in for what the dataset does not say."""
    if len(assumptions) == 0:
        return ["Nothing had to be assumed."]

    settings = [f"{row.setting} = {row.value}" for row in _rows(assumptions)]
    # One that lists many columns of a table stands out, instead of moving all figures off the screen.
    width = max((len(setting) for setting in settings if len(setting) <= WIDEST), default=0)
    return [
        "Assumed, where the dataset does not say (setting = value, items):",
        *(
            f"  {setting:<{width}}  {items:>7,}"
            for setting, items in zip(settings, assumptions["items"], strict=True)
        ),
    ]


def notices_text(run: Mapping[str, Any], out: Path | None) -> list[str]:
    """The first things that look odd, and how many more there are; nothing where nothing does."""
    count, texts = run["counts"]["notices"], run["notices"]
    if not count:
        return []

    lines = ["", f"What looks odd ({count:,} notice{'' if count == 1 else 's'}):"]
    lines += [f"  {text}" for text in texts]
    if count > len(texts):
        where = "" if out is None else f" in {out / 'notices.parquet'}"
        lines.append(f"  ... and {count - len(texts):,} more{where}")
    return lines


# ---- Replay --------------------------------------------------------------------------------------


def replay_text(result: Result, out: Path) -> str:
    """The policies side by side, and what the baseline's backorders would have come to."""
    run, counts = result.run, result.run["counts"]
    lines = [
        f"{counts['items']:,} items, {counts['order_lines']:,} order lines counted, "
        f"{run['from']} to {run['to']}.",
        "",
        *_with_gap([f"Warning: {each}" for each in run.get("warnings", ())]),
        *_with_gap(told_first(result.tables, run["baseline"])),
        *policies_table(result.tables["summary"]),
        *(f"  {policy}: {words}" for policy, words in parameters_in_words(run).items()),
        "",
        *verdicts(result),
        *_by_window(result),
    ]

    origin = origin_of_saving(result.tables.get("decomposition"))
    if origin:
        lines += ["", origin]
    recorded = recorded_sentences(run)
    if recorded:
        lines += ["", *recorded]
    lines += ["", *_further(result)] if _further(result) else []

    lines += ["", *assumptions_text(result.tables["assumptions"])]
    lines += notices_text(run, out)
    lines += ["", f"Written to {out}: {', '.join(result.tables)}, report.html, run.json"]
    return "\n".join(lines)


def _by_window(result: Result) -> list[str]:
    """In how many windows the policy that the replay is about cost less; nothing where that is not known."""
    baseline = result.run["baseline"]
    focus = focus_of(result.tables["summary"], baseline)
    said = window_sentence(result.tables.get("windows"), result.run, focus, baseline)
    return [said] if said else []


def _further(result: Result) -> list[str]:
    """What else a replay could tell, and how to get it."""
    said = []
    if RECORDED not in set(result.tables["summary"]["policy"]):
        said.append(f"Beside what really happened: add {RECORDED} to --policies.")
    if "equal_terms" not in result.tables:
        said.append("At equal stock, cost or service: replay cost_optimal without --no-equal, or --frontier.")
    return said


def _with_gap(lines: list[str]) -> list[str]:
    return [*lines, ""] if lines else []


def policies_table(summary: pd.DataFrame) -> list[str]:
    """One line a policy: the measures that matter most."""
    width = max(18, *(len(policy) for policy in summary["policy"]))
    lines = [
        f"  {'policy':<{width}}{'short lines':>12}{'short units':>13}{'fill rate':>11}"
        f"{'stock value':>14}{'cost':>14}"
    ]
    for row in _rows(summary):
        short_units = row.backordered_units + row.lost_units
        lines.append(
            f"  {row.policy:<{width}}{figure_text(_short_lines(row)):>12} {figure_text(short_units):>12}"
            f"{figure_text(row.fill_rate, '.1%'):>11} {figure_text(row.average_on_hand_value):>13}"
            f" {figure_text(row.cost_total):>13}"
        )
    return lines


def verdicts(result: Result) -> list[str]:
    """For each policy that anybody can follow: backorders avoided and money saved, how surely."""
    summary, baseline = result.tables["summary"], result.run["baseline"]
    base = next(row for row in _rows(summary) if row.policy == baseline)
    followed = [row for row in _rows(summary) if row.policy not in {baseline, RECORDED, *BOUNDS}]
    if pd.isna(base.cost_total):
        return [_against_unknown_cost(row, baseline) for row in followed]
    return [_against(row, base) for row in followed]


def _against(row: Any, base: Any) -> str:
    """What a policy avoids and saves against the baseline."""
    more = "fewer" if row.backorders_avoided >= 0 else "more"
    cheaper = "less" if row.cost_saved >= 0 else "more"
    share = abs(row.cost_saved) / base.cost_total if base.cost_total else 0.0
    low, high = -row.cost_total_difference_high, -row.cost_total_difference_low
    return (
        f"{row.policy} would have left {abs(row.backorders_avoided):,.0f} {more} order lines short "
        f"than {base.policy} (of {_short_lines(base):,.0f}), for {abs(row.cost_saved):,.0f} {cheaper} money "
        f"in all ({share:.0%}; 90 % interval of the saving {low:,.0f} to {high:,.0f}), holding stock worth "
        f"{row.average_on_hand_value:,.0f} against {base.average_on_hand_value:,.0f}."
    )


def _against_unknown_cost(row: Any, baseline: str) -> str:
    """What can be said of a policy where the baseline's cost in all is not known."""
    sentence = f"{row.policy} would have left {_short_lines(row):,.0f} order lines short"
    if not pd.isna(row.backorders_avoided):
        more = "fewer" if row.backorders_avoided >= 0 else "more"
        sentence += f", {abs(row.backorders_avoided):,.0f} {more} than {baseline}"
    return f"{sentence}, at a cost of {row.cost_total:,.0f} in all; what {baseline} cost is not known."


def _short_lines(row: Any) -> float:
    return float(row.backordered_lines + row.lost_lines)


# ---- Backtest ------------------------------------------------------------------------------------


def backtest_text(result: Result, out: Path | None) -> str:
    """The models side by side, over all windows and by class, the cheapest first."""
    scores = result.tables["scores"]
    sentence, details = headline(scores)

    lines = [facts(result.run), "", sentence, details, "", *scores_table(scores)]
    lines += ["", *assumptions_text(result.tables["assumptions"])]
    lines += notices_text(result.run, None)
    if out is not None:
        lines += ["", f"Written to {out}: scores, forecasts, assumptions, report.html, run.json"]
    return "\n".join(lines)


def backtest_json(result: Result) -> dict[str, Any]:
    """The run, and the table ``scores``; what could not be measured is null."""
    scores = [
        {name: None if pd.isna(value) else value for name, value in row.items()}
        for row in result.tables["scores"].to_dict("records")
    ]
    return {**result.run, "scores": scores}


def scores_table(scores: pd.DataFrame) -> list[str]:
    """A block a class, a line a model: of each quantile, the shares strictly below and at or below it."""
    order = by_cost(scores)
    width = max((len(model) for model in order), default=0)
    lines = [
        f"  {'':<{width}}{'':>7}   shares of windows below - at or below the quantile at",
        f"  {'':<{width}}{'loss':>7}{'.8':>13}{'.9':>13}{'.95':>13}{'.98':>13}"
        f"{'bias':>8}{'RMSSE':>7}{'cost':>12}",
    ]
    for name in scores["class"].unique():
        found = by_model(scores, str(name))
        first = next(iter(found.values()))
        lines.append(f"{name}: {first['windows']:,} windows, {first['units']:,.0f} units")

        for model in order:
            if model in found:
                loss, *shares, bias, rmsse, cost = cells(found[model])
                columns = "".join(f"{share:>13}" for share in shares)
                lines.append(f"  {model:<{width}}{loss:>7}{columns}{bias:>8}{rmsse:>7} {cost:>11}")
    return lines


# ---- Demo ----------------------------------------------------------------------------------------


def demo_text(planned: Result, replayed: Result, folder: Path) -> str:
    """The end of the demo: what to buy first and why, what it costs, backorders avoided."""
    recommendations = planned.tables["recommendations"]
    bought = recommendations[recommendations["quantity"] > 0]
    return "\n".join(
        [
            *first_orders(recommendations, SHOWN_IN_DEMO),
            "",
            f"In all {len(bought):,} of {len(recommendations):,} items to order, worth "
            f"{bought['value'].sum():,.2f}; they cut the expected cost of shortage and stock from "
            f"{bought['expected_cost'].sum():,.2f} to {bought['expected_cost_if_ordered'].sum():,.2f}.",
            "",
            "On the shop's own past orders:",
            *_with_gap([f"Warning: {each}" for each in replayed.run.get("warnings", ())]),
            *_with_gap(told_first(replayed.tables, replayed.run["baseline"])),
            *policies_table(replayed.tables["summary"]),
            "",
            *verdicts(replayed),
            *_by_window(replayed),
            "",
            *recorded_sentences(replayed.run),
            "",
            f"Look at {folder / 'replay' / 'report.html'} and {folder / 'plan' / 'recommendations.csv'}",
        ]
    )


def _rows(table: pd.DataFrame) -> Iterator[Any]:
    """The rows, with their columns as attributes."""
    return iter(table.itertuples(index=False))
