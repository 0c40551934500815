"""A source is made from its settings; what is wrong in them is told without its value."""

from __future__ import annotations

from datetime import date

import pytest

from forecasting.connectors.sources.kept import Kept
from forecasting.connectors.sources.registry import (
    KINDS,
    Named,
    is_settings,
    made,
    read_settings,
    settings_of,
)
from forecasting.errors import ConfigError


@pytest.fixture
def kept():
    made_here = Kept(None)
    yield made_here
    made_here.close()


def written(tmp_path, text: str):
    file = tmp_path / "shop.yaml"
    file.write_text(text)
    return file


def test_settings_name_their_kind_and_paths_are_seen_from_their_file(tmp_path):
    file = written(tmp_path, "kind: csv\nfolder: exports\nmapping: map.yaml\nown: mine\n")
    assert is_settings(file)
    named = read_settings(file)
    assert named == Named(
        "csv",
        {"folder": str(tmp_path / "exports"), "mapping": str(tmp_path / "map.yaml")},
        tmp_path / "mine",
        file,
    )
    shipped = read_settings(written(tmp_path, "kind: csv\nfolder: exports\nmapping: stocky\n"))
    assert shipped.given["mapping"] == "stocky"
    assert not is_settings(written(tmp_path, "orders: {table: x}\n"))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("kind: shopify\n", "there is no kind 'shopify' of source"),
        ("kind: orderspace\nclient_secret: hunter2\n", "name where the secret is"),
        ("kind: orderspace\nurl: http://shop.example\n", "must begin with https"),
        ("kind: orderspace\nidentity_url: http://shop.example\n", "must begin with https"),
        ("kind: tryton\nurl: https://erp.example\n", "database is missing"),
        ("kind: vendure\nurl: https://shop.example\n", "give key, or user and password"),
        (
            "kind: odoo\nurl: https://me:hunter2@erp.example\ndatabase: x\nkey: {env: K}\n",
            "must not hold a user",
        ),
        ("[1]", "must hold the settings of one source"),
        ("a: [", "is not YAML"),
        ("kind: odoo\npassword: hunter2: x\n", "is not YAML in line 2"),
    ],
)
def test_what_is_wrong_is_told_without_its_value(tmp_path, kept, text, said):
    with pytest.raises(ConfigError, match=said) as error:
        made(read_settings(written(tmp_path, text)), kept, date(2026, 6, 28))
    assert "hunter2" not in str(error.value)


def test_a_kind_that_the_command_does_not_import_is_refused(tmp_path):
    with pytest.raises(ConfigError, match="is of kind 'tryton', not 'odoo'"):
        read_settings(written(tmp_path, "kind: tryton\n"), "odoo")


def test_a_secret_that_is_not_there_is_told_by_its_name(tmp_path, kept, monkeypatch):
    monkeypatch.delenv("VENDURE_KEY", raising=False)
    given = {"url": "https://shop.example", "key": {"env": "VENDURE_KEY"}}
    source = made(Named("vendure", given), kept, date(2026, 6, 28))
    with pytest.raises(ConfigError, match="VENDURE_KEY is not set"):
        source.changes()
    source.close()


def test_every_kind_has_settings_that_refuse_what_they_do_not_know():
    for kind in KINDS:
        with pytest.raises(ConfigError, match="there is no nonsense: "):
            settings_of(Named(kind, {"nonsense": 1}))


def test_a_misspelt_setting_is_told_with_its_file_and_the_nearest(tmp_path):
    file = written(tmp_path, "kind: orderspace\nclientid: {env: ID}\nclient_secret: {env: KEY}\n")
    with pytest.raises(ConfigError) as told:
        settings_of(read_settings(file))
    assert f"{file}: " in str(told.value)
    assert "there is no clientid: did you mean 'client_id'?" in str(told.value)
    assert "Value error" not in str(told.value)
