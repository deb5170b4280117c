"""Binding a socket to one interface, so that nothing leaves by another."""

import socket

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
    if interface.address:
        opened.bind((interface.address, 0))
