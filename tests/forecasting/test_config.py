"""Settings: one file of defaults, overridden by a file and by single settings, typed."""

from __future__ import annotations

import pytest
import yaml

from forecasting.config import Config, default_file, load
from forecasting.dataset.tables import COST_COLUMNS
from forecasting.errors import ConfigError


def test_the_default_file_sets_every_setting_and_nothing_else():
    written = yaml.safe_load(default_file().read_text(encoding="utf-8"))
    assert set(written) == set(Config.model_fields)


def test_every_default_is_explained_by_a_comment():
    lines = default_file().read_text(encoding="utf-8").splitlines()
    explained = [line for line in lines if line and not line.startswith(("#", " "))]
    assert [line for line in explained if "#" not in line] == []


def test_every_cost_of_a_product_is_a_setting():
    assert set(COST_COLUMNS) <= set(Config.model_fields)


def test_a_file_overrides_defaults_and_a_setting_overrides_both(tmp_path):
    file = tmp_path / "mine.yaml"
    file.write_text("bucket: day\nholding_rate: 0.4\n", encoding="utf-8")
    config = load(file, ["holding_rate=0.5", "closed_weekdays=[sunday]"])
    assert (config.bucket, config.holding_rate) == ("day", 0.5)
    assert config.closed_weekdays == ("sunday",)
    assert config.review_days == load().review_days


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ("holdin_rate=1", "did you mean 'holding_rate'"),
        ("holding_rate=-1", "holding_rate (from --set)"),
        ("holding_rate=.nan", "finite"),
        ("holding_rate=.inf", "finite"),
        ("bucket=fortnight", "'week'"),
        ("cancel_share=1.5", "less than or equal to 1"),
        ("backorder=maybe", "'allowed' or 'refused'"),
        ("pack_size=0", "greater than 0"),
        ("seed=1.5", "integer"),
        ("bucket", "write it as name=value"),
        ("bucket=[", "not YAML"),
    ],
)
def test_a_wrong_setting_is_named_with_its_value_and_what_it_may_be(setting, said):
    with pytest.raises(ConfigError) as error:
        load(None, [setting])
    assert said in str(error.value)
    assert error.value.exit_code == 1


@pytest.mark.parametrize(
    ("content", "said"),
    [("- a\n- b\n", "must hold lines"), ("a: [", "is not YAML"), ("nonsense: 1\n", "no setting 'nonsense'")],
)
def test_a_wrong_file_is_named(tmp_path, content, said):
    file = tmp_path / "wrong.yaml"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(ConfigError, match=r"wrong\.yaml") as error:
        load(file)
    assert said in str(error.value)


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(ConfigError, match="there is no such file"):
        load(tmp_path / "none.yaml")


def test_an_entry_of_the_rules_of_promises_may_name_a_sku_that_is_a_number():
    rules = load(None, ["promise_rules=[{sku: 85048, rule: win}, {customer: 12346, splits: refused}]"])
    first, second = rules.promise_rules
    assert (first.sku, first.rule) == ("85048", "win")
    assert (second.customer, second.rule, second.splits) == ("12346", None, "refused")
    with pytest.raises(ConfigError, match=r"promise_rules.*no 'colour': known are customer_class"):
        load(None, ["promise_rules=[{colour: red, rule: win}]"])
    with pytest.raises(ConfigError, match=r"promise_rules.*an entry has no 'skuu': did you mean 'sku'"):
        load(None, ["promise_rules=[{rule: win}, {skuu: A, rule: win}]"])
