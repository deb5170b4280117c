"""Graphviz DOT: the Internet, the gateways, what joins cables, and the devices by kind, for a picture (`dot -Tsvg`)."""

from collections.abc import Iterable, Iterator
from typing import TextIO

from netinv.formats.base import Format, Report, Style
from netinv.formats.topology import Site, topology
from netinv.model import Device
from netinv.text import clean


def write(report: Report, stream: TextIO, style: Style) -> None:
    """An undirected graph; its nodes are numbered, and everything heard is in labels."""
    stream.writelines(f"{line}\n" for line in _lines(report))


def _lines(report: Report) -> Iterator[str]:
    yield "graph netinv {"
    yield '  graph [rankdir=LR, fontname="sans-serif", nodesep=0.08, ranksep=0.9];'
    yield '  node [shape=box, style=rounded, fontname="sans-serif", fontsize=10, margin="0.12,0.05"];'
    yield '  edge [color="gray50"];'
    yield '  internet [label="Internet", shape=ellipse, style=solid];'
    nodes = _Nodes()
    for site in topology(report):
        yield from _site(site, nodes)
    yield "}"


class _Nodes:
    """Hands out the names of nodes."""

    def __init__(self) -> None:
        self._given = 0

    def new(self) -> str:
        self._given += 1
        return f"n{self._given}"


def _site(site: Site, nodes: _Nodes) -> Iterator[str]:
    gateway = nodes.new()
    if site.gateway:
        yield f'  {gateway} [label={_label(site.gateway)}, style="rounded,bold"];'
    else:
        yield f"  {gateway} [label={_quoted(site.address or 'gateway unknown')}, style=dashed];"
    yield f"  internet -- {gateway};"
    lan = nodes.new()
    yield f'  {lan} [label="", shape=point];'
    yield f"  {gateway} -- {lan};"
    clusters = [("connects the others", site.joining), *((group.title, group.devices) for group in site.groups)]
    for title, devices in clusters:
        yield from _cluster(title, devices, lan, nodes)
    yield from _cluster("behind a router", site.beyond, gateway, nodes)


def _cluster(title: str, devices: Iterable[Device], above: str, nodes: _Nodes) -> Iterator[str]:
    devices = tuple(devices)
    if not devices:
        return
    yield f"  subgraph cluster_{nodes.new()} {{"
    yield f'    label={_quoted(f"{title} ({len(devices)})")}; style=rounded; color="gray70"; fontsize=10;'
    members = []
    for device in devices:
        members.append(nodes.new())
        yield f"    {members[-1]} [label={_label(device)}];"
    yield "  }"
    yield from (f"  {above} -- {member};" for member in members)


def _label(device: Device) -> str:
    lines = (device.name, device.ip, device.mac)
    return _quoted(*(line for line in lines if line))


def _quoted(*lines: str) -> str:
    r"""Lines as one quoted label, in which neither quotes nor `\N` nor entities mean anything."""
    escaped = (clean(line).replace("&", "&amp;").replace("\\", "\\\\").replace('"', '\\"') for line in lines)
    return '"' + "\\n".join(escaped) + '"'


FORMAT = Format("dot", suffix=".dot", summary="a graph for Graphviz", write=write)
