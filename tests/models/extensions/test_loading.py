"""A model that a user wrote in one file: found by its name, known by its content, or refused in words."""

from __future__ import annotations

import pickle
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import numpy as np
import pytest

from models.contract import check_model
from models.extensions import ExtensionError, is_file_name, located
from models.extensions.files import load_file
from models.registry import EXTENSIONS, extension, model
from models.shared.history import History
from tests.support.paths import ROOT

FLAT = """
import numpy as np
from models import Simple

class Flat(Simple):
    def mean_and_sd(self, demand, horizon):
        mean = {mean} * horizon
        return mean, np.sqrt(mean)
"""

FIT = "  def fit(self, history): ...\n"
WEEKLY = History(np.array([2.0, 4.0, 3.0, 3.0]), np.array([0, 4]))


def written(folder: Path, text: str = FLAT.format(mean="5.0"), name: str = "flat.py") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def mean_of(name: str) -> float:
    return float(model(name).fit(WEEKLY).demand(np.array([2.0])).mean[0])


def test_a_file_is_a_model_with_its_class_or_without(tmp_path):
    path = written(tmp_path)

    assert model(str(path)).name == model(f"{path}:Flat").name == "flat"
    assert mean_of(str(path)) == pytest.approx(10.0, abs=0.1)


def test_a_file_that_has_changed_is_loaded_anew_and_has_another_hash(tmp_path):
    path = written(tmp_path)
    before, first = mean_of(str(path)), extension(str(path))
    written(tmp_path, FLAT.format(mean="9.0"))
    after, second = mean_of(str(path)), extension(str(path))

    assert after > before + 5
    assert first.sha256 != second.sha256
    assert second.described().keys() == {"name", "file", "class", "sha256"}
    assert str(tmp_path) not in str(second.described())


def test_a_file_is_loaded_once_as_long_as_it_stays_as_it_is(tmp_path):
    path = written(tmp_path)
    assert load_file(path).module is load_file(path).module


def test_what_was_made_of_a_file_can_be_had_in_another_process(tmp_path):
    path = written(tmp_path)
    (tmp_path / "model.pickle").write_bytes(pickle.dumps(model(str(path))))

    code = "import pickle, sys; print(pickle.load(open(sys.argv[1], 'rb')).name)"
    command = [sys.executable, "-c", code, str(tmp_path / "model.pickle")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.stdout.strip() == "flat", done.stderr


@pytest.mark.parametrize(
    "text, inside, said",
    [
        ("x = 1\n", "", "no model is in it"),
        ("import numpy as np\n1 / 0\n", "", "line 2: ZeroDivisionError: division by zero"),
        ("def broken(:\n", "", "line 1: SyntaxError"),
        (FLAT.format(mean="1"), ":Flatt", "there is no Flatt in flat.py; it has Flat"),
        (FLAT.format(mean="1") + "\nclass Second(Flat): ...\n", "", "it has Flat, Second; say which"),
        (
            "class M:\n  name = 'm'\n  def __init__(self, k): ...\n  def fit(self, history): ...\n",
            "",
            "give each",
        ),
        ("class M:\n  name = 'm'\n  def fit(self): ...\n", "", "its method fit must take (history)"),
        ("class M:\n  name = 'm'\n  def forecast(self): ...\n", ":M", "has no method fit(history)"),
        ("class M:\n  def fit(self, history): ...\n", "", "has the name None; give it an attribute `name`"),
        ("class M:\n  name = 'a/b'\n  def fit(self, history): ...\n", "", "has the name 'a/b'"),
        ("class M:\n  name = 'theta'\n  def fit(self, history): ...\n", "", "as a shipped model does"),
        (
            "class M:\n  name = 'm'\n  x = {}['k']\n  def fit(self, history): ...\n",
            "",
            "line 3: KeyError: 'k'",
        ),
        ("x = 1\nraise SystemExit(4)\n", "", "line 2: SystemExit: 4; mend it"),
        (
            "class M:\n  name = 'm'\n  def __init__(self): raise SystemExit(4)\n" + FIT,
            "",
            "M() fails: SystemExit: 4",
        ),
    ],
)
def test_what_is_no_model_is_refused_in_words(tmp_path, text, inside, said):
    path = written(tmp_path, text)
    with pytest.raises(ExtensionError) as raised:
        model(f"{path}{inside}")
    assert said in str(raised.value)


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(ExtensionError, match=r"there is no file .*nowhere\.py"):
        model(str(tmp_path / "nowhere.py"))


@pytest.mark.parametrize("inside", ["", ":Flat"])
def test_a_file_of_another_kind_than_pythons_is_told_how_it_must_end(tmp_path, inside):
    path = written(tmp_path, name="flat.txt")
    with pytest.raises(ExtensionError, match=r"flat\.txt does not end in \.py; write it in a file that does"):
        model(f"{path}{inside}")


def test_a_model_that_ends_the_program_is_named_and_the_program_goes_on(tmp_path):
    path = written(tmp_path, FLAT.format(mean="__import__('sys').exit(4)"))
    with pytest.raises(ExtensionError, match=r"fails: SystemExit: 4 \(flat\.py, line \d+\)"):
        mean_of(str(path))
    assert any("SystemExit" in str(finding.fault) for finding in check_model(lambda: load_again(path)))


def load_again(path):
    return load_file(path).module.Flat()


def test_names_that_mean_files_start_at_a_folder_or_at_the_working_directory(tmp_path, monkeypatch):
    path = written(tmp_path)
    monkeypatch.chdir(tmp_path)
    beside = tmp_path / "beside"
    beside.mkdir()

    assert is_file_name("flat.py:Flat") and not is_file_name("theta")
    assert located("flat.py:Flat", None) == f"{path.resolve()}:Flat"
    assert located("flat.py", beside) == str(path.resolve())
    near = written(beside)
    assert located("flat.py", beside) == str(near.resolve())
    assert located("theta", beside) == "theta"


def test_an_entry_point_of_an_installed_package_is_a_model(tmp_path, monkeypatch):
    written(tmp_path, name="some_package_of_models.py")
    monkeypatch.syspath_prepend(tmp_path)
    point = metadata.EntryPoint("flat", "some_package_of_models:Flat", EXTENSIONS.group)
    monkeypatch.setattr(metadata, "entry_points", lambda **asked: [point] if asked["name"] == "flat" else [])

    assert extension("flat").described()["file"] == "some_package_of_models.py"
    assert mean_of("flat") == pytest.approx(10.0, abs=0.1)
    with pytest.raises(ValueError, match="no model is called 'other'"):
        model("other")


def test_an_entry_point_is_named_as_its_model_is(tmp_path, monkeypatch):
    written(tmp_path, name="another_package_of_models.py")
    monkeypatch.syspath_prepend(tmp_path)
    point = metadata.EntryPoint("flatter", "another_package_of_models:Flat", EXTENSIONS.group)
    monkeypatch.setattr(metadata, "entry_points", lambda **asked: [point])

    with pytest.raises(ExtensionError, match="it calls itself 'flat'; name the entry point so"):
        model("flatter")
