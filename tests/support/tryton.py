"""A real Tryton in an environment of its own: installed and prepared once, copied for each use.

Its database is an SQLite file, or lies in a PostgreSQL server.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.paths import ROOT
from tests.support.postgresql import Postgresql
from tests.support.waiting import until

VERSION = "8.2"
PACKAGES = ("trytond", "trytond_stock_supply", "trytond_sale", "trytond_purchase_requisition", "proteus")
DRIVER = "psycopg[binary,pool]"
"""What Tryton reaches PostgreSQL by."""

MODULES = ("purchase", "stock_supply", "sale", "purchase_request", "purchase_requisition")
PASSWORD = "not-a-secret-1Xq"
LOADER = Path(__file__).with_name("tryton_load.py")
HOME = Path(os.environ.get("REORDER_TRYTON") or ROOT / ".tryton")
"""Where it is installed and its prepared databases kept."""

NAME, TEMPLATE = "lab", "lab_prepared"
SQLITE = "sqlite://"


@dataclass
class Tryton:
    """A server on a database of its own, ``lab`` at ``uri``."""

    folder: Path
    port: int
    uri: str = SQLITE
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start, and wait until it answers."""
        command = [str(HOME / "venv/bin/trytond"), "-c", str(self.folder / "trytond.conf"), "-d", NAME]
        with (self.folder / "server.log").open("ab") as log:
            self.process = subprocess.Popen(command, env=_environment(self.uri), stdout=log, stderr=log)
        if not until(self._answers, 120):
            raise TimeoutError((self.folder / "server.log").read_text()[-2_000:])

    def _answers(self) -> bool:
        try:
            urllib.request.urlopen(self.url, timeout=5).close()
        except urllib.error.HTTPError:
            return True
        except OSError:
            return False
        return True

    def kill(self) -> None:
        """End it at once, as a power failure does."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None


def tryton(folder: Path, server: Postgresql | None = None) -> Tryton:
    """A server on a copy of the prepared database, in ``folder`` or in a PostgreSQL server; not started."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    if server is None:
        (folder / "db").mkdir(parents=True)
        shutil.copy(_prepared_file(), folder / "db" / f"{NAME}.sqlite")
        made = Tryton(folder, port)
    else:
        _restore(server)
        server.drop(NAME)
        server.database(NAME, template=TEMPLATE)
        made = Tryton(folder, port, _uri(server))
    _configure(folder, port, made.uri)
    return made


def _uri(server: Postgresql) -> str:
    """Where Tryton finds its databases in a server: the name of one comes after it."""
    return server.url(" ").replace("/%20?", "/?").replace("/ ?", "/?")


def _environment(uri: str) -> dict[str, str]:
    """Some of its modules ask for the kind of the database before its configuration is read."""
    return {**os.environ, "TRYTOND_DATABASE_URI": uri}


def _configure(folder: Path, port: int, uri: str) -> None:
    text = f"[database]\nuri = {uri}\npath = {folder}/db\n[web]\nlisten = 127.0.0.1:{port}\n"
    (folder / "trytond.conf").write_text(text)


def _installed() -> Path:
    """Its Python; installed where it is not there yet."""
    python, stamp = HOME / "venv/bin/python", HOME / "venv/installed"
    said = "|".join((VERSION, *PACKAGES, DRIVER))
    if not stamp.exists() or stamp.read_text() != said:
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(HOME / "venv")], check=True)
        wanted = [f"{package}=={VERSION}.*" for package in PACKAGES]
        install = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        done = subprocess.run([*install, *wanted, DRIVER], capture_output=True, text=True, check=False)
        if done.returncode:
            pytest.skip(f"a real Tryton {VERSION} is not served here: pip says {done.stderr.strip()[-500:]}")
        stamp.write_text(said)
    return python


def _folder(kind: str) -> Path:
    """Where a prepared database is kept; another one where the loader or the packages have changed."""
    said = "|".join((VERSION, *PACKAGES, *MODULES)).encode() + LOADER.read_bytes()
    return HOME / f"prepared-{kind}-{hashlib.sha256(said).hexdigest()[:12]}"


def _prepared_file() -> Path:
    """The prepared SQLite file."""
    folder = _folder("sqlite")
    file = folder / "db" / f"{NAME}.sqlite"
    if not (folder / "ready").exists():
        shutil.rmtree(folder, ignore_errors=True)
        file.parent.mkdir(parents=True)
        file.touch()
        _prepare(folder, SQLITE, NAME)
        (folder / "ready").touch()
    return file


def _restore(server: Postgresql) -> None:
    """Have the prepared database in a server, as a template; made the first time, and kept as a dump."""
    if server.has(TEMPLATE):
        return
    folder = _folder("postgresql")
    dump = folder / "lab.dump"
    server.database(TEMPLATE)
    if dump.exists():
        server.run("pg_restore", "--no-owner", "--dbname", server.url(TEMPLATE), str(dump))
        return
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    _prepare(folder, _uri(server), TEMPLATE)
    dump.write_bytes(server.run("pg_dump", "--format", "custom", server.url(TEMPLATE)))


def _prepare(folder: Path, uri: str, name: str) -> None:
    """Make Tryton's tables in an empty database, and fill them."""
    python = _installed()
    (folder / "password").write_text(PASSWORD)
    _configure(folder, 0, uri)
    configuration = str(folder / "trytond.conf")
    admin = [str(HOME / "venv/bin/trytond-admin"), "-c", configuration, "-d", name]
    commands = (
        [*admin, "--all", "-l", "en", "--email", "a@example.com"],
        [*admin, "-u", *MODULES, "--activate-dependencies", "--email", "a@example.com"],
        [str(python), str(LOADER), configuration, name],
    )
    environment = {**_environment(uri), "TRYTONPASSFILE": str(folder / "password")}
    for command in commands:
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr[-2_000:]
