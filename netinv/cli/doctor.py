"""`netinv doctor`: would a scan work here, and what would each probe be able to do? Sockets are opened; nothing is sent."""

import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, NamedTuple

import typer

from netinv.cli import options
from netinv.cli.configured import configured
from netinv.cli.fitting import fitted, room

if TYPE_CHECKING:
    from ipaddress import IPv4Network

    from netinv.errors import StoreError
    from netinv.model import Interface

Outcome = Literal["ok", "note", "fail"]
_CODES = {"targets": 2, "privileges": 4, "inventory": 5}


class Finding(NamedTuple):
    """One line of the report."""

    outcome: Outcome
    about: str
    said: str
    hint: str | None = None


def doctor(
    interface: Annotated[list[str] | None, configured("scan.interface", means="Check a scan from this interface")] = None,
    store: options.Store = None,
    as_json: options.Json = False,
) -> int:
    """Check privileges, interface, probes, tables and inventory; exit 0 if a scan would work here.

    Exit codes: 0 it would; 1 no interface to scan from; 2 its network is not scanned unless --large, --public or targets say so;
    4 nothing may be asked; 5 the inventory cannot be used.

    Example: netinv doctor -i eth0
    """
    import json

    checks = {"interface": _interfaces(interface or ()), "tables": _tables(), "inventory": _inventory(store)}
    findings = [finding for about, check in checks.items() for finding in _survived(about, check)]
    code = next((_CODES.get(finding.about, 1) for finding in findings if finding.outcome == "fail"), 0)
    if as_json:
        document = {"schema": "netinv-doctor/1", "works": not code, "findings": [finding._asdict() for finding in findings]}
        typer.echo(json.dumps(document, indent=2))
        return code
    marks = {"ok": "ok  ", "note": "note", "fail": "FAIL"}
    width = room()
    for finding in findings:
        hint = [f"{'':18}hint: {finding.hint}"] if finding.hint else []
        for line in (f"{marks[finding.outcome]}  {finding.about:<11} {finding.said}", *hint):
            typer.echo("\n".join(fitted(line, width, 18)))
    typer.echo("a scan would work here" if not code else "a scan would not work here: see FAIL above")
    return code


def _survived(about: str, check: Iterator[Finding]) -> Iterator[Finding]:
    """What a check finds; where it cannot be carried through, that is what was found."""
    from netinv.errors import NetinvError

    try:
        yield from check
    except NetinvError as error:
        yield Finding("fail", about, error.message, error.hint)
    except OSError as error:
        yield Finding("fail", about, f"cannot be checked: {error}", "may you read what it names?")


def _interfaces(names: Sequence[str]) -> Iterator[Finding]:
    from netinv.net.interfaces import choose, default, on_link

    chosen = choose(names)
    because = "named" if names else default().because
    for interface in chosen:
        yield Finding("ok", "interface", f"{interface.name}, {interface.address}: {because}")
    networks = [network for interface in chosen for network in on_link(interface)]
    yield from _survived("targets", _targets(networks))
    for interface in chosen:
        yield from _probes(interface)


def _targets(networks: "Sequence[IPv4Network]") -> Iterator[Finding]:
    """What a scan asks where no targets are named, or why it refuses to."""
    from netinv.formats.words import count
    from netinv.net.targets import parse_targets

    targets = parse_targets((), on_link=networks)
    yield Finding("ok", "targets", f"{count(len(targets), 'address', 'addresses')} if none are named: {targets.text}")


def _probes(interface: "Interface") -> Iterator[Finding]:
    """What each probe can do on an interface, found out by opening its sockets."""
    from netinv.net.live import LiveNetwork
    from netinv.net.network import FORBIDDEN
    from netinv.net.resolvers import system_resolvers
    from netinv.net.targets import Targets
    from netinv.probes import probes
    from netinv.probes.base import LinkProbe

    network = LiveNetwork(interface, Targets(), resolvers=system_resolvers()).open()
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
        told = {problem.source for problem in problems}
        for probe in probes():
            if not probe.by_default:
                continue  # not part of a scan that nobody asks it of
            if missing := probe.needs - network.abilities:
                is_spared = isinstance(probe, LinkProbe) and probe.spares & network.abilities
                if probe.name not in told and not is_spared:
                    why = ", ".join(network.refusals.get(ability, f"{ability} is not allowed") for ability in sorted(missing))
                    yield Finding("note", probe.name, f"cannot be asked here: {why}")
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
    if vendors.problem:
        yield Finding("note", "vendors", vendors.problem.message, vendors.problem.hint)
    yield Finding("ok", "rules", f"{len(load_rules()):,} rules")
    for wrong in load_rules().problems:
        yield Finding("note", "rules", f"left out: {wrong.message}", wrong.hint)


def _inventory(store: str | None) -> Iterator[Finding]:
    from netinv.errors import StoreError
    from netinv.formats.words import count
    from netinv.inventory.store import open_inventory

    try:
        with open_inventory(store, read_only=True) as inventory:
            where, damage = inventory.where, inventory.check()
            known = f"{count(len(inventory.devices()), 'device')}, {count(len(inventory.scans()), 'scan')}"
    except StoreError as error:
        yield _unopened(store, error)
        return
    if damage:
        yield Finding("fail", "inventory", f"{where} is damaged: {damage[0]}", "move it away and scan again")
    elif "://" not in where and not os.access(where, os.W_OK):
        yield Finding("fail", "inventory", f"{where} is not writable", "name another with --store, or scan with --no-save")
    else:
        yield Finding("ok", "inventory", f"{where}: {known}, undamaged")


def _unopened(store: str | None, error: "StoreError") -> Finding:
    """An inventory that cannot be opened: one that a scan would make, or a failure."""
    if not (where := _to_be_made(store)):
        return Finding("fail", "inventory", error.message, error.hint)
    beginning = next(directory for directory in where.parents if directory.exists())
    if os.access(beginning, os.W_OK | os.X_OK):
        return Finding("ok", "inventory", f"none yet; a scan makes it at {where}")
    hint = "name another with --store, or scan with --no-save"
    return Finding("fail", "inventory", f"{where} cannot be made: {beginning} is not writable", hint)


def _to_be_made(store: str | None) -> Path | None:
    """Where a scan would make an inventory; None where there is something already, or nobody can tell."""
    from netinv.inventory.place import default_path

    text = re.sub("^sqlite:/+", "/", str(store or default_path()), flags=re.IGNORECASE)
    try:
        where = Path(text).expanduser().absolute()
        return None if "://" in text or "\0" in text or where.exists() else where
    except (OSError, RuntimeError):  # not ours to look at; nobody's home
        return None
