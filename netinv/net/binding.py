"""Binding a socket to one interface, so that nothing leaves by another."""

import socket
from ipaddress import IPv6Address, IPv6Interface

from netinv.model import Interface


def bind_to(opened: socket.socket, interface: Interface) -> None:
    """Send by `interface` only, where the system lets us say so; from its address in any case."""
    if hasattr(socket, "SO_BINDTODEVICE"):
        try:
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, interface.name.encode() + b"\0")
        except PermissionError:  # before Linux 5.7 only root may
            pass
        else:
            return
    if opened.family == socket.AF_INET6:
        if own := next((a.ip for a in interface.addresses if isinstance(a, IPv6Interface)), None):
            opened.bind((str(own), 0, 0, socket.if_nametoindex(interface.name)))
    elif interface.address:
        opened.bind((interface.address, 0))


def family_of(address: str) -> socket.AddressFamily:
    """Of which sockets an address is good for."""
    return socket.AF_INET6 if ":" in address else socket.AF_INET


def end(address: str, port: int, interface: Interface) -> tuple[str, int] | tuple[str, int, int, int]:
    """An address and port as sockets take them: of a link-local address it must be said which link is meant (RFC 4007, 6)."""
    if ":" not in address or not IPv6Address(address).is_link_local:
        return address, port
    return address, port, 0, socket.if_nametoindex(interface.name)
