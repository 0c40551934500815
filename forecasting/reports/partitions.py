"""What a command says on a terminal when an engine has worked on partitions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def partitions_text(run: Mapping[str, Any], out: str) -> str:
    """What ``run.json`` says of a job over partitions, short."""
    counts, parts = run["counts"], run["partitions"]
    lines = [
        f"{run['command']}, close of {run['as_of']}: {counts['items']:,} items, {counts['order_lines']:,} "
        f"order lines in {parts['done']:,} partitions; models learnt from {parts['sample_items']:,} items"
    ]
    if "together" in run:
        value = run["together"]["value"]
        lines.append(f"to order now: {counts['suggested']:,} lines, worth {value:,.2f}")
    if "open_lines" in counts:
        lines.append(
            f"{counts['open_lines']:,} open lines: {counts['will_make_it']:,} will make it, "
            f"{counts['at_risk']:,} at risk, {counts['cannot_make_it']:,} cannot"
        )
    if counts["notices"]:
        lines.append(f"{counts['notices']:,} notices, all in the table notices:")
        lines += [f"  {each}" for each in run["notices"][:3]]
    lines.append(f"{run['timings']['all']:,.1f} seconds; written to {out}")
    return "\n".join(lines)
