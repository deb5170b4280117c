"""`netinv list` and `netinv show`: what the inventory remembers; nothing is sent."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import typer

from netinv.cli import options
from netinv.cli.fitting import fitted, room
from netinv.cli.reporting import reporting
from netinv.cli.selecting import selecting

if TYPE_CHECKING:
    from datetime import datetime

    from netinv.cli.output import Output
    from netinv.cli.selection import Selection
    from netinv.model import Device


_PRESENCE = {
    "here": "here",
    "asleep": "asleep: it did not answer the last time it was asked, which means little yet",
    "unasked": "unknown: the latest scan did not ask it",
    "gone": "gone: it has not answered for longer than its habits explain",
}


@reporting
@selecting
def list_devices(*, wanted: "Selection", out: "Output", store: options.Store = None) -> None:
    """List the devices in the inventory, or only those named, as today's rules see them.

    Example: netinv list --gone --since 7d --sort last_seen
    """
    from netinv.inventory.store import open_inventory

    with open_inventory(store, read_only=True) as inventory:
        report = wanted.report(inventory, out.format)
    with out.stream() as writer:
        if out.streams:
            for one in report.devices:
                writer.write(one)
        else:
            writer.write(report)


def show(
    device: options.Reference,
    as_json: options.Json = False,
    store: options.Store = None,
) -> None:
    """Show all that is known of one device.

    Example: netinv show 192.168.1.20
    """
    from netinv.cli.output import Output
    from netinv.formats import Report
    from netinv.inventory.store import open_inventory

    with open_inventory(store, read_only=True) as inventory:
        found = inventory.find(device)
    if as_json:
        with Output.choose("json").stream() as writer:
            writer.write(Report((found,)))
    else:
        typer.echo("\n".join(_page(found, room())))


def _page(device: "Device", width: int | None) -> Iterator[str]:
    """A device as a page, no wider than `width` if there is one: the verdict first, then what it rests on."""
    from netinv.formats.base import evidence_in_order
    from netinv.formats.changes import linked
    from netinv.formats.words import count, percent, spoken, verdict_line

    verdict, said = device.verdict, device.annotations
    yield " ".join(filter(None, (device.name, f"({', '.join(device.addresses)})")))
    facts = (
        ("name", said.name and f"{said.name}, set by you"),
        ("kind", verdict_line(verdict)),
        *((("because", reason.says) if n == 0 else ("", reason.says)) for n, reason in enumerate(verdict.because)),
        ("perhaps", ", ".join(f"{spoken(a.kind)} {percent(a.confidence)}" for a in verdict.alternatives)),
        ("owner", said.owner),
        ("location", said.location),
        ("notes", said.notes),
        ("tags", ", ".join(said.tags)),
        ("trusted", said.trusted is not None and ("yes" if said.trusted else "no")),
        ("vendor", device.vendor),
        ("model", verdict.model),
        ("system", verdict.os),
        ("firmware", verdict.firmware),
        ("serial", verdict.serial),
        ("MAC", ", ".join(device.macs)),
        *((("one device" if n == 0 else ""), linked(link)) for n, link in enumerate(device.links)),
        ("names", ", ".join(f"{name} ({source})" for name, source in device.names)),
        ("round trip", device.rtt_ms is not None and f"{device.rtt_ms:.1f} ms"),
        ("first seen", _moment(device.first_seen)),
        ("last seen", _moment(device.last_seen)),
        ("presence", _PRESENCE[device.presence]),
        ("network", device.network),
        ("id", device.id),
    )
    for label, value in facts:
        if value:
            yield from fitted(f"  {label:<12}{value}", width, 14)
    yield ""
    heard = count(len(device.evidence), "fact")
    yield from fitted(f"  heard ({heard}; `netinv explain {device.id[:8]}` weighs them)", width, 4)
    for fact in evidence_in_order(device.evidence):
        told = f"{fact.address:<14}  {fact.key:<16}  {fact.value}  [{fact.probe}, {_moment(fact.seen)}]"
        yield from fitted(f"    {told}", width, 20)


def _moment(at: "datetime") -> str:
    return f"{at.astimezone():%Y-%m-%d %H:%M:%S %Z}"
