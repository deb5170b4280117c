"""`netinv list` and `netinv show`: what the inventory remembers; nothing is sent."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from netinv.cli import options

if TYPE_CHECKING:
    from datetime import datetime

    from netinv.model import Device, Evidence


def list_devices(
    format_name: options.FormatName = None,
    as_json: options.AsJson = False,
    as_jsonl: options.AsJsonl = False,
    as_csv: options.AsCsv = False,
    output: options.Output = None,
    why: options.Why = False,
    store: options.Store = None,
) -> None:
    """List every device in the inventory, as today's rules see it."""
    from netinv.cli.output import Output
    from netinv.formats import Report
    from netinv.inventory.store import open_inventory

    out = Output.choose(format_name, as_json=as_json, as_jsonl=as_jsonl, as_csv=as_csv, path=output, why=why)
    with open_inventory(store, read_only=True) as inventory:
        report = Report(inventory.devices())
    with out.stream() as writer:
        if out.streams:
            for device in report.devices:
                writer.write(device)
        else:
            writer.write(report)


def show(
    device: Annotated[str, typer.Argument(help="Its id or the beginning of it, name, address or MAC.", show_default=False)],
    as_json: options.AsJson = False,
    store: options.Store = None,
) -> None:
    """Show all that is known of one device."""
    from netinv.cli.output import Output
    from netinv.formats import Report
    from netinv.inventory.store import open_inventory

    with open_inventory(store, read_only=True) as inventory:
        found = inventory.find(device)
    if as_json:
        with Output.choose("json").stream() as writer:
            writer.write(Report((found,)))
    else:
        typer.echo("\n".join(_described(found)))


def _described(device: "Device") -> Iterator[str]:
    """A device as a page: the verdict first, then what it rests on."""
    verdict = device.verdict
    yield " ".join(filter(None, (device.name, f"({', '.join(device.addresses)})")))
    what = f"{verdict.kind.replace('_', ' ')}, {_percent(verdict.confidence)} sure"
    if verdict.kind == "unknown":
        what = f"{'some ' + verdict.category if verdict.category != 'unknown' else 'unknown'}: too little was heard to say more"
    facts = (
        ("kind", what),
        *((("because", reason.says) if n == 0 else ("", reason.says)) for n, reason in enumerate(verdict.because)),
        ("perhaps", ", ".join(f"{a.kind.replace('_', ' ')} {_percent(a.confidence)}" for a in verdict.alternatives)),
        ("vendor", device.vendor),
        ("model", verdict.model),
        ("system", verdict.os),
        ("MAC", ", ".join(device.macs)),
        ("names", ", ".join(f"{name} ({source})" for name, source in device.names)),
        ("round trip", device.rtt_ms is not None and f"{device.rtt_ms:.1f} ms"),
        ("first seen", _moment(device.first_seen)),
        ("last seen", _moment(device.last_seen)),
        ("id", device.id),
    )
    for label, value in facts:
        if value:
            yield f"  {label:<12}{value}"
    yield ""
    yield f"  heard ({len(device.evidence)} facts; `netinv explain {device.id[:8]}` weighs them)"
    for fact in sorted(device.evidence, key=_place):
        yield f"    {fact.address:<16}{fact.key:<18}{fact.value}  [{fact.probe}, {_moment(fact.seen)}]"


def _percent(share: float) -> str:
    return f"{int(share * 100)}%"  # rounded down: nothing is certain


def _place(fact: "Evidence") -> tuple[str, str, int, str]:
    protocol, _, field = fact.key.partition(".")
    return fact.address, protocol, int(field) if field.isdecimal() else 0, field


def _moment(at: "datetime") -> str:
    return f"{at.astimezone():%Y-%m-%d %H:%M:%S %Z}"
