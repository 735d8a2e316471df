"""`screening report`: a screened table as one page for people."""

from __future__ import annotations

from pathlib import Path

from screening.bulk.report.page import report, report_path
from screening.cli.exits import refuse
from screening.cli.writing import notices, results


def run(output: Path, html: Path | None) -> None:
    """Make the page and say where it is."""
    to = html or report_path(output)
    with results(to, output) as stream:
        try:
            page, shown = report(output)
        except OSError as error:
            said = (error.strerror or "unknown reason").lower()
            raise refuse("output-unwritable",
                         f"`{to}` cannot be written: `{error.filename}`: {said}",
                         "make room or check the permissions; the traces must stand beside the "
                         "table") from None  # fmt: skip
        stream.write(page)
    left = f", a sample of {shown.of:,}" if shown.sampled else ""
    notices().print(f"{to}: {len(shown.rows):,} denials and reviews one by one{left}",
                    soft_wrap=True)  # fmt: skip
