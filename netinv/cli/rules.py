"""`netinv rules`: what netinv knows devices by; listed, checked, and tried on observations. Nothing is sent."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from netinv.cli import options

if TYPE_CHECKING:
    from netinv.classification.rule import Condition, Rule
    from netinv.classification.rule_base import Match, Rules
    from netinv.errors import RuleError
    from netinv.model import Evidence, Verdict

app = typer.Typer(
    name="rules",
    help="The rules that tell what a device is: netinv's, and your own in netinv/rules of the XDG configuration directory.",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)
_With = Annotated[
    list[Path] | None,
    typer.Option("--rules", metavar="FILE", show_default=False, help="These rules too, which are not installed yet; repeatable."),
]
_LARGEST = 1 << 24
"""Bytes of a file of observations that are read."""


@app.command("list")
def list_rules(
    words: Annotated[
        list[str] | None,
        typer.Argument(metavar="[WORD]...", show_default=False, help="Only those of this kind, or with this in id, file or key."),
    ] = None,
    as_json: options.Json = False,
) -> None:
    """List the rules: what each listens to, what it speaks for, and how strongly.

    A weight is the log-odds added to a kind: 2 is a hint, 5 likely, 7 near
    certain; a negative one speaks against.

    Example: netinv rules list printer
    """
    from netinv.classification.rules import load_rules

    rules = load_rules()
    shown = [rule for rule in rules if all(_has(rule, word) for word in words or ())]
    _warn(rules.problems)
    if as_json:
        _print(rules=shown, problems=rules.problems)
        return
    width = max((len(rule.id) for rule in shown), default=0)
    for rule in shown:
        weights = ", ".join(_spoken_for(rule)) or ", ".join(rule.tells)
        heard = " and ".join(condition.key for condition in rule.when)
        mark = "  (yours)" if _is_own(rule) else ""
        typer.echo(f"{rule.id:<{width}}  {weights:<24}  hears {heard}{mark}")
    typer.echo(f"{len(shown):,} of {len(rules):,} rules", err=True)


@app.command()
def check(
    files: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[FILE]...", show_default=False, help="Files of rules; by default your own that are installed."),
    ] = None,
    as_json: options.Json = False,
) -> None:
    """Check rules: whether they are well formed, listen to what something tells, and match their own examples.

    Exit code 1 if one is wrong; a scan leaves out those, and says so.

    Example: netinv rules check mine.toml
    """
    from netinv.classification import own_rules

    chosen = files or own_rules.files()
    found = own_rules.read(chosen)
    if as_json:
        _print(rules=found.rules, problems=found.problems)
    else:
        for wrong in found.problems:
            typer.echo(f"wrong: {wrong.message}" + (f"\n  {wrong.hint}" if wrong.hint else ""))
        for rule in found.rules:
            typer.echo(f"good:  rule {rule.id} in {rule.source}" + ("; it replaces netinv's own" if _replaces(rule) else ""))
        if not chosen:
            typer.echo(
                f"no rules of your own; they would be {own_rules.directory() or '~/.config/netinv/rules'}/*.toml", err=True
            )
    if found.problems:
        raise typer.Exit(1)


@app.command("test")
def try_rules(
    file: Annotated[
        str,
        typer.Argument(metavar="FILE", show_default=False, help="An observation in JSON, or one a line; - is stdin."),
    ],
    rules: _With = None,
    as_json: options.Json = False,
) -> None:
    """Show which rules speak of an observation, which nearly do, and what follows.

    An observation is {"id": ..., "evidence": {"mac": ..., "mdns": [...]}};
    `netinv schema evidence` tells it all.

    Example: echo '{"evidence": {"mac": "30:05:5c:d1:68:0b"}}' | netinv rules test -
    """
    from netinv.classification import classify
    from netinv.classification.facts import facts

    base = _with(rules or ())
    _warn(base.problems)
    tried = []
    for name, evidence in _observations(file):
        heard = list(base.hearing(facts(evidence)))
        tried.append((name, evidence, classify(evidence, base), heard))
    if as_json:
        _print(problems=base.problems, documents=[_tried_object(*one) for one in tried])
        return
    for name, evidence, verdict, heard in tried:
        for line in _told(name, evidence, verdict, heard):
            typer.echo(line)


def _told(name: object, evidence: Sequence["Evidence"], verdict: "Verdict", heard: Sequence["Match"]) -> Iterator[str]:
    from netinv.formats.words import spoken
    from netinv.text import clean

    by_id = {fact.id: fact for fact in evidence}
    sure = "" if verdict.kind == "unknown" else f", {verdict.confidence:.0%} sure"
    yield f"{clean(str(name), 80)}: {spoken(verdict.kind)}{sure}"
    for match in (m for m in heard if m.speaks):
        weights = ", ".join(f"{kind} {weight:+g}" for kind, weight in match.rule.weights.items())
        yield f"  {match.rule.id}  {weights}" + ("  (yours)" if _is_own(match.rule) else "")
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


def _with(files: Iterable[Path]) -> "Rules":
    """The rule base with further rules; RuleError where one of them is wrong."""
    from netinv.classification import own_rules
    from netinv.classification.rule_base import Rules
    from netinv.classification.rules import load_rules

    base, further = load_rules(), own_rules.read(files)
    if further.problems:
        raise further.problems[0]
    if not further.rules:
        return base
    return Rules(own_rules.replacing(tuple(base), further.rules), "", base.problems)


def _observations(file: str) -> list[tuple[object, tuple["Evidence", ...]]]:
    """Every observation in a file with its id; UsageError where there is none."""
    import json
    import sys

    from netinv.classification.document import evidence_of
    from netinv.errors import UsageError

    called = "standard input" if file == "-" else file
    try:
        text = sys.stdin.buffer.read(_LARGEST + 1) if file == "-" else _bytes(Path(file))
    except OSError as error:
        raise UsageError(f"cannot read {called}: {error.strerror or error}") from error
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


def _spoken_for(rule: "Rule") -> Iterator[str]:
    """The kind it is about, and how many others it says something of."""
    first = rule.kind or next(iter(rule.weights), None)
    if first:
        yield f"{first} {rule.weights[first]:+g}"
        if others := len(rule.weights) - 1:
            yield f"{others} more"


def _has(rule: "Rule", word: str) -> bool:
    low = word.lower()
    return low in rule.weights or low in rule.id or low in rule.source.lower() or any(low in c.key for c in rule.when)


def _is_own(rule: "Rule") -> bool:
    return "/" in rule.source


def _replaces(rule: "Rule") -> bool:
    from netinv.classification.rules import built_in_rules

    return any(rule.id == other.id for other in built_in_rules())


def _warn(problems: Iterable["RuleError"]) -> None:
    for wrong in problems:
        typer.echo(f"warning: left out: {wrong.message}" + (f" ({wrong.hint})" if wrong.hint else ""), err=True)


def _print(
    *,
    rules: Iterable["Rule"] | None = None,
    problems: Iterable["RuleError"] = (),
    documents: Sequence[object] | None = None,
) -> None:
    from netinv.formats.json import encode

    document = {
        "schema": "netinv-rules/1",
        "rules": None if rules is None else [_rule_object(rule) for rule in rules],
        "problems": [{"message": wrong.message, "hint": wrong.hint} for wrong in problems],
        "documents": documents,
    }
    typer.echo(encode(document))


def _rule_object(rule: "Rule") -> dict[str, object]:
    return {
        "id": rule.id,
        "source": rule.source,
        "is_own": _is_own(rule),
        "kind": rule.kind,
        "weights": dict(rule.weights),
        "tells": dict(rule.tells),
        "says": rule.says,
        "when": {c.key: _condition_object(c) for c in rule.when},
        "unless": {c.key: _condition_object(c) for c in rule.unless},
        "examples": [dict(example) for example in rule.examples],
        "counter_examples": [dict(example) for example in rule.counter_examples],
    }


def _condition_object(condition: "Condition") -> dict[str, object]:
    return {"regex": condition.regex or None, "values": sorted(condition.values), "words": list(condition.phrases)}


def _tried_object(name: object, evidence: Sequence["Evidence"], verdict: "Verdict", heard: Sequence["Match"]) -> dict[str, Any]:
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
