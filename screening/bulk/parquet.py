"""Tables of Parquet files: every column as text, read a part at a time."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from screening.bulk.decimals import of_numbers
from screening.bulk.opening import Opened
from screening.bulk.table import Row, Table, checked_header, refusal

_ROWS = 50_000


def read_parquet(opened: Opened) -> Table:
    """The table. Raises `ProblemsFound` where the file is none, or holds nested values."""
    try:
        schema = pl.scan_parquet(opened.path).collect_schema()
    except (pl.exceptions.PolarsError, OSError):
        raise refusal("file-damaged", "the file is not Parquet that can be read", opened.shown,
                      "write it again") from None  # fmt: skip
    header = checked_header(schema.names(), opened.shown)
    if not header:
        raise refusal("table-empty", "the file has no columns", opened.shown)
    nested = next((n for n, kind in schema.items() if kind.is_nested()
                   and kind != pl.List(pl.String)), None)  # fmt: skip
    if nested is not None:
        raise refusal("column-nested", f"the column `{nested}` holds nested values", opened.shown,
                      "give each of them a column of its own, such as `end_user.name`")  # fmt: skip
    texts = [as_text(name, kind) for name, kind in schema.items()]

    def below() -> Iterator[Row]:
        opened.check_unchanged()
        at = 0
        while True:
            try:
                part = pl.scan_parquet(opened.path).slice(at, _ROWS).select(texts).collect()
            except (pl.exceptions.PolarsError, OSError):
                raise refusal("file-damaged", "the file cannot be read to its end as text",
                              opened.shown, "write it again, bytes as text") from None  # fmt: skip
            for i, cells in enumerate(part.fill_null("").iter_rows(), at + 1):
                yield Row(i, cells)
            at += part.height
            if part.height < _ROWS:
                break
        opened.check_unchanged()

    return Table(opened.shown, header, "Parquet", below, opened.path)


def as_text(name: str, kind: pl.DataType) -> pl.Expr:
    """A column as text, a list of texts parted by `;`."""
    column = pl.col(name)
    if kind == pl.List(pl.String):
        return column.list.join(";")
    text = column.cast(pl.String)
    return of_numbers(text) if kind.is_numeric() else text
