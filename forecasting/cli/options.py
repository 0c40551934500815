"""Options that several commands share, and what is made of them."""

from __future__ import annotations

import json
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from forecasting.errors import RequestError

if TYPE_CHECKING:
    from forecasting.bootstrap.scale import Engine
    from forecasting.config import Config

DatasetArgument = Annotated[
    str, typer.Argument(metavar="DATASET", help="A folder of tables, or an SQL URL.", show_default=False)
]
ConfigOption = Annotated[
    Path | None,
    typer.Option("--config", help="A YAML file of settings over configs/default.yaml.", show_default=False),
]
SetOption = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="NAME=VALUE", help="One setting; may be repeated.", show_default=False),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
StrictOption = Annotated[
    bool, typer.Option("--strict", help="End with exit code 1 where there is a notice; all is written.")
]
CsvOption = Annotated[bool, typer.Option("--csv", help="Write CSV files beside the Parquet files.")]
AsOfOption = Annotated[str, typer.Option("--as-of", metavar="DATE", help="The close of this day.")]
OutOption = Annotated[
    Path | None, typer.Option("--out", metavar="DIR", help="Write the tables here.", show_default=False)
]
OutUrlOption = Annotated[
    str | None,
    typer.Option(
        "--out", metavar="DIR", help="Write the tables here; an engine also to a URL.", show_default=False
    ),
]
DbOption = Annotated[
    str | None, typer.Option("--db", metavar="URL", help="And into this database.", show_default=False)
]


EngineOption = Annotated[
    str | None,
    typer.Option(
        "--engine",
        metavar="NAME",
        help="local or ray: DATASET is what `reorder partition` wrote.",
        show_default=False,
    ),
]
WorkersOption = Annotated[
    int | None,
    typer.Option("--workers", min=1, help="Processes of the engine local.", show_default="one a core"),
]
RayOption = Annotated[
    str | None,
    typer.Option(
        "--ray-address",
        metavar="HOST:PORT",
        help="Of a Ray cluster.",
        show_default="RAY_ADDRESS, else this machine",
    ),
]


def engine_of(dataset: str, name: str | None, workers: int | None, address: str | None) -> Engine | None:
    """Who works on the dataset's partitions; None: nobody, it is one dataset.

    Raises RequestError where the dataset and what was asked do not go together.
    """
    from forecasting.bootstrap.scale import Engine

    cut = (Path(dataset) / "manifest.json").is_file()
    if name is None:
        if workers is not None or address is not None:
            raise RequestError("--workers and --ray-address are an engine's: name one, --engine local or ray")
        return Engine("local") if cut else None
    asked = engine_named(name)
    if "://" not in dataset and not cut:
        raise RequestError(
            f"{dataset}: holds no partitions, and --engine works on nothing else; make them: "
            f"reorder partition {dataset} DIR"
        )
    return Engine(asked, workers, address)


def engine_named(name: str) -> Literal["local", "ray"]:
    """The engine of that name. Raises RequestError where there is none."""
    if name == "local":
        return "local"
    if name == "ray":
        return "ray"
    raise RequestError(f"--engine {name}: write local or ray")


def day_of(text: str, option: str) -> int:
    """The day number of a date as it is typed. Raises RequestError where it is none."""
    from forecasting.domain import day_number

    return day_number(date_of(text, option))


def date_of(text: str, option: str) -> date:
    """The same as a date."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise RequestError(f"{option} {text}: is no date; write it as 2011-09-04") from None


def config_of(file: Path | None, settings: list[str] | None) -> Config:
    """The defaults, with a file and single settings over them."""
    from forecasting.bootstrap.champions import settled
    from forecasting.config import load

    return settled(load(file, settings or ()))


def promoted(db: str | None) -> tuple[str, ...]:
    """Settings that were promoted on the pages of the database; what is set here holds over them."""
    if db is None:
        return ()
    from forecasting.store.application.kept import settings_for_plans

    kept = settings_for_plans(db)
    if kept:
        print(f"settings promoted on the pages: {', '.join(kept)}", file=sys.stderr)
    return kept


def refuse_notices(wanted: bool, notices: int, where: str) -> None:
    """Raise RequestError where notices are not wanted and there are some; ``where``: who has them all."""
    if wanted and notices:
        said = f"{notices:,} notice{'' if notices == 1 else 's'}, and --strict lets none pass"
        raise RequestError(f"{said}; {where}")


def print_json(content: Any) -> None:
    """Print what a program reads."""
    print(json.dumps(content, indent=2, ensure_ascii=False, default=str))
