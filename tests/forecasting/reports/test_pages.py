"""Pages: everything that is filled in is escaped, and all HTML stands in templates."""

from __future__ import annotations

import ast
import re

import jinja2
import pandas as pd
import pytest

from forecasting.reports import drawing, pages
from forecasting.reports.pages import Row, Table
from tests.support.paths import ROOT

REPORTS = ROOT / "forecasting" / "reports"
TEMPLATES = REPORTS / "templates"


def filled(source: str, **content: object) -> str:
    """A template of the tests' own, in the environment of the pages."""
    head = '{% from "parts.html" import assumed, note, table, with_names %}'
    return pages._environment().from_string(head + source).render(**content)


def test_text_is_escaped_and_pictures_are_not():
    with drawing.style():
        figure, _ = drawing.panels(1, 1.0)
    picture = drawing.svg(figure, "one", 'A "picture" & <more>')
    assert picture.startswith('<svg role="img" aria-label="A &#34;picture&#34; &amp; &lt;more&gt;" ')
    said = filled("{{ words }}{{ picture }}", words="<b>&", picture=picture)
    assert said == f"&lt;b&gt;&amp;{picture}"


def test_what_a_template_asks_for_must_be_given():
    with pytest.raises(jinja2.UndefinedError, match="'title' is undefined"):
        pages.render("page.html")


def test_a_table_tells_words_from_figures_and_marks_its_rows():
    rows = [Row(("<a>", "1"), "focus"), Row(("b", "2"))]
    said = filled("{{ table(content) }}", content=Table(("Item", "Units"), rows))
    assert '<tr><th>Item</th><th class="n">Units</th></tr>' in said
    assert '<tr class="focus"><td>&lt;a&gt;</td><td class="n">1</td></tr>' in said
    assert '<tr><td>b</td><td class="n">2</td></tr>' in said


def test_a_heading_may_stand_above_several_columns():
    wide = Table(("Model", "Loss", ".8", ".9", "Cost"), [], group=("Shares at", 2, 3))
    said = " ".join(filled("{{ table(content) }}", content=wide).split())
    spans = '<td colspan="2"></td><th colspan="2">Shares at</th> <td colspan="1"></td>'
    assert f'<tr class="group">{spans}</tr>' in said


def test_assumptions_are_a_table_or_a_sentence():
    frame = pd.DataFrame({"setting": ["seed"], "value": ["1"], "items": [1234]})
    said = filled("{{ assumed(content) }}", content=pages.assumptions(frame))
    assert '<td>seed</td><td>1</td><td class="n">1,234</td>' in said
    assert "Nothing had to be assumed" in filled(
        "{{ assumed(content) }}", content=pages.assumptions(frame.iloc[:0])
    )


def test_names_in_backticks_are_code():
    said = filled("{{ with_names(text) }}", text="`orders` has no `a<b>`; <so>")
    assert said == "<code>orders</code> has no <code>a&lt;b&gt;</code>; &lt;so&gt;"


def test_no_module_writes_html_but_the_one_that_draws():
    """Templates do; only the label of a picture is set where it is drawn."""
    found = []
    for file in sorted(REPORTS.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found += [(file.name, tag) for tag in re.findall(r"</?[a-z]\w*", node.value)]
    assert set(found) == {("drawing.py", "<svg"), ("drawing.py", "<metadata"), ("drawing.py", "</metadata")}


def test_templates_hold_no_script_no_link_and_one_stylesheet():
    files = sorted(TEMPLATES.iterdir())
    assert [file.name for file in files if file.suffix not in (".html", ".css")] == []
    assert [file.name for file in files if file.suffix == ".css"] == ["style.css"]
    for file in files:
        text = file.read_text(encoding="utf-8")
        assert not re.search(r"<script|<link|<img|@import|https?:|url\(|style=", text), file.name
        assert "safe" not in re.findall(r"\|\s*(\w+)", text), "nothing but pictures comes as markup"


def test_pages_print_and_have_a_dark_look():
    style = (TEMPLATES / "style.css").read_text(encoding="utf-8")
    assert "@media print" in style
    assert "@media screen and (prefers-color-scheme: dark)" in style
