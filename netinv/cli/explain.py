"""`netinv explain`: why netinv takes a device for what it does, argued from what was heard; nothing is sent."""

from typing import TYPE_CHECKING, Annotated

import typer

from netinv.cli import options

if TYPE_CHECKING:
    from netinv.classification.argument import Argument, WhatIf
    from netinv.classification.facts import Fact
    from netinv.model import Device, Reason


def explain(
    device: options.Reference,
    as_json: options.Json = False,
    everything: Annotated[bool, typer.Option("--all", help="List all that was heard, however much it is.")] = False,
    store: options.Store = None,
) -> None:
    """Argue for and against what a device is taken for: what was heard, which rules spoke, what would change the verdict.

    Example: netinv explain 192.168.1.20
    """
    import sys

    from netinv.classification.argument import argue
    from netinv.cli.argued import SHOWN, WIDEST, told
    from netinv.cli.output import terminal
    from netinv.inventory.store import open_inventory

    with open_inventory(store, read_only=True) as inventory:
        found = inventory.find(device)
    argument = argue(found.evidence)
    if as_json:
        from netinv.formats.json import encode

        typer.echo(encode(document(found, argument)))
        return
    style = terminal(sys.stdout)
    if found.annotations.kind:
        from netinv.formats.words import spoken

        typer.echo(f"You set its kind: {spoken(found.annotations.kind)}. What was heard says by itself:\n")
    for line in told(found, argument, min(style.width or WIDEST, WIDEST), None if everything else SHOWN):
        typer.echo(line, color=style.color)


def document(device: "Device", argument: "Argument") -> dict[str, object]:
    """The argument as JSON's types; the device as in every other JSON of netinv, judged by the same rules."""
    from dataclasses import replace

    from netinv.formats.json import detail_object, device_object

    return {
        "schema": "netinv-explain/1",
        "device": device_object(replace(device, verdict=argument.verdict)),
        "argument": {
            "about": argument.about,
            "for": [_reason_object(reason) for reason in argument.reasons_for],
            "against": [_reason_object(reason) for reason in argument.reasons_against],
            "rivals": [
                {
                    "category": rival.category,
                    "kind": rival.kind,
                    "confidence": round(rival.confidence, 4),
                    "because": [_reason_object(reason) for reason in rival.because],
                }
                for rival in argument.rivals
            ],
            "details": [detail_object(detail) for detail in argument.details],
            "derived": [_fact_object(fact) for fact in argument.derived],
            "silent": [
                {"rule": s.rule, "missing": list(s.missing), "silenced_by": [_fact_object(fact) for fact in s.silenced]}
                for s in argument.silent
            ],
            "without": [_what_if_object(what_if) for what_if in argument.without],
            "hearing": [_what_if_object(what_if) for what_if in argument.hearing],
            "settled": argument.is_settled,
        },
    }


def _reason_object(reason: "Reason") -> dict[str, object]:
    return {"rule": reason.rule, "says": reason.says, "weight": round(reason.weight, 4), "evidence": list(reason.evidence)}


def _fact_object(fact: "Fact") -> dict[str, object]:
    return {"key": fact.key, "value": fact.value, "evidence": fact.evidence}


def _what_if_object(what_if: "WhatIf") -> dict[str, object]:
    return {
        "facts": [{"key": key, "value": value} for key, value in what_if.facts],
        "category": what_if.category,
        "kind": what_if.kind,
        "confidence": round(what_if.confidence, 4),
    }
