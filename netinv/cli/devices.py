"""`netinv list` and `netinv show`: what the inventory remembers; nothing is sent."""

import sys
from collections.abc import Iterator
from textwrap import wrap
from typing import TYPE_CHECKING

import typer

from netinv.cli import options

if TYPE_CHECKING:
    from datetime import datetime

    from netinv.model import Device


def list_devices(
    format_name: options.FormatName = None,
    as_json: options.AsJson = False,
    as_jsonl: options.AsJsonl = False,
    as_csv: options.AsCsv = False,
    output: options.Output = None,
    why: options.Why = False,
    store: options.Store = None,
) -> None:
    """List every device in the inventory, as today's rules see it.

    Example: netinv list --csv | cut -d, -f1,3,6
    """
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
    device: options.Reference,
    as_json: options.Json = False,
    store: options.Store = None,
) -> None:
    """Show all that is known of one device.

    Example: netinv show 192.168.1.20
    """
    from netinv.cli.output import Output, terminal
    from netinv.formats import Report
    from netinv.inventory.store import open_inventory

    with open_inventory(store, read_only=True) as inventory:
        found = inventory.find(device)
    if as_json:
        with Output.choose("json").stream() as writer:
            writer.write(Report((found,)))
    else:
        typer.echo("\n".join(_page(found, terminal(sys.stdout).width)))


def _page(device: "Device", width: int | None) -> Iterator[str]:
    """A device as a page, no wider than `width` if there is one: the verdict first, then what it rests on."""
    from netinv.formats.base import evidence_in_order
    from netinv.formats.words import count, percent, spoken, verdict_line

    verdict = device.verdict
    yield " ".join(filter(None, (device.name, f"({', '.join(device.addresses)})")))
    facts = (
        ("kind", verdict_line(verdict)),
        *((("because", reason.says) if n == 0 else ("", reason.says)) for n, reason in enumerate(verdict.because)),
        ("perhaps", ", ".join(f"{spoken(a.kind)} {percent(a.confidence)}" for a in verdict.alternatives)),
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
            yield from _fitted(f"  {label:<12}{value}", width, 14)
    yield ""
    heard = count(len(device.evidence), "fact")
    yield from _fitted(f"  heard ({heard}; `netinv explain {device.id[:8]}` weighs them)", width, 4)
    for fact in evidence_in_order(device.evidence):
        yield from _fitted(f"    {fact.address:<16}{fact.key:<18}{fact.value}  [{fact.probe}, {_moment(fact.seen)}]", width, 20)


def _fitted(line: str, width: int | None, indent: int) -> list[str]:
    """A line, or as many as it takes in a terminal of `width`, all but the first of them indented."""
    if not width or len(line) <= width:
        return [line]
    return wrap(line, max(width, indent + 20), subsequent_indent=" " * indent, break_on_hyphens=False)


def _moment(at: "datetime") -> str:
    return f"{at.astimezone():%Y-%m-%d %H:%M:%S %Z}"
