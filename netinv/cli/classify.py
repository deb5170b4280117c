"""`netinv classify`: what devices are, by what was observed of them elsewhere; nothing is sent."""

from collections.abc import Iterator
from typing import IO, TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from netinv.model import Evidence, Verdict

_LONGEST = 1 << 20
"""Bytes of one line that are read; a longer one is no observation."""
_TOLD = 20
"""Lines not understood that are told of one by one."""
_TOLD_IN_PART = 10
"""Likewise for those of which something was not."""
_OF_ONE = 3
"""Things not understood that are told of in one line."""


def classify(
    file: Annotated[str, typer.Argument(metavar="FILE", help="Observations, one JSON object a line; - is standard input.")],
) -> None:
    """Say what devices are by what was observed of them: evidence documents, one a line, to verdicts, one a line.

    A document is {"id": ..., "evidence": {"mac": ..., "mdns": [...], ...}}; `netinv schema evidence` tells it all. A line that is
    none is told of and passed over, and the exit code is then 3. What else in a line is not understood is told of and left out.

    Example: netinv classify observations.jsonl | jq -r '[.id, .class, .confidence] | @tsv'
    """
    import sys
    from itertools import islice

    from netinv.classification import classify as judge
    from netinv.classification.rules import load_rules
    from netinv.formats.observations import misunderstood
    from netinv.formats.words import count

    load_rules()
    passed_over = in_part = 0
    with _opened(file) as stream:
        for number, line in _lines(stream):
            try:
                name, observed, evidence = _understood(line)
            except ValueError as error:
                passed_over += 1
                if passed_over <= _TOLD:
                    print(f"warning: line {number}: {error}", file=sys.stderr)
                continue
            if strange := list(islice(misunderstood(observed), _OF_ONE)):
                in_part += 1
                if in_part <= _TOLD_IN_PART:
                    print(f"warning: line {number}: {'; '.join(strange)}", file=sys.stderr)
            sys.stdout.write(_verdict_line(number if name is None else name, evidence, judge(evidence)))
    if passed_over:
        print(f"{count(passed_over, 'line')} not understood", file=sys.stderr)
    if in_part:
        print(f"{count(in_part, 'line')} understood in part; `netinv schema evidence` says what is read", file=sys.stderr)
    if passed_over:  # what is in addition, as other programs may write it, takes nothing away
        raise typer.Exit(3)


def _opened(file: str) -> IO[bytes]:
    import sys
    from pathlib import Path

    from netinv.errors import UsageError

    try:
        return open(sys.stdin.fileno(), "rb", closefd=False) if file == "-" else Path(file).open("rb")
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is closed"
        raise UsageError(
            f"cannot read {'standard input' if file == '-' else file}: {reason}", hint="name a file that you may read"
        ) from error


def _lines(stream: IO[bytes]) -> Iterator[tuple[int, bytes]]:
    """Number and content of each line that is not blank; of one that is too long a little more than is allowed."""
    number = 0
    while line := stream.readline(_LONGEST + 2):
        number += 1
        rest = line
        while rest and not rest.endswith(b"\n"):
            rest = stream.readline(_LONGEST)
        if line.strip():
            yield number, line


def _understood(line: bytes) -> tuple[str | int | None, dict[str, object], tuple["Evidence", ...]]:
    """The id, what was observed, and the evidence in it; ValueError, in words, where it is none."""
    import json

    from netinv.classification.document import evidence_of

    if len(line.rstrip(b"\r\n")) > _LONGEST:
        raise ValueError(f"longer than {_LONGEST:,} bytes")
    try:
        document: Any = json.loads(line)
    except (ValueError, RecursionError):
        raise ValueError("no JSON") from None
    if not isinstance(document, dict):
        raise ValueError("no JSON object")
    name, observed = document.get("id"), document.get("evidence")
    evidence = evidence_of(observed)  # which is how it is known to be an object
    return (name if isinstance(name, str | int) else None), dict(observed or {}), evidence


def _verdict_line(name: str | int, evidence: tuple["Evidence", ...], verdict: "Verdict") -> str:
    import json

    by_id = {fact.id: fact for fact in evidence} if verdict.because else {}
    return (
        json.dumps(
            {
                "id": name,
                "class": verdict.kind,
                "coarse": verdict.category,
                "confidence": round(verdict.confidence, 4),
                **{detail.field: detail.value for detail in verdict.details},
                "because": [
                    {
                        "rule": reason.rule,
                        "says": reason.says,
                        "weight": round(reason.weight, 4),
                        "evidence": [
                            {"id": fact, "key": by_id[fact].key, "value": by_id[fact].value} for fact in reason.evidence
                        ],
                    }
                    for reason in verdict.because
                ],
            }
        )
        + "\n"
    )
