"""Targets for Prometheus (file_sd): each device by its address, for the blackbox exporter to ping, say; what it is as labels."""

import json
from typing import TextIO

from netinv.formats.base import Format, Report, Style, in_order
from netinv.formats.hostnames import addresses, has_address, named, open_ports
from netinv.text import clean


def write(report: Report, stream: TextIO, style: Style) -> None:
    """A list of one target each. `device`, `category` and `kind` stay on every metric; `__meta_netinv_*` is for relabelling."""
    groups = []
    for device, host, _, _ in named(in_order(report.devices)):
        if not (known := addresses(device)):
            continue
        verdict = device.verdict
        labels = {
            "device": host,
            "category": verdict.category,
            "kind": verdict.kind,
            "__meta_netinv_id": device.id,
            "__meta_netinv_mac": device.mac,
            "__meta_netinv_name": device.name,
            "__meta_netinv_vendor": device.vendor,
            "__meta_netinv_model": verdict.model,
            "__meta_netinv_os": verdict.os,
            # as Prometheus writes lists in labels: with the separator at both ends too
            "__meta_netinv_open_ports": "".join(f",{port}" for port in open_ports(device)) + ",",
        }
        target = str(known[0]) if known[0].version == 4 else f"[{known[0]}]"
        groups.append({"targets": [target], "labels": {name: clean(value) for name, value in labels.items() if value}})
    stream.write(json.dumps(groups, indent=2) + "\n")


FORMAT = Format(
    "prometheus", suffix=".prometheus.json", summary="targets for Prometheus (file_sd)", write=write, takes=has_address
)
