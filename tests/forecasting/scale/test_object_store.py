"""Partitions in an object store: cut into it, planned from it and into it, though reads fail half way."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

import pytest

from forecasting.bootstrap import partition
from forecasting.errors import RequestError
from forecasting.scale import storage as storage_module
from forecasting.scale.partition import read_manifest
from forecasting.scale.reading import read_part
from forecasting.scale.storage import HalfAnObject, Storage
from tests.forecasting.scale.test_local_engine import plan, tables
from tests.support.s3 import SETTINGS, s3_server

pytestmark = [
    pytest.mark.skipif(
        any(importlib.util.find_spec(name) is None for name in ("s3fs", "moto")),
        reason="s3fs is not installed",
    ),
    # What boto warns of is its own.
    pytest.mark.filterwarnings("ignore"),
]


@pytest.fixture(scope="module")
def bucket():
    """The URL of a bucket on a server of this machine."""
    with s3_server() as address, pytest.MonkeyPatch.context() as patch:
        for name, value in {**SETTINGS, "AWS_ENDPOINT_URL": address}.items():
            patch.setenv(name, value)
        import fsspec

        fsspec.filesystem("s3").mkdir("shop")
        yield "s3://shop"


@pytest.fixture(scope="module")
def stored(company, bucket):
    partition(str(company), f"{bucket}/data", "location,sku", 40)
    return f"{bucket}/data"


def local_copy(url, folder):
    import fsspec

    fsspec.filesystem("s3").get(url, str(folder), recursive=True)
    return folder


def test_partitions_in_a_bucket_are_those_of_a_folder(cut, stored, tmp_path):
    assert Storage(stored).read("manifest.json") == (cut / "manifest.json").read_bytes()


def test_a_plan_from_a_bucket_into_a_bucket_is_that_of_a_folder(cut, stored, bucket, tmp_path):
    assert plan(cut, tmp_path / "out", "--engine", "local", "--workers", "1").code == 0
    done = plan(stored, f"{bucket}/plans/new", "--engine", "local", "--workers", "1")
    assert done.code == 0, done.err
    there = local_copy(f"{bucket}/plans/new", tmp_path / "copy")
    assert tables(there) == tables(tmp_path / "out")
    assert json.loads((there / "run.json").read_text())["partitions"]["failed"] == {}


def test_a_read_that_ends_half_way_is_tried_again(stored, monkeypatch):
    storage = Storage(stored)
    manifest = read_manifest(storage)
    monkeypatch.setattr(storage_module, "PAUSE", 0.0)
    whole, cuts = storage._system.get_file, []

    def cut_off(path, file):
        whole(path, file)
        if len(cuts) < 2:
            cuts.append(path)
            with Path(file).open("r+b") as opened:
                opened.truncate(100)

    monkeypatch.setattr(storage._system, "get_file", cut_off)
    records = read_part(storage, manifest, manifest.parts[0])
    assert len(cuts) == 2 and len(records.items) == manifest.parts[0].items


def test_half_an_object_is_never_taken_for_a_whole_one(stored, monkeypatch, tmp_path):
    storage = Storage(stored)
    manifest = read_manifest(storage)
    monkeypatch.setattr(storage_module, "PAUSE", 0.0)
    file = manifest.parts[1].files[0]
    content = storage.read(file.path)
    storage.write(file.path, content[: len(content) // 2])
    try:
        with pytest.raises(HalfAnObject, match="were written"):
            read_part(storage, manifest, manifest.parts[1])
        done = plan(stored, tmp_path / "out", "--engine", "local", "--workers", "1")
        assert done.code == 3 and manifest.parts[1].name in done.err and "1 of 4" in done.err
        storage.write(file.path, bytes(len(content)))
        with pytest.raises(HalfAnObject, match="is not what was written"):
            read_part(storage, manifest, manifest.parts[1])
    finally:
        storage.write(file.path, content)


def test_a_store_that_does_not_answer_is_said(bucket):
    with pytest.raises(RequestError, match="holds no partitions"):
        read_manifest(Storage(f"{bucket}/nothing"))
    with pytest.raises(RequestError, match="cannot be opened"):
        Storage("nowhere://bucket/data")
