"""Raw frames: scapy opens the layer-2 socket and builds the templates; it is imported here only, inside a function."""

import fcntl
import logging
import os
import socket
import struct
import sys
import time
import types
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any, BinaryIO

from netinv.model import Interface

RECEIVE_BUFFER = 4 << 20
"""Bytes; at scapy's default of 64 KiB the kernel dropped 83 of 256 replies that came at once."""
_SO_RCVBUFFORCE = 33  # asm-generic/socket.h: beyond net.core.rmem_max, for CAP_NET_ADMIN
_SOL_PACKET = 263  # bits/socket.h
_PACKET_STATISTICS = 6  # linux/if_packet.h
_ETH_P_ARP = 0x0806
_SO_TIMESTAMPNS = 35  # asm-generic/socket.h
_SIOCGSTAMPNS = 0x8907  # asm-generic/sockios.h: when the packet read last came, with a struct timespec
_TIMESPEC = struct.Struct("ll")

# Tables scapy parses at import and netinv does not use; without them the import takes half the time.
_SPARED = {"scapy.libs.manuf": "", "scapy.libs.bluetoothids": {}}


@contextmanager
def _spared() -> Iterator[None]:
    """Keep scapy from reading routes (10 s at 20,000 of them) and its vendor table, and from writing to the home directory."""
    kept = {name: os.environ.get(name) for name in ("XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME")}
    os.environ.update(dict.fromkeys(kept, f"{os.devnull}/none"))  # scapy makes what does not exist, unless it cannot
    stubs = []
    for name, data in _SPARED.items():
        if name not in sys.modules:
            sys.modules[name] = types.ModuleType(name)
            sys.modules[name].DATA = data  # type: ignore[attr-defined]
            stubs.append(name)
    try:
        from scapy.config import conf

        conf.route_autoload = conf.route6_autoload = False
        yield
    finally:
        for name, value in kept.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
        for name in stubs:
            del sys.modules[name]


@cache
def announcement_layers() -> types.SimpleNamespace:
    """The layers that read what is overheard: 8 ms beyond those a sweep loads; to be called before root is given up."""
    with _spared():
        from scapy.contrib import cdp, lldp
        from scapy.layers import dhcp, inet6, l2, netbios
    logging.getLogger("scapy.runtime").setLevel(logging.CRITICAL)  # what a stranger sends shall not write to the terminal
    return types.SimpleNamespace(cdp=cdp, dhcp=dhcp, inet6=inet6, l2=l2, lldp=lldp, netbios=netbios)


@cache
def snmp_layers() -> types.SimpleNamespace:
    """The layers that write and read SNMP: 20 ms; to be called before root is given up."""
    with _spared():
        from scapy.asn1 import asn1
        from scapy.layers import snmp
    return types.SimpleNamespace(asn1=asn1, snmp=snmp)


@cache
def industry_layers() -> types.SimpleNamespace:
    """The layers that speak to controllers: 11 ms; to be called before root is given up."""
    with _spared():
        from scapy.contrib import enipTCP, modbus
    return types.SimpleNamespace(enip=enipTCP, modbus=modbus)


@cache
def windows_layers() -> types.SimpleNamespace:
    """The layers that speak SMB and read NTLM: 120 ms; to be called before root is given up."""
    with _spared():
        from scapy.layers import gssapi, netbios, ntlm, smb, smb2, spnego
    return types.SimpleNamespace(gssapi=gssapi, netbios=netbios, ntlm=ntlm, smb=smb, smb2=smb2, spnego=spnego)


@cache
def ntp_layer() -> Any:
    """The layer that speaks to time servers: 4 ms beyond those that read announcements."""
    with _spared():
        from scapy.layers import ntp
    return ntp


@cache
def mqtt_layer() -> Any:
    """The layer that speaks to MQTT brokers: 1 ms beyond those that read announcements."""
    with _spared():
        from scapy.contrib import mqtt
    return mqtt


def packets_in(file: BinaryIO) -> Iterator[tuple[bytes, int, float | None]]:
    """The packets in a capture file (pcap, or pcapng), their link types, and seconds since 1970, as far as it can be read.

    Whatever ends or breaks the file ends the packets; ValueError where it does not begin as such a file.
    """
    with _spared():
        from scapy.error import Scapy_Exception
        from scapy.utils import RawPcapReader
    logging.getLogger("scapy.runtime").setLevel(logging.CRITICAL)
    try:
        reader: Any = RawPcapReader(file)
    except (Scapy_Exception, EOFError, struct.error, OSError) as error:
        raise ValueError("it does not begin as pcap or pcapng") from error
    while True:
        try:
            data, told = reader._read_packet()
        except Exception:  # noqa: BLE001 - whatever scapy stumbles over, the file goes on no further
            return
        if hasattr(told, "sec"):
            yield data, int(reader.linktype), told.sec + told.usec / (1e9 if reader.nano else 1e6)
        else:
            at = None if told.tshigh is None else (told.tshigh << 32 | told.tslow) / told.tsresol
            yield data, int(told.linktype), at


def open_link(interface: Interface) -> Any:
    """A scapy layer-2 socket for ARP on `interface`, not blocking; PermissionError without the privilege."""
    with _spared():
        from scapy.config import conf

        if sys.platform == "linux":
            import scapy.layers.l2  # noqa: F401 - registers the link types the socket asks for
            from scapy.arch.linux import L2Socket

            open_socket: Any = L2Socket
        else:
            open_socket = conf.L2socket
    link = open_socket(iface=interface.name, type=_ETH_P_ARP, promisc=False)
    if isinstance(link.ins, socket.socket):
        widen(link.ins)
        if sys.platform == "linux":
            link.ins.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 0)  # else the kernel tells the time with each frame only
        waited(link.ins)
        link.ins.setblocking(False)
    return link


def widen(opened: socket.socket) -> None:
    """Give a socket room for the replies of a whole subnet at once, as far as the system allows."""
    try:
        opened.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, RECEIVE_BUFFER)
    except OSError:
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)


def waited(opened: socket.socket) -> float:
    """Seconds the packet read last has waited to be read; 0 where nobody can tell, as before this is asked for the first time."""
    try:
        seconds, nanoseconds = _TIMESPEC.unpack(fcntl.ioctl(opened.fileno(), _SIOCGSTAMPNS, bytes(_TIMESPEC.size)))
    except OSError:
        return 0.0
    return max(0.0, time.time() - float(seconds) - float(nanoseconds) / 1e9)


def dropped(opened: socket.socket) -> int:
    """How many frames the kernel has discarded at this packet socket since it was last asked."""
    try:
        _, drops = struct.unpack("II", opened.getsockopt(_SOL_PACKET, _PACKET_STATISTICS, 8))
    except OSError:
        return 0
    return int(drops)


def arp_request(interface: Interface, source: str) -> bytes:
    """An ARP request from `interface` and its address `source` (RFC 826); bytes 38 to 41, the target, are yet to be filled in."""
    with _spared():
        from scapy.layers.l2 import ARP, Ether
    ask = ARP(op="who-has", hwsrc=interface.mac, psrc=source, hwdst="00:00:00:00:00:00", pdst="0.0.0.0")  # noqa: S104
    return bytes(Ether(src=interface.mac, dst="ff:ff:ff:ff:ff:ff") / ask)


def echo_request(identifier: int, sequence: int, payload: bytes) -> bytes:
    """An ICMP echo request with its checksum (RFC 792, p. 14)."""
    with _spared():
        from scapy.layers.inet import ICMP
        from scapy.packet import Raw
    return bytes(ICMP(type="echo-request", id=identifier, seq=sequence) / Raw(payload))
