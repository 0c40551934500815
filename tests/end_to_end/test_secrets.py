"""What is secret stays so: whatever a command writes or says, no password is in it."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
import sqlalchemy as sa
from pydantic import SecretStr

from forecasting.config import Config, Secrets, load
from forecasting.dataset.write import write_database
from forecasting.run import Clock, describe, run_id
from tests.support.builders import dataset, order
from tests.support.command import AS_OF, QUICK, contents, reorder

PASSWORD = "hunter2"


def with_password(url: str) -> str:
    """The URL of a server that asks for none, with one."""
    scheme, rest = url.split("://", maxsplit=1)
    user, place = rest.split("@", maxsplit=1)
    return f"{scheme}://{user.split(':')[0]}:{PASSWORD}@{place}"


def all_taken_from(url: str) -> str:
    """All that a database holds, as text, the names of its tables among it; it is empty afterwards."""
    engine = sa.create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    metadata = sa.MetaData()
    metadata.reflect(engine)
    with engine.connect() as connection:
        rows = [row for table in metadata.sorted_tables for row in connection.execute(sa.select(table))]
    metadata.drop_all(engine)
    engine.dispose()
    return f"{sorted(metadata.tables)} {rows}"


def test_neither_files_nor_messages_nor_the_database_hold_a_password(sample, tmp_path, postgresql_url):
    url = with_password(postgresql_url)
    tables = {file.stem: pd.read_parquet(file) for file in Path(sample).glob("*.parquet")}
    write_database(tables, url)

    ended = reorder("plan", url, "--as-of", AS_OF, "--out", tmp_path, "--csv", "--db", url, *QUICK, "--json")
    checked = reorder("check", url, "--json")
    refused = reorder("plan", url, "--as-of", "1999-01-01", "--db", url)

    assert (ended.code, checked.code, refused.code) == (0, 0, 1)
    held = all_taken_from(url)
    assert json.loads((tmp_path / "run.json").read_text())["run"] in held
    texts = [ended.out, ended.err, checked.out, checked.err, refused.out, refused.err, held]
    assert [text for text in texts if PASSWORD in text] == []
    assert [name for name, content in contents(tmp_path).items() if PASSWORD.encode() in content] == []


@pytest.mark.parametrize("url", ["postgresql://me:hunter2@127.0.0.1:1/none", "postgresql:me:hunter2@none"])
def test_a_database_that_cannot_be_reached_is_named_without_it(sample, url):
    for ended in (
        reorder("plan", sample, "--as-of", AS_OF, "--db", url, *QUICK),
        reorder("check", url.replace("postgresql:me", "postgresql://me:hunter2@h:me")),
    ):
        assert ended.code == 1
        assert PASSWORD not in ended.out + ended.err


def test_secrets_show_themselves_to_nobody():
    secrets = Secrets(database_url=SecretStr(f"postgresql://me:{PASSWORD}@host/orders"))
    shown = [str(secrets), repr(secrets), secrets.model_dump_json(), str(secrets.model_dump())]
    assert [text for text in shown if PASSWORD in text] == []
    assert PASSWORD in secrets.database_url.get_secret_value()
    with pytest.raises(TypeError, match="not JSON serializable"):
        json.dumps(secrets.model_dump())
    with pytest.raises(ValueError, match="Extra inputs") as error:
        Secrets(database=PASSWORD)
    assert PASSWORD not in str(error.value)


def test_what_describes_a_run_has_no_place_for_a_secret(tmp_path):
    """Every field of a configuration is written down; none may be a secret, and none gets in by a request."""
    data, config = dataset(tmp_path, orders=[order("a", "2026-01-05", 3)]), load()
    kinds = [field.annotation for field in Config.model_fields.values()]
    assert not any("Secret" in str(kind) for kind in kinds)
    with pytest.raises(TypeError, match="not JSON serializable"):
        run_id(data, config, {"db": SecretStr(PASSWORD)})
    described = describe("r", "plan", data, config, Clock(), {})
    assert set(described["config"]) == set(Config.model_fields)
