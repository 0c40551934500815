"""A dataset in partitions is the same dataset: every row once, related items together, the same bytes."""

from __future__ import annotations

import hashlib
import json
import shutil

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from forecasting.bootstrap import partition
from forecasting.dataset.check import check
from forecasting.errors import DataError, RequestError
from forecasting.inputs.known_until import known_until
from forecasting.inputs.read_records import read_records
from forecasting.scale import streams
from forecasting.scale.partition import read_manifest
from forecasting.scale.reading import read_part
from forecasting.scale.storage import Storage
from tests.support.command import reorder


def parts_of(folder):
    storage = Storage(str(folder))
    manifest = read_manifest(storage)
    return manifest, [read_part(storage, manifest, part) for part in manifest.parts]


def items_of(records):
    return set(zip(records.items.location, records.items.sku, strict=True))


def test_every_item_and_every_order_line_is_in_one_partition(company, cut):
    manifest, parts = parts_of(cut)
    whole = read_records(str(company))
    found = [item for part in parts for item in items_of(part)]
    assert len(parts) > 1 and len(found) == len(set(found)) == len(whole.items) == manifest.items
    assert set(found) == items_of(whole)
    assert sum(len(part.orders) for part in parts) == len(whole.orders) == manifest.order_lines
    assert [each.items for each in manifest.parts] == [len(part.items) for part in parts]


def test_rows_keep_their_order(company, cut):
    _, parts = parts_of(cut)
    orders = pd.read_parquet(company / "orders.parquet")
    place = pd.Series(np.arange(len(orders)), index=orders["order"])
    for part in parts:
        assert place[part.order_names[part.orders.order]].is_monotonic_increasing


def test_related_items_and_all_places_of_a_sku_are_together(cut):
    _, parts = parts_of(cut)
    for together in ({"S001", "S030", "S002"}, {"S000", "S059"}, {"NEVER"}):
        for place in ("north", "south"):
            holders = [part for part in parts if {(place, sku) for sku in together} & items_of(part)]
            assert len(holders) == 1 and {(place, sku) for sku in together} <= items_of(holders[0])
    assert sum(len(part.alternatives.item) for part in parts) == 4


def test_a_partition_knows_what_the_whole_company_knows(company, cut):
    _, parts = parts_of(cut)
    whole = read_records(str(company))
    for part in parts:
        assert known_until(part) == known_until(whole)
        assert (part.first_day, part.last_day, part.last_known_day) == (
            whole.first_day,
            whole.last_day,
            whole.last_known_day,
        )
        assert part.order_locations == whole.order_locations and part.absent == whole.absent
        assert "closed" in part.events.kind
    assert sum(part.events.of_items.sum() for part in parts) == 1


def test_the_same_dataset_is_cut_into_the_same_bytes(company, cut, tmp_path):
    partition(str(company), str(tmp_path / "again"), "location,sku", 40)
    assert (tmp_path / "again" / "manifest.json").read_bytes() == (cut / "manifest.json").read_bytes()


def test_an_item_stays_in_its_partition_while_others_come(company, tmp_path):
    folder, data = tmp_path / "partitions", tmp_path / "data"
    shutil.copytree(company, data)
    before = partition(str(data), str(folder), "location,sku", 40)
    orders = pd.read_parquet(data / "orders.parquet")
    fresh = orders.head(200).assign(sku=[f"N{number % 50}" for number in range(200)])
    fresh["order"] = [f"new {number}" for number in range(200)]
    pd.concat([orders, fresh]).to_parquet(data / "orders.parquet")
    homes = {item: n for n, part in enumerate(parts_of(folder)[1]) for item in items_of(part)}

    after = partition(str(data), str(folder))
    assert after.partitions == before.partitions and after.items > before.items
    now = {item: n for n, part in enumerate(parts_of(folder)[1]) for item in items_of(part)}
    assert homes.items() <= now.items()
    data_folders = {path.name for path in folder.iterdir() if path.is_dir()}
    assert len(data_folders) == 1


def test_the_manifest_names_every_file_with_its_bytes(cut):
    manifest, _ = parts_of(cut)
    for part in manifest.parts:
        for file in part.files:
            held = (cut / file.path).read_bytes()
            assert (len(held), hashlib.sha256(held).hexdigest()) == (file.size, file.sha256)


def test_a_table_is_read_in_batches(company, tmp_path, monkeypatch, cut):
    monkeypatch.setattr(streams, "BATCH", 97)
    partition(str(company), str(tmp_path / "batches"), "location,sku", 40)
    one, other = (json.loads((each / "manifest.json").read_text()) for each in (tmp_path / "batches", cut))
    assert one["parts"] == other["parts"]


def test_what_is_no_parquet_is_cut_alike(company, cut, tmp_path):
    data = tmp_path / "csv"
    data.mkdir()
    for file in company.iterdir():
        pd.read_parquet(file).to_csv(data / f"{file.stem}.csv", index=False)
    partition(str(data), str(tmp_path / "partitions"), "location,sku", 40)
    for one, other in zip(parts_of(cut)[1], parts_of(tmp_path / "partitions")[1], strict=True):
        assert items_of(one) == items_of(other)
        assert np.array_equal(one.orders.quantity, other.orders.quantity)


def test_what_cannot_be_cut_is_said(company, tmp_path):
    with pytest.raises(RequestError, match="--by region: write location,sku or sku"):
        partition(str(company), str(tmp_path / "out"), "region", 10)
    data = tmp_path / "data"
    data.mkdir()
    pq.write_table(pa.table({"order": ["1"], "sku": ["A"]}), data / "orders.parquet")
    with pytest.raises(DataError, match="column ordered_at"):
        partition(str(data), str(tmp_path / "out"))
    with pytest.raises(RequestError, match="holds no partitions"):
        read_manifest(Storage(str(tmp_path)))


def test_a_whole_dataset_without_orders_is_still_a_problem(tmp_path):
    pd.DataFrame({"sku": ["A"]}).to_parquet(tmp_path / "products.parquet")
    assert check(tmp_path).problems and not check(tmp_path, a_part=True).problems


def test_the_command_says_what_it_cut(company, tmp_path):
    done = reorder("partition", str(company), str(tmp_path / "out"), "--size", "40")
    assert done.code == 0, done.err
    assert "122 items" in done.out and "4 partitions" in done.out
