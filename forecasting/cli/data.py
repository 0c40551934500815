"""Datasets: made, imported, checked."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from forecasting.cli.options import DatasetArgument, JsonOption, StrictOption, print_json, refuse_notices


def sample(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Where to write it.", show_default=False)],
    items: Annotated[int, typer.Option(min=1, help="How many products.")] = 400,
    days: Annotated[int, typer.Option(min=60, help="How many days of history.")] = 730,
    seed: Annotated[int, typer.Option(min=0, help="Another seed, another wholesaler.")] = 1,
    csv: Annotated[bool, typer.Option("--csv", help="Write CSV files instead of Parquet.")] = False,
    dirty: Annotated[
        bool, typer.Option("--dirty", help="Plant the faults of real data; DIR/truth/faults names each.")
    ] = False,
    facts: Annotated[
        list[str] | None,
        typer.Option(
            "--with",
            metavar="FACT",
            help="What it has besides: suppliers, units, calendars, kits, places, lots. Repeatable.",
            show_default=False,
        ),
    ] = None,
    cancel_share: Annotated[
        float | None,
        typer.Option(
            "--cancel-share",
            metavar="SHARE",
            help="Of lines that wait, cancelled sooner or later.",
            show_default=".4",
        ),
    ] = None,
    cancel_after_days: Annotated[
        float | None,
        typer.Option(
            "--cancel-after-days", metavar="DAYS", help="After how many, on average.", show_default="22"
        ),
    ] = None,
    churn_per_line: Annotated[
        float | None,
        typer.Option(
            "--churn-per-line",
            metavar="SHARE",
            help="Customers lost for good by a late line.",
            show_default="0",
        ),
    ] = None,
) -> None:
    """Write a synthetic but realistic wholesaler, with its hidden truth in DIR/truth.

    Example: reorder sample demo/data --items 400 --days 730 --seed 1
    """
    from forecasting.bootstrap import write_sample
    from forecasting.reports.terminal import sample_text

    planted = {
        "cancel_share": cancel_share,
        "cancel_after_days": cancel_after_days,
        "churn_per_line": churn_per_line,
    }
    customers = {name: value for name, value in planted.items() if value is not None}
    kind = "csv" if csv else "parquet"
    made = write_sample(
        folder, items, days, seed, kind, dirty=dirty, customers=customers, facts=tuple(facts or ())
    )
    print("\n".join(sample_text(made, folder)))


def import_online_retail(
    file: Annotated[Path, typer.Argument(help="online_retail_ii, as Parquet or CSV.", show_default=False)],
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Where to write it.", show_default=False)],
    as_json: JsonOption = False,
) -> None:
    """UCI "Online Retail II" as a dataset, with a count per rule applied.

    Example: reorder import online-retail online_retail_ii.parquet data/online-retail
    """
    from forecasting.bootstrap import import_online_retail as run
    from forecasting.reports.terminal import import_text

    imported = run(file, folder)
    if as_json:
        print_json([vars(rule) for rule in imported.rules])
    else:
        print(import_text(imported))


def import_sql(
    url: Annotated[
        str,
        typer.Argument(
            metavar="URL",
            envvar="REORDER_SOURCE",
            help="sqlite:///FILE or postgresql://..",
            show_default=False,
        ),
    ],
    folder: Annotated[
        Path | None, typer.Argument(metavar="DIR", help="Where to write the dataset.", show_default=False)
    ] = None,
    mapping: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Their tables, columns and words: ours.", show_default=False),
    ] = None,
    inspect: Annotated[
        bool, typer.Option("--inspect", help="Print a mapping that would read the database.")
    ] = False,
) -> None:
    """A company's own database as a dataset, by a mapping. Run daily it keeps each day's stock.

    Example: reorder import sql sqlite:///erp.db data --mapping erp.yaml
    """
    if inspect:
        from forecasting.bootstrap import inspect_sql

        print(inspect_sql(url), end="")
        return
    if folder is None or mapping is None:
        raise typer.BadParameter("name DIR and --mapping FILE, or ask for a mapping by --inspect")

    from forecasting.bootstrap import import_sql as run

    changes = run(url, mapping, folder)
    for name, rows in changes.rows.items():
        print(f"{name}: {rows:,} rows")
    for notice in changes.notices:
        print(notice)


def check(
    dataset: DatasetArgument,
    suggest_mapping: Annotated[
        bool,
        typer.Option("--suggest-mapping", help="Print a dataset.yaml that would read the folder's files."),
    ] = False,
    as_json: JsonOption = False,
    strict: StrictOption = False,
) -> None:
    """Report every problem of a dataset: table, row, column, value, and what to do.

    Example: reorder check demo/data
    """
    if suggest_mapping:
        from forecasting.bootstrap import suggest_mapping as suggest

        print(suggest(dataset), end="")
        return

    from forecasting.bootstrap import check as run
    from forecasting.errors import DataError

    checked = run(dataset)
    if as_json:
        print_json(checked.as_json())
    else:
        print(checked.text())
    if checked.problems:
        raise DataError(checked.source, checked.problems)
    refuse_notices(strict, len(checked.notices), "they are listed above")


def partition(
    dataset: DatasetArgument,
    folder: Annotated[
        str,
        typer.Argument(metavar="DIR", help="A folder, or a URL: s3://, gs://, abfs://.", show_default=False),
    ],
    by: Annotated[
        str, typer.Option("--by", help="What --size counts: location,sku or sku.")
    ] = "location,sku",
    size: Annotated[
        int | None,
        typer.Option(
            "--size",
            min=1,
            metavar="N",
            help="Items of a partition, about.",
            show_default="as before, else 10000",
        ),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Cut a dataset of any size into partitions of items, for plan, forecast and others with --engine.

    Example: reorder partition demo/data demo/partitions --size 100
    """
    from forecasting.bootstrap import partition as run

    made = run(dataset, folder, by, size)
    largest = f"the largest has {made.largest:,} items"
    if as_json:
        said = {name: getattr(made, name) for name in ("fingerprint", "items", "order_lines", "partitions")}
        print_json({**said, "largest": made.largest, "sample": made.sample.items, "rows": dict(made.rows)})
        return
    print(
        f"{folder}: {made.items:,} items, {made.order_lines:,} order lines in {len(made.parts):,} "
        f"partitions; {largest}; models learn from a sample of {made.sample.items:,}"
    )
