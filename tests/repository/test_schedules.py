"""The examples of how the nightly job is started are whole: what they name is there when they run."""

from __future__ import annotations

import configparser
import re

import yaml

from forecasting.config import load
from tests.support.paths import ROOT

OPERATING = (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")
CONTAINER = (ROOT / "Containerfile").read_text(encoding="utf-8")


def example(language: str, holding: str) -> str:
    """The one example of a language that holds these words."""
    blocks = re.findall(rf"^```{language}\n(.*?)^```$", OPERATING, re.MULTILINE | re.DOTALL)
    (found,) = [block for block in blocks if holding in block]
    return found


def test_its_settings_are_settings(tmp_path):
    file = tmp_path / "nightly.yaml"
    file.write_text(example("yaml", "run_dataset"))
    assert load(file).approve_line_value == 500


def test_the_cron_job_mounts_what_its_arguments_and_settings_name():
    job = yaml.safe_load(example("yaml", "kind: CronJob"))["spec"]["jobTemplate"]["spec"]["template"]["spec"]
    (container,) = job["containers"]
    assert container["args"][0] == "run"
    mounts = {each["mountPath"]: each["name"] for each in container["volumeMounts"]}
    assert set(mounts.values()) == {each["name"] for each in job["volumes"]}
    named = [word for word in container["args"] if word.startswith("/")]
    named += re.findall(r": (/\S+)", example("yaml", "run_dataset"))
    assert named and all(any(path.startswith(f"{mount}/") for mount in mounts) for path in named)
    # A volume belongs to root; the job does not run as root.
    assert f"--uid {job['securityContext']['fsGroup']}" in CONTAINER


def test_the_timer_starts_a_service_that_runs_the_same():
    timer, service = re.split(r"^# .*\n", example("ini", "[Timer]"), flags=re.MULTILINE)[1:]
    units = []
    for unit in (timer, service):
        read = configparser.ConfigParser()
        read.optionxform = str
        read.read_string(unit)
        units.append(read)
    assert units[0]["Timer"]["OnCalendar"] and units[0]["Install"]["WantedBy"] == "timers.target"
    assert units[1]["Service"]["ExecStart"].endswith("reorder run --config /etc/reorder/nightly.yaml")
    assert units[1]["Service"]["ExecStart"].split("/bin/")[1] in example("text", "# cron")
