"""Starting the buyers' pages: the database, the first administrator, the demonstration, the server."""

from __future__ import annotations

import os
import signal
import sys
import tempfile
from contextlib import ExitStack, suppress
from decimal import Decimal
from pathlib import Path

from forecasting.errors import RequestError
from forecasting.reviewing import accounts
from forecasting.serving.names import APPLICATION, DATABASE, DATASETS, DEMO_BUYER, TARGETS
from forecasting.store.application.opened import Store
from forecasting.store.application.people import Person, everyone
from forecasting.store.application.plans import latest_plan, register_plans
from forecasting.store.connection import shown

DEFAULT_URL = "sqlite:///reorder.db"
DEMO_SETTINGS = ("model=seasonal_additive",)
"""One good model for every item: to choose one for each takes a minute more."""


def serve(
    url: str | None,
    *,
    demo: bool,
    host: str,
    port: int,
    workers: int,
    datasets: Path | None = None,
    targets: Path | None = None,
) -> None:
    """Serve the pages until the process is stopped.

    ``datasets``: the folder whose datasets an administrator may load on the pages; None: they cannot.
    ``targets``: a file of ordering systems that may be asked what a send would write; None: none can.

    Raises RequestError where what they need is not installed, or the database cannot be reached.
    """
    from forecasting.bootstrap.ordering import targets_in

    try:
        import uvicorn
    except ImportError as error:
        raise _not_installed(error) from None

    with ExitStack() as stack:
        folder = ""
        if demo:
            # Only looked at: its data, and what is decided in a database of its own, go with it.
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="reorder-demo-"))
            url = url or f"sqlite:///{Path(folder) / 'demo.db'}"
        chosen = url or DEFAULT_URL
        if demo:
            _make_demo(chosen, Path(folder) / "data")
            targets = targets or _demo_targets(Path(folder))
        else:
            _make_ready(chosen)
        os.environ[DATABASE] = chosen
        if datasets is not None:
            os.environ[DATASETS] = str(datasets.resolve())
        if targets is not None:
            targets_in(targets)  # what is wrong with the file is said now, not to the first buyer who asks
            os.environ[TARGETS] = str(targets.resolve())
        print(f"The pages of {shown(chosen)} are at http://{host}:{port}/ (Ctrl-C stops them)", flush=True)
        # The server hands a signal on when it has stopped: to be ended so is no failure, and tidies up.
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        stack.enter_context(suppress(KeyboardInterrupt))
        uvicorn.run(
            APPLICATION,
            factory=True,
            host=host,
            port=port,
            workers=workers,
            log_level="warning",
            server_header=False,
            proxy_headers=True,
        )


def _demo_targets(folder: Path) -> Path:
    """A file of targets with the one that needs nothing else: a folder of files, a file an order."""
    file = folder / "targets.yaml"
    file.write_text(
        f'order-files: {{kind: files, folder: "{(folder / "orders").as_posix()}"}}\n', encoding="utf-8"
    )
    return file


def add_user(url: str, name: str, role: str, limit: float | None) -> str:
    """Let someone in; returns the password."""
    store = _open(url)
    try:
        money = None if limit is None else Decimal(str(limit))
        return accounts.add_person(store, Person(name, role, money, True))
    finally:
        store.close()


def morning_digest(url: str, *, html: bool, address: str) -> str:
    """What wants a buyer today. Raises RequestError where there is no plan yet."""
    from forecasting.reviewing.digest import as_html, as_text, digest

    store = _open(url)
    try:
        found = digest(store)
    finally:
        store.close()
    if found is None:
        raise RequestError(f"{shown(url)}: there is no plan in it yet")
    return (as_html if html else as_text)(found, address)


def _open(url: str) -> Store:
    try:
        import alembic
        import argon2
    except ImportError as error:
        raise _not_installed(error) from None
    del alembic, argon2
    return Store(url)


def _not_installed(error: ImportError) -> RequestError:
    return RequestError(f"the pages need {error.name}: run pip install 'reorder[web]'")


def _make_ready(url: str) -> None:
    """The database up to date, with somebody who can let others in; says where no plan is there yet."""
    store = _open(url)
    with store.writing() as transaction:
        register_plans(transaction)
        people, plan = everyone(transaction), latest_plan(transaction)
    if not people:
        password = accounts.add_person(store, Person("admin", "admin", None, True))
        print(f"Nobody could sign in yet. Sign in as admin with the password {password}")
        print(f"and let buyers in, or: reorder user add NAME --role buyer --db {shown(url)}")
    if plan is None:
        said = f"There is no plan in it yet: reorder plan DATASET --as-of D --db {shown(url)}"
        print(said, file=sys.stderr)
    store.close()


def _make_demo(url: str, data: Path) -> None:
    """A synthetic wholesaler, planned at its last day, and a buyer; in a database that has no plan yet."""
    from pydantic import SecretStr

    from forecasting.bootstrap import compiled_ahead, plan_and_promise, write_sample
    from forecasting.config import Secrets, load
    from forecasting.inputs.known_until import known_until
    from forecasting.inputs.read_records import read_records

    store = _open(url)
    with store.writing() as transaction:
        register_plans(transaction)
        planned = latest_plan(transaction) is not None
        names = {person.name for person in everyone(transaction)}
    if not planned:
        with compiled_ahead():
            print("Making a synthetic wholesaler of 400 items ...", flush=True)
            write_sample(data, 400, 730, 1, "parquet")
            print("Planning its next orders, and what its customers can be promised ...", flush=True)
            last = known_until(read_records(str(data))).orders
            secrets = Secrets(database_url=SecretStr(url))
            plan_and_promise(str(data), load(None, DEMO_SETTINGS), last, secrets)
    if DEMO_BUYER in names:
        print(f"Sign in as {DEMO_BUYER} with the password that was printed before")
    else:
        password = accounts.add_person(store, Person(DEMO_BUYER, "buyer", None, True))
        print(f"Sign in as {DEMO_BUYER} with the password {password}", flush=True)
    store.close()
