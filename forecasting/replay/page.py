"""The words and the looks of the report's page."""

from __future__ import annotations

PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>$title</title>
<style>
body { font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; color: #22272e;
  max-width: 1080px; margin: 2.5rem auto 4rem; padding: 0 1.25rem; }
h1 { font-size: 1.05rem; font-weight: 600; color: #66707c; margin: 0 0 .4rem; }
h2 { font-size: 1.2rem; margin: 2.6rem 0 .6rem; }
h3 { font-size: 1rem; margin: 1.5rem 0 .4rem; }
small, .note { color: #66707c; font-weight: 400; font-size: .87rem; }
.headline { font-size: 1.5rem; line-height: 1.35; font-weight: 600; margin: 0 0 .8rem; max-width: 58rem; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-size: .9rem; }
th { font-weight: 600; color: #66707c; text-align: left; vertical-align: bottom; }
th, td { padding: .38rem .7rem; border-bottom: 1px solid #e6e8ec; }
td { white-space: nowrap; }
.n { text-align: right; font-variant-numeric: tabular-nums; }
tr.focus td { background: #eaf4fa; font-weight: 600; }
tr.baseline td { background: #fdf1ec; }
tr.bound td { color: #8a8f98; font-style: italic; }
svg { display: block; max-width: 100%; height: auto; }
dt { font-weight: 600; margin-top: .5rem; }
dd { margin: 0 0 0 1.2rem; }
@media print { body { margin: 0; max-width: none; } h2 { break-after: avoid; } svg { break-inside: avoid; } }
</style>
</head>
<body>
<h1>$title</h1>
<p class="headline">$headline</p>
<p>$details</p>
<p>$facts</p>
<h2>The policies side by side</h2>
$policies
<h2>What each policy costs</h2>
$costs
<p class="note">$left_out</p>
<h2>Stock and backlog over time</h2>
$stock
<h2>Backorders over time</h2>
$short
<h2>The items that make the difference</h2>
$items
$parameters
<h2>What was assumed</h2>
$assumptions
<h2>How to read this</h2>
$how_to_read
</body>
</html>
"""

HOW_TO_READ = """<dl>
<dt>Backorder, order line short</dt>
<dd>An order line of which not every unit could ship from stock on the day it was due to. It waits, or is
lost where backorders are refused; both count.</dd>
<dt>Avoided, saved</dt>
<dd>The baseline's figure less the policy's: above zero is better than the baseline.</dd>
<dt>90 % interval</dt>
<dd>What the saving might have been, had other items and other weeks like these happened. If it contains
zero, the two cannot be told apart.</dd>
<dt>Fill rate</dt>
<dd>The share of demanded units that shipped from stock when due.</dd>
<dt>On time in full</dt>
<dd>The share of order lines that were shipped in full by the customer's deadline.</dd>
<dt>perfect_foresight, no_orders</dt>
<dd>Nobody can follow these two. The first knows the demand to come, the second never buys: they say what
is possible at best and at worst.</dd>
<dt>The first weeks</dt>
<dd>An item is counted from the day on which goods ordered in the replay can have arrived (unless the
warm-up was switched off): until then its stock is nobody's merit. Stock and backlog seem small there.</dd>
</dl>"""
