"""`netinv doctor`: would a scan work here, and what would each probe be able to do? Sockets are opened; nothing is sent."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, NamedTuple

import typer

from netinv.cli import options

if TYPE_CHECKING:
    from netinv.model import Interface

Outcome = Literal["ok", "note", "fail"]


class Finding(NamedTuple):
    """One line of the report."""

    outcome: Outcome
    about: str
    said: str
    hint: str | None = None


def doctor(
    interface: Annotated[list[str] | None, typer.Option("--interface", "-i", metavar="NAME", show_default=False)] = None,
    store: options.Store = None,
    as_json: options.AsJson = False,
) -> int:
    """Check privileges, interface, probes, tables and inventory; exit 0 if a scan would work here.

    Exit codes: 0 it would; 1 no interface to scan from; 4 nothing may be asked; 5 the inventory cannot be used.
    """
    import json

    findings: list[Finding] = []
    code = 0
    for check_code, check in ((1, _interface(interface or ())), (0, _tables()), (5, _inventory(store))):
        for finding in check:
            findings.append(finding)
            if finding.outcome == "fail" and not code:
                code = 4 if finding.about == "privileges" else check_code
    if as_json:
        typer.echo(json.dumps({"works": not code, "findings": [finding._asdict() for finding in findings]}, indent=2))
        return code
    marks = {"ok": "ok  ", "note": "note", "fail": "FAIL"}
    for finding in findings:
        typer.echo(f"{marks[finding.outcome]}  {finding.about:<12}{finding.said}")
        if finding.hint:
            typer.echo(f"{'':18}hint: {finding.hint}")
    typer.echo("a scan would work here" if not code else "a scan would not work here: see FAIL above")
    return code


def _interface(names: "list[str] | tuple[()]") -> Iterator[Finding]:
    from netinv.errors import InterfaceError
    from netinv.net.interfaces import choose, default, on_link

    try:
        chosen = choose(names)
        because = "named" if names else default().because
        for interface in chosen:
            networks = ", ".join(map(str, on_link(interface)))
            yield Finding("ok", "interface", f"{interface.name}, {interface.address}: {because}; it would ask {networks}")
    except InterfaceError as error:
        yield Finding("fail", "interface", error.message, error.hint)
        return
    for interface in chosen:
        yield from _probes(interface)


def _probes(interface: "Interface") -> Iterator[Finding]:
    """What each probe can do on an interface, found out by opening its sockets."""
    from netinv.net.live import LiveNetwork
    from netinv.net.network import FORBIDDEN
    from netinv.net.resolvers import system_resolvers
    from netinv.net.targets import Targets
    from netinv.probes import probes
    from netinv.probes.base import LinkProbe

    network = LiveNetwork(interface, Targets(), timeout=1, rate=1, retries=0, resolvers=system_resolvers()).open()
    try:
        problems = network.problems
        who = "root; a scan gives it up once its sockets are open" if os.geteuid() == 0 else f"uid {os.geteuid()}, not root"
        if forbidden := next((p for p in problems if p.source == FORBIDDEN), None):
            yield Finding("fail", FORBIDDEN, f"{who}; {forbidden.message}", forbidden.hint)
        else:
            yield Finding("ok", FORBIDDEN, who)
        for problem in problems:
            if problem is not forbidden:
                yield Finding("note", problem.source, problem.message, problem.hint)
        for probe in probes():
            if missing := probe.needs - network.abilities:
                if not isinstance(probe, LinkProbe) or not probe.spares & network.abilities:
                    yield Finding("note", probe.name, f"cannot be asked here: {', '.join(sorted(missing))} is not allowed")
            else:
                yield Finding("ok", probe.name, probe.summary)
        resolvers = ", ".join(network.resolvers)
        if resolvers:
            yield Finding("ok", "resolvers", resolvers)
        else:
            yield Finding("note", "resolvers", "none configured: the gateway is asked for names")
    finally:
        network.close()


def _tables() -> Iterator[Finding]:
    from netinv.classification.rules import load_rules
    from netinv.classification.vendors import table

    vendors = table()
    yield Finding("ok", "vendors", f"{vendors.entries:,} prefixes, {vendors.date}", None)
    yield Finding("ok", "rules", f"{len(load_rules()):,} rules")


def _inventory(store: Path | None) -> Iterator[Finding]:
    from netinv.errors import StoreError
    from netinv.inventory.place import default_path
    from netinv.inventory.store import open_inventory

    where = store or default_path()
    try:
        if not where.exists():
            beginning = next(p for p in where.parents if p.exists())
            if os.access(beginning, os.W_OK):
                yield Finding("ok", "inventory", f"none yet; a scan makes it at {where}")
            else:
                said = f"{where} cannot be made: {beginning} is not writable"
                yield Finding("fail", "inventory", said, "name another with --store")
            return
        with open_inventory(where, read_only=True) as inventory:
            damage = inventory.check()
            devices, scans = len(inventory.devices()), len(inventory.scans())
        if damage:
            yield Finding("fail", "inventory", f"{where} is damaged: {damage[0]}", "move it away and scan again")
        elif not os.access(where, os.W_OK):
            yield Finding("fail", "inventory", f"{where} is not writable", "name another with --store, or scan with --no-save")
        else:
            yield Finding("ok", "inventory", f"{where}: {devices:,} devices, {scans:,} scans, undamaged")
    except StoreError as error:
        yield Finding("fail", "inventory", error.message, error.hint)
