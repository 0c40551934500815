"""Tables between the markers of a README, the index, the page: all from what the comparison says."""

from __future__ import annotations

import re

import pytest

from forecasting.bootstrap import run_experiment
from forecasting.bootstrap.experiments import write_result
from forecasting.errors import RequestError
from forecasting.experimenting.written import BEGIN, END, into, into_index, result
from forecasting.reports.experiments.page import comparison_page
from tests.support.command import reorder
from tests.support.paths import ROOT

README = f"# Mine\n\n    reorder experiment run mine --write\n\n{BEGIN}\nold\n{END}\n\nAfter.\n"


def test_what_stands_between_the_markers_is_replaced_and_nothing_else(small, tmp_path):
    _, _, (run, compared, _) = small
    folder = tmp_path / "experiments" / "mine"
    folder.mkdir(parents=True)
    (folder / "README.md").write_text(README, encoding="utf-8")
    index = folder.parent / "README.md"
    index.write_text(f"# Index\n\n{BEGIN}\n{END}\n", encoding="utf-8")
    write_result(folder, run, compared)
    first = (folder / "README.md").read_text(encoding="utf-8")
    assert first.startswith("# Mine") and first.endswith("After.\n") and "\nold\n" not in first
    assert f"* {compared[0]['verdict']}" in first
    line = next(line for line in first.splitlines() if line.startswith("| default"))
    saved = compared[0]["saved"]
    assert f"| {saved['saved']:,.0f} | {100 * saved['share']:.1f} (" in line
    write_result(folder, run, compared)
    assert (folder / "README.md").read_text(encoding="utf-8") == first
    rows = [row for row in index.read_text(encoding="utf-8").splitlines() if row.startswith("| [")]
    assert rows == [
        f"| [mine](mine/README.md) | {run['question']} | [experiment.yaml](mine/experiment.yaml) | "
        f"{compared[0]['verdict']} |"
    ]


def test_the_index_keeps_the_lines_of_others_in_their_order(tmp_path):
    text = f"{BEGIN}\n{END}\n"
    for folder in ("b", "a", "b"):
        text = into_index(text, f"| [{folder}]({folder}/README.md) | new |", folder, tmp_path)
    assert re.findall(r"^\| \[(\w)\]", text, re.M) == ["a", "b"]


def test_a_readme_without_markers_is_left_alone_and_said(tmp_path):
    with pytest.raises(RequestError, match="has no lines"):
        into("# Mine\n", "made", tmp_path / "README.md")


def test_what_is_written_is_of_the_experiment_as_its_file_has_it(small, tmp_path):
    file, store, _ = small
    with pytest.raises(RequestError, match="leave --set out"):
        run_experiment(str(file), ["seed=2"], store=store, tracking="none", write=True)


def test_the_page_tells_the_same_stands_by_itself_and_is_the_same_twice(small):
    _, store, (run, compared, _) = small
    page = (store / "runs" / run["run"] / "comparison.html").read_text(encoding="utf-8")
    assert page == comparison_page(compared, run["question"])
    assert compared[0]["verdict"] in page and page.count("<svg") == 2
    assert not re.search(r"(src|href)=\"(?!#)", page)
    assert "No contender but the baseline" in comparison_page([])


def test_the_words_of_a_run_are_those_of_its_files(small):
    _, store, (run, compared, _) = small
    assert (store / "runs" / run["run"] / "result.md").read_text(encoding="utf-8") == result(run, compared)


def test_the_commands_tell_runs_and_comparisons(small, tmp_path):
    _, store, (run, compared, _) = small
    listed = reorder("experiment", "list", "--store", store)
    assert listed.code == 0 and run["run"] in listed.out and run["question"] in listed.out
    page = tmp_path / "page.html"
    told = reorder(
        "experiment", "compare", "nothing", "default", "--run", run["run"], "--store", store, "--out", page
    )
    assert told.code == 0, told.err
    assert told.out.startswith(compared[0]["verdict"])
    assert "policy: no_orders | cost_optimal" in told.out
    assert compared[0]["verdict"] in page.read_text(encoding="utf-8")
    empty = reorder("experiment", "list", "--store", tmp_path / "nothing")
    assert empty.code == 0 and "No run yet" in empty.out


@pytest.mark.parametrize(
    "folder", sorted((ROOT / "experiments").glob("[a-z]*/experiment.yaml")), ids=lambda f: f.parent.name
)
def test_every_experiment_of_ours_has_its_result_and_its_line_in_the_index(folder):
    name = folder.parent.name
    readme = (folder.parent / "README.md").read_text(encoding="utf-8")
    made = readme.partition(BEGIN)[2].partition(END)[0]
    index = (ROOT / "experiments" / "README.md").read_text(encoding="utf-8")
    verdict = re.search(r"^\* (.*)$", made, re.M)[1]
    assert f"| [{name}]({name}/README.md) |" in index and verdict in index
    assert re.search(r"^## Answer\n\n\S", readme, re.M), "an answer in words"


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", ["charge_for_excess", "choice_of_models", "default_against_rules", "value_of_history"]
)
def test_an_experiment_of_ours_run_again_says_what_its_readme_says_to_the_digit(name, tmp_path):
    file = ROOT / "experiments" / name / "experiment.yaml"
    ran = run_experiment(str(file), store=tmp_path / "runs", tracking="none")
    readme = (file.parent / "README.md").read_text(encoding="utf-8")
    assert result(ran.run, ran.compared).strip() == readme.partition(BEGIN)[2].partition(END)[0].strip()
