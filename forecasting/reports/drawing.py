"""Pictures as SVG that stands in a page by itself: the looks that every report's pictures share.

matplotlib is imported as the first picture is drawn: most commands never draw one.
"""

from __future__ import annotations

import io
import re
from typing import Any

from markupsafe import Markup

FOCUS, BASE, BOUND, INK = "#0b6fa4", "#d9542b", "#8a8f98", "#33383f"
GRID = "#e6e8ec"
OTHERS = ("#7b9e3f", "#a06cb0", "#c79a1e", "#4fa69c", "#b5657d", "#6f7fc1", "#8c6d4f")

_STYLE: Any = {
    "svg.fonttype": "path",
    "font.family": "DejaVu Sans",
    "font.size": 9.5,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.spines.left": False,
    "axes.edgecolor": "#b9bec6",
    "axes.titlesize": 11,
    "axes.titlelocation": "left",
    "axes.titlepad": 12,
    "axes.labelcolor": INK,
    "axes.axisbelow": True,
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "xtick.major.size": 3,
    "ytick.major.size": 0,
    "grid.color": GRID,
    "grid.linewidth": 0.8,
    "legend.frameon": False,
}


def style(salt: str = "reorder") -> Any:
    """Our looks, for as long as the context lasts. ``salt`` goes into the ids of an SVG."""
    import matplotlib as mpl

    return mpl.rc_context({**_STYLE, "svg.hashsalt": salt})


def panels(rows: int, height: float, columns: int = 1, **options: Any) -> tuple[Any, list[Any]]:
    """A figure of ``rows`` x ``columns`` panels, ``height`` inches high, and its axes row by row."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9.2, height), layout="constrained")
    return figure, list(figure.subplots(rows, columns, squeeze=False, **options).ravel())


def legend(figure: Any, axes: Any, columns: int = 6) -> None:
    """The legend of one of the figure's axes, above all of them."""
    handles, labels = axes.get_legend_handles_labels()
    figure.legend(
        handles,
        labels,
        loc="outside upper left",
        ncols=min(len(labels), columns),
        handlelength=1.4,
        columnspacing=1.4,
    )


def dates(axes: Any) -> None:
    """Dates along the bottom, no more of them than fit."""
    from matplotlib.dates import AutoDateLocator, ConciseDateFormatter

    locator = AutoDateLocator(minticks=4, maxticks=10)
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(ConciseDateFormatter(locator, show_offset=False))


def thousands(value: float, _: object = None) -> str:
    """1234567 as 1,234,567: the text of a tick."""
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,g}"


def svg(figure: Any, name: str, described: str) -> Markup:
    """The figure as an SVG element. The same figure gives the same text; nothing in it points elsewhere.

    The only markup that pages are filled with.

    ``name`` keeps its ids apart from those of the page's other pictures; ``described`` is what a screen
    reader says.
    """
    buffer = io.StringIO()
    with style(name):
        metadata = dict.fromkeys(("Date", "Creator", "Format", "Type"))
        figure.savefig(buffer, format="svg", metadata=metadata)
    text = buffer.getvalue()
    text = text[text.index("<svg") :]
    text = re.sub(r"<metadata>.*?</metadata>\s*", "", text, flags=re.DOTALL)
    # HTML knows these name spaces, and takes a plain href.
    text = re.sub(r'\s+xmlns(:\w+)?="[^"]*"', "", text).replace("xlink:href", "href")
    text = re.sub(r'\bid="', f'id="{name}-', text)
    text = re.sub(r'(href="|url\()#', rf"\1#{name}-", text)
    label = Markup('<svg role="img" aria-label="{}"').format(described)
    return Markup(text.replace("<svg", label, 1).strip())
