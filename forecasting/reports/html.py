"""The frame of a report's page, and its tables. No link leads out of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape

import pandas as pd

FIGURE = ' class="n"'

STYLE = """
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
th, td { padding: .38rem .55rem; border-bottom: 1px solid #e6e8ec; }
td { white-space: nowrap; }
.n { text-align: right; font-variant-numeric: tabular-nums; }
tr.focus td { background: #eaf4fa; font-weight: 600; }
tr.baseline td { background: #fdf1ec; }
tr.bound td { color: #8a8f98; font-style: italic; }
svg { display: block; max-width: 100%; height: auto; }
dt { font-weight: 600; margin-top: .5rem; }
dd { margin: 0 0 0 1.2rem; }
@page { margin: 1.6cm 1.4cm; }
@media print {
  body { margin: 0; padding: 0; max-width: none; font-size: 12px; }
  h2, h3 { break-after: avoid; }
  svg, tr, dt { break-inside: avoid; }
  dt { break-after: avoid; }
  thead { display: table-header-group; }
  .wide { overflow: visible; }
  th, td { padding: .22rem .4rem; }
  tr.focus td, tr.baseline td { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
"""


def page(title: str, headline: str, notes: Iterable[str], sections: Iterable[tuple[str, str]]) -> str:
    """A whole page. ``title``, ``headline`` and ``notes`` are text; a section is a heading and its HTML."""
    said = [f"<p>{escape(note)}</p>" for note in notes if note]
    for heading, content in sections:
        said += [f"<h2>{escape(heading)}</h2>", content]
    return "\n".join(
        [
            '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>{escape(title)}</title>\n<style>{STYLE}</style>\n</head>\n<body>",
            f'<h1>{escape(title)}</h1>\n<p class="headline">{escape(headline)}</p>',
            *said,
            "</body>\n</html>\n",
        ]
    )


def table(
    header: Iterable[str], rows: Iterable[Sequence[str]], classes: Sequence[str] = (), words: int = 1
) -> str:
    """An HTML table; its first ``words`` columns hold words, the others figures.

    ``classes``: of each row: ``focus``, ``baseline``, ``bound`` or nothing.
    """

    def cells(tag: str, row: Iterable[str]) -> str:
        return "".join(
            f"<{tag}{'' if place < words else FIGURE}>{escape(str(cell))}</{tag}>"
            for place, cell in enumerate(row)
        )

    body = []
    for place, row in enumerate(rows):
        kind = classes[place] if place < len(classes) else ""
        body.append(f'<tr class="{kind}">{cells("td", row)}</tr>')
    return (
        f'<div class="wide"><table>\n<thead><tr>{cells("th", header)}</tr></thead>\n<tbody>\n'
        + "\n".join(body)
        + "\n</tbody></table></div>"
    )


def definitions(words: Mapping[str, str]) -> str:
    """A list of terms, each with what it means."""
    rows = "".join(f"<dt>{escape(term)}</dt><dd>{escape(meaning)}</dd>" for term, meaning in words.items())
    return f"<dl>{rows}</dl>"


def note(text: str) -> str:
    """A remark in small print; nothing where there is nothing to say."""
    return f'<p class="note">{escape(text)}</p>' if text else ""


def assumptions(frame: pd.DataFrame) -> str:
    """The table ``assumptions``: columns setting, value, items."""
    if not len(frame):
        return "<p>Nothing had to be assumed.</p>"
    rows = zip(frame["setting"], frame["value"], (f"{items:,}" for items in frame["items"]), strict=True)
    return table(("Setting", "Value", "Items"), rows, words=2)
