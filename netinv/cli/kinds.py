"""`netinv kinds`: every kind of device netinv tells apart, what it is, and what gives it away."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated

import typer

from netinv.cli import options

if TYPE_CHECKING:
    from netinv.classification.kinds import Kind
    from netinv.classification.rule import Rule

SHOWN = 5
"""Rules shown of a kind that is asked for."""
_WIDEST = 100


def kinds(
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="[KIND]...", show_default=False, help="These only, with the rules that tell them."),
    ] = None,
    as_json: options.Json = False,
) -> None:
    """Explain every kind of device: what it is for, and what gives it away on a network.

    Example: netinv kinds nas
    """
    from netinv.classification.kinds import kinds as every
    from netinv.classification.rules import load_rules

    chosen = [_chosen(name) for name in names or ()] or list(every().values())
    telling = _telling(load_rules())
    if as_json:
        from netinv.formats.json import encode

        described = [_object(kind, telling.get(kind.name, [])) for kind in chosen]
        typer.echo(encode({"schema": "netinv-kinds/1", "kinds": described}))
        return
    for line in _told(chosen, telling if names else {}):
        typer.echo(line)


def _chosen(name: str) -> "Kind":
    from netinv.classification.kinds import hint
    from netinv.classification.kinds import kinds as every
    from netinv.errors import UsageError

    word = name.strip().lower().replace(" ", "_").replace("-", "_")
    if word not in every():
        raise UsageError(f"there is no kind '{name}'", hint=hint(word, every()))
    return every()[word]


def _telling(rules: "Iterable[Rule]") -> "dict[str, list[Rule]]":
    """The rules that speak for each kind, the strongest first; of those as strong, the ones that listen to different things."""
    found: dict[str, list[Rule]] = {}
    for rule in rules:
        if rule.kind and rule.weights[rule.kind] > 0:
            found.setdefault(rule.kind, []).append(rule)
    return {kind: sorted(of_kind, key=lambda r: -r.weights[kind]) for kind, of_kind in found.items()}


def _told(chosen: "list[Kind]", telling: "dict[str, list[Rule]]") -> "list[str]":
    import shutil
    import textwrap

    from netinv.formats.words import spoken

    width = min(shutil.get_terminal_size().columns, _WIDEST)
    lines: list[str] = []
    for kind in chosen:
        category = "" if spoken(kind.name) == kind.category else f" ({kind.category})"
        lines.append(f"{spoken(kind.name)}{category}")
        lines += textwrap.wrap(kind.summary, width, initial_indent="  ", subsequent_indent="  ")
        lines += textwrap.wrap(f"Given away by: {kind.gives_away}", width, initial_indent="  ", subsequent_indent="  ")
        if rules := telling.get(kind.name):
            lines.append(f"  {len(rules):,} rules speak for it; the weightiest of each sort:")
            for rule in _varied(rules):
                example = next(iter(rule.examples), {})
                heard = ", ".join(f"{key} = {value}" for key, value in example.items())
                lines.append(f"    {rule.id} {rule.weights[kind.name]:+g}: hears for example {heard[:_WIDEST]}")
        lines.append("")
    return lines[:-1]


def _varied(rules: "list[Rule]") -> "list[Rule]":
    """Some of the rules, each listening to something else."""
    first: dict[tuple[str, ...], Rule] = {}
    for rule in rules:
        first.setdefault(tuple(condition.key for condition in rule.when), rule)
    return list(first.values())[:SHOWN]


def _object(kind: "Kind", rules: "list[Rule]") -> dict[str, object]:
    return {
        "kind": kind.name,
        "category": kind.category,
        "summary": kind.summary,
        "gives_away": kind.gives_away,
        "prior": round(kind.prior, 4),
        "rules": len(rules),
        "telling": [
            {"rule": r.id, "weight": r.weights[kind.name], "says": r.says, "example": dict(next(iter(r.examples), {}))}
            for r in _varied(rules)
        ],
    }
