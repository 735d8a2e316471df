"""The worker: `python -m screening.referee.worker`. A line of JSON in, a line of JSON out.

It may die at any moment; whoever asks takes silence for no answer. After anything unexpected it
ends itself, for the engine's state is then not to be trusted.
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any, TextIO

from screening.referee.judge import Judge


def serve(lines: TextIO, answers: TextIO) -> None:
    """Answer until the input ends."""
    judges: dict[str, Judge] = {}
    for line in lines:
        message: dict[str, Any] = json.loads(line)
        if "plan" in message:
            judges[message["epoch"]] = Judge(message["plan"])
            answer: dict[str, Any] = {}
        else:
            sure, possible = judges[message["epoch"]].answer(message["question"])
            answer = {"sure": sure, "possible": possible}
        answers.write(json.dumps({"number": message["number"], **answer}) + "\n")
        answers.flush()


def main() -> None:
    """Serve standard input; whatever the engine prints goes to standard error."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    serve(sys.stdin, answers)


if __name__ == "__main__":
    main()
