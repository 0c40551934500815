"""Files that are there whole or not at all, whatever goes wrong while they are written."""

from __future__ import annotations

from pathlib import Path

import pytest

from forecasting.adapters import atomic
from forecasting.adapters.atomic import whole_file, whole_files


def written(folder: Path) -> dict[str, str]:
    """All files below a folder."""
    return {
        path.relative_to(folder).as_posix(): path.read_text()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.fixture
def steps(monkeypatch) -> list[str]:
    """What is put onto the disk and renamed, in order; what lies beside its place as ``beside``."""
    done = []

    def noting(verb, original, which):
        def noted(*paths):
            name = paths[which].name
            done.append(f"{verb} {'beside' if name.startswith(atomic.PREFIX) else name}")
            return original(*paths)

        return noted

    monkeypatch.setattr(atomic, "put_on_disk", noting("sync", atomic.put_on_disk, 0))
    for name in ("replace", "rename"):
        monkeypatch.setattr(Path, name, noting("move", getattr(Path, name), 1))
    return done


# ---- One file ------------------------------------------------------------------------------------


def test_a_file_takes_the_place_of_the_old_one(tmp_path):
    file = tmp_path / "deep" / "file.txt"
    for text in ("old", "new"):
        with whole_file(file) as beside:
            assert beside != file
            beside.write_text(text)
    assert written(tmp_path) == {"deep/file.txt": "new"}


def test_a_file_that_fails_half_way_leaves_the_old_one_alone(tmp_path):
    file = tmp_path / "file.txt"
    file.write_text("old")
    with pytest.raises(TypeError), whole_file(file) as beside:
        beside.write_text(b"no text")
    assert written(tmp_path) == {"file.txt": "old"}


def test_a_file_that_is_interrupted_leaves_the_old_one_alone(tmp_path):
    def write():
        with whole_file(tmp_path / "file.txt") as beside:
            beside.write_text("ne")
            raise KeyboardInterrupt

    (tmp_path / "file.txt").write_text("old")
    with pytest.raises(KeyboardInterrupt):
        write()
    assert written(tmp_path) == {"file.txt": "old"}


def test_a_file_that_nothing_was_written_to_is_an_error(tmp_path):
    with pytest.raises(FileNotFoundError), whole_file(tmp_path / "file.txt"):
        pass
    assert written(tmp_path) == {}


def test_a_place_that_cannot_be_written_is_an_os_error(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(OSError), whole_file(tmp_path / "file" / "more.txt") as beside:
        beside.write_text("never")
    with pytest.raises(OSError), whole_files(tmp_path / "file") as beside:
        (beside / "more.txt").write_text("never")
    assert written(tmp_path) == {"file": "in the way"}


def test_a_file_is_on_the_disk_before_it_gets_its_name(tmp_path, steps):
    with whole_file(tmp_path / "file.txt") as beside:
        beside.write_text("new")
    assert steps == ["sync beside", "move file.txt", f"sync {tmp_path.name}"]


# ---- Several files -------------------------------------------------------------------------------


def test_a_new_folder_appears_with_all_of_its_files_at_once(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with whole_files(Path("deep/new")) as beside:
        (beside / "a.txt").write_text("a")
        assert not Path("deep/new").exists()
        (beside / "b.txt").write_text("b")
    assert written(tmp_path) == {"deep/new/a.txt": "a", "deep/new/b.txt": "b"}
    mode = (tmp_path / "deep").stat().st_mode
    assert Path("deep/new").stat().st_mode == mode, "others may read it as they read any folder"


def test_files_move_into_a_folder_that_is_there_and_others_stay(tmp_path):
    (tmp_path / "a.txt").write_text("old")
    (tmp_path / "mine.txt").write_text("mine")
    with whole_files(tmp_path) as beside:
        assert beside.parent == tmp_path, "the folder may be the root of a file system"
        (beside / "a.txt").write_text("new")
        assert (tmp_path / "a.txt").read_text() == "old"
    assert written(tmp_path) == {"a.txt": "new", "mine.txt": "mine"}


@pytest.mark.parametrize("new", [True, False])
def test_files_that_fail_half_way_leave_nothing(tmp_path, new):
    folder = tmp_path / "folder"
    if not new:
        folder.mkdir()
        (folder / "last.txt").write_text("old")
    before = written(tmp_path)
    with pytest.raises(TypeError), whole_files(folder, last="last.txt") as beside:
        (beside / "a.txt").write_text(b"no text")
    assert written(tmp_path) == before
    assert folder.exists() != new


def test_the_last_file_is_missing_while_others_move(tmp_path, monkeypatch):
    for name in ("a.txt", "b.txt", "z.txt"):
        (tmp_path / name).write_text("old")
    moved, replace = [], Path.replace

    def stopping(self, target):
        moved.append(target.name)
        if len(moved) == 2:
            raise OSError("the disk is full")
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", stopping)
    with pytest.raises(OSError, match="full"), whole_files(tmp_path, last="a.txt") as beside:
        [(beside / name).write_text("new") for name in ("a.txt", "b.txt", "z.txt")]
    assert written(tmp_path) == {"b.txt": "new", "z.txt": "old"}


@pytest.mark.parametrize("new", [True, False])
def test_files_are_on_the_disk_before_they_get_their_names(tmp_path, steps, new):
    folder = tmp_path / "folder" if new else tmp_path
    with whole_files(folder, last="a.txt") as beside:
        for name in ("a.txt", "b.txt"):
            (beside / name).write_text(name)
    assert sorted(steps[:2]) == ["sync a.txt", "sync b.txt"]
    moves = ["sync beside", "move folder"] if new else ["move b.txt", "move a.txt"]
    assert steps[2:] == [*moves, f"sync {tmp_path.name}"]
