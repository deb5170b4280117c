"""A client configuration for OpenSSH (ssh_config(5)): the devices that answer as SSH servers, by name."""

from typing import TextIO

from netinv.formats.base import Format, Report, Style, in_order
from netinv.formats.hostnames import addresses, named, remark, speaks_ssh

_HEADER = """\
# SSH servers seen by netinv. Write `Include FILE` at the end of ~/.ssh/config: what stands there before it then wins.
"""


def write(report: Report, stream: TextIO, style: Style) -> None:
    """A `Host` for each device with a name; the others as comments."""
    stream.write(_HEADER)
    for device, host, is_heard, aliases in named(in_order(report.devices)):
        if not speaks_ssh(device):
            continue
        address = addresses(device)[0]
        stream.write(f"\n# {remark(device)}\n")
        stream.write(f"Host {' '.join((host, *aliases))}\n    HostName {address}\n" if is_heard else f"# {address}\n")


FORMAT = Format("ssh_config", suffix=".ssh_config", summary="the SSH servers, for ~/.ssh/config", write=write, takes=speaks_ssh)
