"""A real Tryton in an environment of its own: installed and prepared once, copied for each use."""

from __future__ import annotations

import hashlib
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from tests.support.paths import ROOT

VERSION = "8.2"
PACKAGES = ("trytond", "trytond_stock_supply", "trytond_sale", "trytond_purchase_requisition", "proteus")
MODULES = ("purchase", "stock_supply", "sale", "purchase_request", "purchase_requisition")
PASSWORD = "not-a-secret-1Xq"
LOADER = Path(__file__).with_name("tryton_load.py")
HOME = Path(os.environ.get("REORDER_TRYTON") or ROOT / ".tryton")
"""Where it is installed and its prepared database kept."""


@dataclass
class Tryton:
    """A server on a database of its own. ``database_uri``: where its databases are."""

    folder: Path
    port: int
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start, and wait until it answers."""
        log = (self.folder / "server.log").open("ab")
        command = [str(HOME / "venv/bin/trytond"), "-c", str(self.folder / "trytond.conf"), "-d", "lab"]
        self.process = subprocess.Popen(command, stdout=log, stderr=log)
        log.close()
        until = time.monotonic() + 120
        while time.monotonic() < until:
            try:
                urllib.request.urlopen(self.url, timeout=5).close()
            except urllib.error.HTTPError:
                return
            except OSError:
                time.sleep(0.1)
            else:
                return
        raise TimeoutError((self.folder / "server.log").read_text()[-2_000:])

    def kill(self) -> None:
        """End it at once, as a power failure does."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None


def installed() -> Path:
    """Its Python; installed where it is not there yet."""
    python = HOME / "venv/bin/python"
    stamp = HOME / "venv/installed"
    if not stamp.exists() or stamp.read_text() != "|".join(PACKAGES):
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(HOME / "venv")], check=True)
        wanted = [f"{package}=={VERSION}.*" for package in PACKAGES]
        install = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *wanted]
        subprocess.run(install, check=True, capture_output=True)
        stamp.write_text("|".join(PACKAGES))
    return python


def _configured(folder: Path, port: int) -> None:
    text = f"[database]\nuri = sqlite://\npath = {folder}/db\n[web]\nlisten = 127.0.0.1:{port}\n"
    (folder / "trytond.conf").write_text(text)


def prepared() -> Path:
    """The prepared database; made where the loader or the packages have changed."""
    python = installed()
    said = "|".join((VERSION, *PACKAGES, *MODULES)).encode() + LOADER.read_bytes()
    folder = HOME / f"prepared-{hashlib.sha256(said).hexdigest()[:12]}"
    if (folder / "ready").exists():
        return folder / "db/lab.sqlite"

    shutil.rmtree(folder, ignore_errors=True)
    (folder / "db").mkdir(parents=True)
    (folder / "db/lab.sqlite").touch()
    (folder / "password").write_text(PASSWORD)
    _configured(folder, 0)
    admin = [str(HOME / "venv/bin/trytond-admin"), "-c", str(folder / "trytond.conf"), "-d", "lab"]
    environment = {**os.environ, "TRYTONPASSFILE": str(folder / "password")}
    for options in (("--all", "-l", "en"), ("-u", *MODULES, "--activate-dependencies")):
        done = subprocess.run(
            [*admin, *options, "--email", "a@example.com"],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr[-2_000:]
    done = subprocess.run(
        [str(python), str(LOADER), str(folder / "trytond.conf")], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2_000:]
    (folder / "ready").touch()
    return folder / "db/lab.sqlite"


def tryton(folder: Path) -> Tryton:
    """A server on a copy of the prepared database, in ``folder``; not started."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    (folder / "db").mkdir(parents=True)
    shutil.copy(prepared(), folder / "db/lab.sqlite")
    _configured(folder, port)
    return Tryton(folder, port)
