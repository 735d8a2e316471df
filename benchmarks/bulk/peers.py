"""Other ways to match the same grounds: plain Polars expressions, DuckDB, engines row by row."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from pathlib import Path
from time import perf_counter

import polars as pl

from benchmarks.rules import FLAGS, SETS, THRESHOLDS, BenchRule, Case


def floor(path: Path, output: Path, added: int) -> None:
    """Reading all columns and writing an equally large output: the least that it can take."""
    more = pl.lit("x" * added).alias("added")
    pl.scan_csv(path, infer_schema=False).with_columns(more).sink_csv(output)


def polars(path: Path, output: Path, rules: tuple[BenchRule, ...]) -> None:
    """Every rule as an expression; the ids of those that hold, joined."""
    held = [pl.when(_expression(r)).then(pl.lit(r.id)) for r in rules]
    found = pl.concat_str(held, separator=";", ignore_nulls=True).alias("rules")
    pl.scan_csv(path, infer_schema=False).with_columns(found).sink_csv(output)


def _expression(rule: BenchRule) -> pl.Expr:
    found = pl.lit(True)
    for test in rule.tests:
        column = pl.col(test.field)
        match test.operator:
            case "in":
                found &= column.is_in(list(test.operand))  # type: ignore[arg-type]  # by the operator
            case "at_least":
                found &= column.cast(pl.Float64, strict=False) >= int(test.operand)  # type: ignore[arg-type]  # by the operator
            case "less_than":
                found &= column.cast(pl.Float64, strict=False) < int(test.operand)  # type: ignore[arg-type]  # by the operator
            case "is":
                found &= column == ("true" if test.operand else "false")
    return found


def duckdb(path: Path, output: Path, rules: tuple[BenchRule, ...]) -> None:
    """Every rule as a condition of SQL."""
    import duckdb as db

    held = ", ".join(f"CASE WHEN {_sql(r)} THEN '{r.id}' END" for r in rules)
    db.sql(f"COPY (SELECT *, concat_ws(';', {held}) AS rules FROM read_csv('{path}', "
           f"all_varchar=true)) TO '{output}' (FORMAT csv)")  # fmt: skip


def _sql(rule: BenchRule) -> str:
    parts = []
    for test in rule.tests:
        name = f'"{test.field}"'
        match test.operator:
            case "in":
                listed = ", ".join(f"'{v}'" for v in test.operand)  # type: ignore[union-attr]  # by the operator
                parts.append(f"{name} IN ({listed})")
            case "is":
                parts.append(f"{name} = '{str(test.operand).lower()}'")
            case _:
                sign = ">=" if test.operator == "at_least" else "<"
                parts.append(f"TRY_CAST({name} AS DOUBLE) {sign} {test.operand}")
    return " AND ".join(parts)


def row_loop(name: str, path: Path, rules: tuple[BenchRule, ...], rows: int) -> float:
    """Seconds a row of an engine that is asked row by row, reading left out."""
    module = importlib.import_module(f"benchmarks.peers.{name}")
    match: Callable[[Case], object] = module.build(rules)
    cases = [_case(row) for row in pl.read_csv(path, infer_schema=False, n_rows=rows)
             .iter_rows(named=True)]  # fmt: skip
    began = perf_counter()
    for case in cases:
        match(case)
    return (perf_counter() - began) / len(cases)


def _case(row: dict[str, str]) -> Case:
    found: Case = {}
    for field in (*SETS, *THRESHOLDS, *FLAGS):
        cell = row.get(field)
        if cell:
            found[field] = (int(float(cell)) if field in THRESHOLDS
                            else cell == "true" if field in FLAGS else cell)  # fmt: skip
    return found
