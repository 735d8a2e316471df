"""Arrow batches decided: one function for whoever has tables in memory, on this machine or on many.

    for batch in reader:
        decided = decide_batch(batch)

A batch is decided by itself. What takes a whole table to know is not asked: whether lines of a
shipment in other batches disagree, so keep the lines of a shipment in one batch; and how a column
writes its dates, which `dates` has to say where day and month are both numbers.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from screening.bulk.answers import date_columns, number_columns
from screening.bulk.batches import Batch, schema
from screening.bulk.dates import DateColumns, DateForm
from screening.bulk.decimals import DecimalForm, reader
from screening.bulk.fast.alike import Alike
from screening.bulk.given import GivenFile, read_given
from screening.bulk.headers import Columns, recognize
from screening.bulk.orders import Disagreements
from screening.bulk.output import COLUMNS, answer_cells, check_names
from screening.bulk.parquet import as_text
from screening.bulk.reading import Reading
from screening.bulk.remembered import decided
from screening.decision import Authority
from screening.engine import Rulebook, load_rulebook

if TYPE_CHECKING:
    import pyarrow as pa

_NAME = "batch"
_LINE = 1


@dataclass(frozen=True)
class Options:
    """How batches are decided; it travels to other machines.

    `rulebook` is the folder of the rulebook and `given` a file of `--given`; both must be there on
    every machine. With `digest` a rulebook that is another one is refused.
    """

    rulebook: Path | None = None
    digest: str | None = None
    given: Path | None = None
    dates: DateForm | None = None
    decimal: DecimalForm | None = None
    law_date: date | None = None
    known_as_of: date | None = None
    authority: Authority | None = None
    assumptions: bool = True
    columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict, hash=False)


def decide_batch(batch: pa.RecordBatch, options: Options | None = None) -> pa.RecordBatch:
    """The batch with the columns of an output table beside its own.

    Raises `ProblemsFound` where its columns cannot be understood.
    """
    import pyarrow as pa

    found = _batches_of(options or Options()).decide(_texts(batch), tuple(batch.schema.names))
    ours = [found[name].to_arrow().cast(pa.string()) for name in COLUMNS]
    fields = [*batch.schema, *(pa.field(name, pa.string()) for name in COLUMNS)]
    return pa.RecordBatch.from_arrays([*batch.columns, *ours], schema=pa.schema(fields))


def decide_batches(
    batches: Iterable[pa.RecordBatch], options: Options | None = None
) -> Iterator[pa.RecordBatch]:
    """All batches: what `mapInArrow` of Spark and its like take."""
    for batch in batches:
        yield decide_batch(batch, options)


def shipment_column(names: Sequence[str], options: Options) -> str | None:
    """The column that holds the id of the shipment."""
    columns = _batches_of(options).columns(tuple(names))
    at = columns.at("shipment_id")
    return None if at is None else names[at]


class _Batches:
    """One rulebook and one way of deciding, for tables of whatever header."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self.rulebook: Rulebook = load_rulebook(options.rulebook)
        if options.digest is not None and self.rulebook.digest != options.digest:
            raise ValueError(f"the rulebook is {self.rulebook.digest}, not {options.digest}")
        vocabulary = self.rulebook.content.vocabulary
        said = read_given(options.given, vocabulary) if options.given else GivenFile()
        self.given = GivenFile({**said.columns, **options.columns}, said.facts)
        self._alike: dict[tuple[str, ...], Alike] = {}

    def decide(self, cells: pl.DataFrame, names: tuple[str, ...]) -> pl.DataFrame:
        """Our columns of the rows."""
        if names not in self._alike:
            self._alike[names] = self._of(names)
        alike, batch = self._alike[names], Batch(range(_LINE, cells.height + _LINE), cells)
        lines = Disagreements(alike.reading.columns, self.rulebook.content,
                              one_date=self.options.law_date is not None)  # fmt: skip
        lines.look(batch)
        alike.reading = replace(alike.reading, apart=lines.problems(lambda: [batch]))
        answered = alike.answer(batch)
        distinct = [answer_cells(answer) for answer in answered.distinct]
        frame = pl.DataFrame(distinct, schema=dict.fromkeys(COLUMNS, pl.String), orient="row")
        return frame[answered.which]

    def columns(self, names: tuple[str, ...]) -> Columns:
        """What the columns of these names hold."""
        check_names(names, _NAME)
        return recognize(names, self.rulebook.content.vocabulary, self.given.columns,
                         self.given.facts, _NAME)  # fmt: skip

    def _of(self, names: tuple[str, ...]) -> Alike:
        options, content, given = self.options, self.rulebook.content, self.given
        columns = self.columns(names)
        dates = DateColumns(date_columns(columns, content), options.dates).readers()
        if options.decimal is not None:
            read = reader(options.decimal)
            dates = {**dates, **dict.fromkeys(number_columns(columns, content), read)}
        reading = Reading(columns, given.facts, _NAME, dates, {}, options.law_date,
                          options.known_as_of)  # fmt: skip
        return Alike(self.rulebook, reading, lambda shipment: decided(self.rulebook.decide(
            shipment, law_date=options.law_date, known_as_of=options.known_as_of,
            authority=options.authority, assumptions=options.assumptions,
        )))  # fmt: skip


@lru_cache(maxsize=8)
def _batches_of(options: Options) -> _Batches:
    return _Batches(options)


def _texts(batch: pa.RecordBatch) -> pl.DataFrame:
    """Every column as text, absent as empty; a list of texts is one cell parted by `;`."""
    frame = pl.from_arrow(batch)
    assert isinstance(frame, pl.DataFrame)
    frame.columns = [*schema(frame.width)]
    return frame.select(as_text(name, kind).fill_null("") for name, kind in frame.schema.items())
