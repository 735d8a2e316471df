"""`screening report`: a screened table as one page for people."""

from __future__ import annotations

from pathlib import Path

from screening.bulk.report.page import report_path, write_report
from screening.cli.exits import refuse
from screening.cli.writing import notices


def run(output: Path, html: Path | None) -> None:
    """Make the page and say where it is."""
    to = html or report_path(output)
    if output.exists() and to.exists() and to.samefile(output):
        raise refuse("output-is-input", f"`{to}` is the screened table", "give another name")
    try:
        shown = write_report(output, to)
    except OSError as error:
        said = (error.strerror or "unknown reason").lower()
        name = error.filename or to
        raise refuse("output-unwritable", f"`{to}` cannot be written: `{name}`: {said}",
                     "make room or check the permissions; the traces must stand beside the table",
                     ) from None  # fmt: skip
    left = f", a sample of {shown.of:,}" if shown.sampled else ""
    notices().print(f"{to}: {len(shown.rows):,} denials and reviews one by one{left}",
                    soft_wrap=True)  # fmt: skip
