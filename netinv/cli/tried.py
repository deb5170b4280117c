"""Rules tried on observations: reading these, and telling what the rules made of them."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from netinv.classification.rule import Rule
    from netinv.classification.rule_base import Match
    from netinv.model import Evidence, Verdict

_LARGEST = 1 << 24
"""Bytes of a file of observations that are read."""


def observations(file: str) -> list[tuple[object, tuple["Evidence", ...]]]:
    """Every observation in a file with its id; UsageError where there is none."""
    import json
    import sys

    from netinv.classification.document import evidence_of
    from netinv.errors import UsageError

    called = "standard input" if file == "-" else file
    try:
        text = sys.stdin.buffer.read(_LARGEST + 1) if file == "-" else _bytes(Path(file))
    except OSError as error:
        raise UsageError(f"cannot read {called}: {error.strerror or error}", hint="name a file that you may read") from error
    if len(text) > _LARGEST:
        raise UsageError(f"{called} is larger than {_LARGEST:,} bytes", hint="netinv classify takes as many as you like")
    try:
        documents = [json.loads(text)]
    except (ValueError, RecursionError):
        documents = []
        for number, line in enumerate(text.splitlines(), 1):
            if line.strip():
                try:
                    documents.append(json.loads(line))
                except (ValueError, RecursionError):
                    raise UsageError(f"{called}, line {number}: no JSON", hint="netinv schema evidence") from None
    found = []
    for number, document in enumerate(documents, 1):
        try:
            is_whole = isinstance(document, dict) and "evidence" in document
            name = document.get("id", number) if isinstance(document, dict) else number
            found.append((name, evidence_of(document["evidence"] if is_whole else document)))
        except ValueError as error:
            raise UsageError(f"{called}: observation {number}: {error}", hint="netinv schema evidence") from error
    if not found:
        raise UsageError(f"there is no observation in {called}", hint="netinv schema evidence")
    return found


def _bytes(path: Path) -> bytes:
    with path.open("rb") as stream:
        return stream.read(_LARGEST + 1)


def told(name: object, evidence: Sequence["Evidence"], verdict: "Verdict", heard: Sequence["Match"]) -> Iterator[str]:
    """What came of it as text, a line at a time."""
    from netinv.formats.words import spoken
    from netinv.text import clean

    by_id = {fact.id: fact for fact in evidence}
    sure = "" if verdict.kind == "unknown" else f", {verdict.confidence:.0%} sure"
    yield f"{clean(str(name), 80)}: {spoken(verdict.kind)}{sure}"
    for match in (m for m in heard if m.speaks):
        weights = ", ".join(f"{kind} {weight:+g}" for kind, weight in match.rule.weights.items())
        yield f"  {match.rule.id}  {weights}" + ("  (yours)" if is_own(match.rule) else "")
        yield f"    {clean(match.fill(match.rule.says))}"
        for fact in (by_id[e] for e in match.evidence if e in by_id):
            yield f"    heard {fact.key}: {fact.value[:100]}"
    for match in (m for m in heard if not m.speaks):
        why = (
            f"it also wants {', '.join(match.missing)}"
            if match.missing
            else "silenced by " + ", ".join(f"{fact.key} {fact.value[:60]!r}" for fact in match.silenced)
        )
        yield f"  {match.rule.id} is silent: {why}"
    if not heard:
        yield "  no rule has heard anything it listens to"


def tried_object(name: object, evidence: Sequence["Evidence"], verdict: "Verdict", heard: Sequence["Match"]) -> dict[str, Any]:
    """What came of it as JSON's types."""
    by_id = {fact.id: fact for fact in evidence}
    return {
        "id": name if isinstance(name, str | int) else str(name),
        "category": verdict.category,
        "kind": verdict.kind,
        "confidence": round(verdict.confidence, 4),
        "speaking": [
            {
                "rule": match.rule.id,
                "says": match.fill(match.rule.says),
                "weights": dict(match.rule.weights),
                "heard": [{"key": by_id[e].key, "value": by_id[e].value} for e in match.evidence if e in by_id],
            }
            for match in heard
            if match.speaks
        ],
        "silent": [
            {
                "rule": match.rule.id,
                "missing": list(match.missing),
                "silenced_by": [{"key": fact.key, "value": fact.value} for fact in match.silenced],
            }
            for match in heard
            if not match.speaks
        ],
    }


def is_own(rule: "Rule") -> bool:
    """It is the user's."""
    return "/" in rule.source
