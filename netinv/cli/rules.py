"""`netinv rules`: what netinv knows devices by; listed, checked, and tried on observations. Nothing is sent."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from netinv.cli import options
from netinv.cli.tried import is_own, observations, told, tried_object

if TYPE_CHECKING:
    from netinv.classification.rule import Condition, Rule
    from netinv.classification.rule_base import Rules
    from netinv.errors import RuleError

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
        mark = "  (yours)" if is_own(rule) else ""
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
            typer.echo(f"wrong: {wrong.message}" + (f"\n  hint: {wrong.hint}" if wrong.hint else ""))
        for rule in found.rules:
            typer.echo(f"good:  rule {rule.id} in {rule.source}" + ("; it replaces netinv's own" if _replaces(rule) else ""))
        if not chosen:
            typer.echo(
                f"no rules of your own; they would be {own_rules.directory() or '~/.config/netinv/rules'}/*.toml", err=True
            )
        elif not found.rules and not found.problems:
            typer.echo(f"no rules in {', '.join(map(str, chosen))}; a rule begins with [[rule]]", err=True)
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
    for name, evidence in observations(file):
        heard = list(base.hearing(facts(evidence)))
        tried.append((name, evidence, classify(evidence, base), heard))
    if as_json:
        _print(problems=base.problems, documents=[tried_object(*one) for one in tried])
        return
    for name, evidence, verdict, heard in tried:
        for line in told(name, evidence, verdict, heard):
            typer.echo(line)


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
        "is_own": is_own(rule),
        "kind": rule.kind,
        "weights": dict(rule.weights),
        "tells": dict(rule.tells),
        "trust": rule.trust,
        "of": list(rule.of),
        "says": rule.says,
        "when": {c.key: _condition_object(c) for c in rule.when},
        "unless": {c.key: _condition_object(c) for c in rule.unless},
        "examples": [dict(example) for example in rule.examples],
        "counter_examples": [dict(example) for example in rule.counter_examples],
    }


def _condition_object(condition: "Condition") -> dict[str, object]:
    return {"regex": condition.regex or None, "values": sorted(condition.values), "words": list(condition.phrases)}
