"""Who registered a MAC address: the vendor of its longest registered prefix, or what an unregistered one tells."""

import os
from dataclasses import replace
from functools import cache
from ipaddress import IPv4Address
from pathlib import Path

from netinv.classification.vendor_table import VendorTable
from netinv.errors import NetinvError
from netinv.model import MAC, Problem
from netinv.privileges import caller, data_home, is_root

BUILT_IN = Path(__file__).with_name("data") / "vendors.bin"

RANDOMISED = "private (randomised)"
"""The vendor of a locally administered address: the device made it up, so nobody registered it."""

# Addresses made by software or shared by several machines: their prefix says this and not who made the hardware.
_WELL_KNOWN = {
    "52:54:00:": "QEMU/KVM virtual NIC",  # QEMU's default address is 52:54:00:12:34:56, libvirt draws from the same prefix
    "08:00:27:": "VirtualBox virtual NIC",  # registered to PCS Systemtechnik, used by VirtualBox guests since innotek
    "0a:00:27:": "VirtualBox virtual NIC",  # the host's side of a VirtualBox host-only network
    "00:00:5e:00:01:": "VRRP virtual router",  # RFC 9568, 7.3: IPv4; CARP uses the same
    "00:00:5e:00:02:": "VRRP virtual router",  # RFC 9568, 7.3: IPv6
    "00:00:0c:07:ac:": "HSRP virtual router",  # RFC 2281, 5.1
    "00:00:0c:9f:f": "HSRP virtual router",  # Cisco, HSRP version 2
    "00:07:b4:00:": "GLBP virtual router",  # Cisco, Gateway Load Balancing Protocol
}
# Two fixed bytes and the IPv4 address the software gave with them; two bytes alone would also hit one random address in 16,384.
_WITH_ADDRESS = {
    "02:42:": "Docker virtual NIC",  # moby/moby, libnetwork/netutils.GenerateMACFromIP; random since Docker 28
    "02:bf:": "Windows NLB cluster",  # Microsoft, Network Load Balancing in unicast mode
    "0a:58:": "Kubernetes virtual NIC",  # containernetworking/plugins, pkg/utils/hwaddr.PrivateMACPrefix
}


def vendor(mac: MAC) -> str | None:
    """The vendor by the longest registered prefix of 36, 28 and 24 bits, or what is known of an address nobody registered.

    None for multicast and broadcast, for unregistered blocks, and for those whose owner pays the IEEE to stay unnamed.
    """
    if mac.is_group:
        return None
    if known := next((name for prefix, name in _WELL_KNOWN.items() if mac.startswith(prefix)), None):
        return known
    if mac.is_local:
        return _with_address(mac) or RANDOMISED
    block = table().find(mac)
    return block.vendor if block else None


@cache
def table() -> VendorTable:
    """The table in use: the user's own where there is one at least as new as the built-in; read once.

    A damaged one is passed over and told of in `problem`.
    """
    built_in = VendorTable.load(BUILT_IN)
    try:
        own = VendorTable.load(user_path())
    except FileNotFoundError:
        return built_in
    except NetinvError as error:
        return replace(built_in, problem=Problem("vendors", error.message, error.hint))
    return own if own.date >= built_in.date else built_in


def user_path() -> Path:
    """Where the user's own table is kept: `netinv/vendors.bin` in `data_home`, whose errors these are."""
    return data_home() / "netinv" / "vendors.bin"


def install(packed: bytes) -> VendorTable:
    """Make `packed` the user's own table, all at once and for the user alone; NetinvError where that cannot be."""
    import tempfile  # 3 ms that only an update needs

    path = user_path()
    installed = VendorTable.parse(packed, path)
    if is_root() and caller():
        # root would write into a directory an ordinary user commands
        raise NetinvError("the vendor table belongs to you, not to root", hint="run the same command without sudo")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".vendors-")  # created 0600
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(packed)
                file.flush()
                os.fsync(file.fileno())
            Path(temporary).replace(path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise NetinvError(f"cannot write the vendor table {path}: {error.strerror}") from error
    table.cache_clear()
    return installed


def _with_address(mac: MAC) -> str | None:
    name = next((name for prefix, name in _WITH_ADDRESS.items() if mac.startswith(prefix)), None)
    return name if name and IPv4Address(bytes.fromhex(mac[6:].replace(":", ""))).is_private else None
