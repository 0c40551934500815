"""The container file builds what runs: its steps in a clean folder, and by a builder where one works."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.paths import ROOT

FILE = ROOT / "Containerfile"


def steps(text: str) -> list[tuple[str, str]]:
    """The instructions of the first stage, in their order."""
    stage = re.split(r"^FROM .*$", text, flags=re.MULTILINE)[1]
    return [tuple(line.split(" ", 1)) for line in stage.splitlines() if line and not line.startswith("#")]


def asked(command: list[str], folder: Path, place: Path) -> str:
    """Run in an environment that holds nothing of this one but where programs are."""
    kept = {
        name: os.environ[name]
        for name in ("PIP_INDEX_URL", "PIP_CERT", "SSL_CERT_FILE", "HTTPS_PROXY")
        if name in os.environ
    }
    path = f"{Path(sys.executable).parent}:/usr/local/bin:/usr/bin:/bin"
    environment = {"PATH": path, "HOME": str(place), "LANG": "C.UTF-8", **kept}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{shlex.join(command)}\n{done.stdout[-2_000:]}\n{done.stderr[-2_000:]}"
    return done.stdout


def test_it_takes_what_it_needs_and_runs_as_nobody_special():
    text = FILE.read_text(encoding="utf-8")
    copied = [rest.split()[0] for word, rest in steps(text) if word == "COPY"]
    allowed = (ROOT / ".containerignore").read_text(encoding="utf-8")
    assert [name for name in copied if not (ROOT / name).exists()] == []
    assert [name for name in copied if f"!{name}\n" not in allowed] == []
    assert "\nUSER reorder\n" in text and "--require-hashes" in text
    assert not re.search(r"(?i)password|secret|token", text)


@pytest.mark.slow
def test_its_steps_make_a_program_that_runs_in_a_clean_folder(tmp_path):
    """No builder works everywhere; a folder does. Its root becomes one, its paths are moved there."""
    source, place = tmp_path / "src", tmp_path / "opt"
    source.mkdir()
    for word, rest in steps(FILE.read_text(encoding="utf-8")):
        if word == "COPY":
            theirs, ours = rest.split()
            if (ROOT / theirs).is_dir():
                shutil.copytree(ROOT / theirs, source / ours, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(ROOT / theirs, source / ours)
        elif word == "RUN":
            asked(["sh", "-ec", rest.replace("/opt/reorder", str(place))], source, tmp_path)
    program = str(place / "bin/reorder")
    assert asked([program, "--version"], tmp_path, tmp_path).startswith("reorder ")
    asked([program, "sample", "data", "--items", "20", "--days", "120"], tmp_path, tmp_path)
    asked([program, "check", "data"], tmp_path, tmp_path)
    assert "--settings" in asked([program, "import", "orderspace", "--help"], tmp_path, tmp_path)
    assert "orders" in asked([program, "import", "stocky", "data", "--inspect"], tmp_path, tmp_path)


@pytest.mark.slow
def test_a_builder_makes_the_image_and_the_image_runs():
    for builder in ("podman", "docker"):
        if (
            shutil.which(builder)
            and subprocess.run([builder, "info"], capture_output=True, check=False).returncode == 0
        ):
            break
    else:
        pytest.skip("neither podman nor docker works here: the steps are run in a folder instead")
    subprocess.run([builder, "build", "-f", FILE, "-t", "reorder-test", ROOT], check=True)
    said = subprocess.run(
        [builder, "run", "--rm", "reorder-test", "--version"], capture_output=True, text=True, check=True
    )
    assert said.stdout.startswith("reorder ")
