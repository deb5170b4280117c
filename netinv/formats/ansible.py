"""An Ansible inventory in YAML: every device by host name, in groups by category and kind; also what `netinv ansible` answers."""

import json
import re
from collections.abc import Iterator
from typing import TextIO

from netinv.formats.base import Format, Report, Style, in_order
from netinv.formats.hostnames import addresses, has_address, named, open_ports, speaks_ssh
from netinv.model import Device
from netinv.text import clean

# Ansible takes the values of variables for Jinja templates, and what is between the braces for a program. `#jinja2:` at the
# beginning would choose other braces.
_TEMPLATE = re.compile(r"\{(?=[{%#])|#(?=jinja2:)")


def hosts(report: Report) -> dict[str, dict[str, object]]:
    """The variables of each host, by host name."""
    return {host: _variables(device) for device, host, _, _ in named(in_order(report.devices)) if has_address(device)}


def groups(report: Report) -> dict[str, list[str]]:
    """The host names in each group: `category_printer`, `kind_nas`, `speaks_ssh`; no host is called as a group is (`_`)."""
    found: dict[str, list[str]] = {}
    for device, host, _, _ in named(in_order(report.devices)):
        for group in _groups(device) if has_address(device) else ():
            found.setdefault(group, []).append(host)
    return dict(sorted(found.items()))


def dynamic(report: Report) -> dict[str, object]:
    """What Ansible asks a dynamic inventory for with `--list`: the groups, and the variables of all hosts at once."""
    members = {group: {"hosts": names} for group, names in groups(report).items()}
    variables = hosts(report)
    return {**members, "all": {"hosts": list(variables), "children": list(members)}, "_meta": {"hostvars": variables}}


def write(report: Report, stream: TextIO, style: Style) -> None:
    """The static inventory; strings are quoted as in JSON, which YAML 1.2 contains."""
    stream.write("# Devices seen by netinv; check with `ansible-inventory --list -i FILE`.\nall:\n")
    stream.writelines(f"{line}\n" for line in _lines(report))


def _lines(report: Report) -> Iterator[str]:
    variables = hosts(report)
    yield "  hosts:" if variables else "  hosts: {}"
    for host, values in variables.items():
        yield f"    {_quoted(host)}:"
        for name, value in values.items():
            yield f"      {name}: {_quoted(value)}"
    if members := groups(report):
        yield "  children:"
    for group, names in members.items():
        yield f"    {group}:"
        yield "      hosts:"
        yield from (f"        {_quoted(name)}: {{}}" for name in names)


def _variables(device: Device) -> dict[str, object]:
    verdict = device.verdict
    told = {
        "ansible_host": str(addresses(device)[0]),
        "netinv_id": device.id,
        "netinv_name": device.name,
        "netinv_category": verdict.category,
        "netinv_kind": verdict.kind,
        "netinv_vendor": device.vendor,
        "netinv_model": verdict.model,
        "netinv_os": verdict.os,
        "netinv_macs": list(device.macs),
        "netinv_addresses": [str(address) for address in addresses(device)],
        "netinv_open_ports": open_ports(device),
    }
    return {name: _inert(value) if isinstance(value, str) else value for name, value in told.items() if value is not None}


def _groups(device: Device) -> Iterator[str]:
    yield re.sub(r"\W", "_", f"category_{device.verdict.category}", flags=re.ASCII)
    yield re.sub(r"\W", "_", f"kind_{device.verdict.kind}", flags=re.ASCII)
    if speaks_ssh(device):
        yield "speaks_ssh"


def _inert(value: str) -> str:
    """Text in which Ansible sees no template: a space stands between what would begin one."""
    return _TEMPLATE.sub(r"\g<0> ", clean(value))


def _quoted(value: object) -> str:
    # YAML's parsers do not put together again what JSON writes as two halves of a character: hence no ASCII.
    return json.dumps(value, ensure_ascii=False)


FORMAT = Format(
    "ansible",
    suffix=".yml",
    summary="an Ansible inventory, of which `netinv ansible` is the dynamic kind",
    write=write,
    takes=has_address,
)
