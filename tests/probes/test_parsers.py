"""Whatever bytes a peer sends, no reader of them raises or takes long: every function of the probes and the door that takes some.

They are found by their annotations, so that a new parser is tested without a line here.
"""

import inspect
import typing
from collections.abc import Callable, Container, Iterator
from importlib import import_module
from pkgutil import iter_modules
from time import perf_counter
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import netinv.net
import netinv.probes
from netinv.net.network import Datagram
from netinv.probes import mail
from netinv.probes.http_message import Response
from netinv.probes.http_message import parse as parse_response
from netinv.probes.web_endpoints import ENDPOINTS, Endpoint
from tests.probes.hostile import CHUNK, LAUGHS, UDP

OURS = frozenset({"question", "request", "echo_request", "hide"})
"""What makes messages of bytes of our own."""
HEARD = frozenset(
    {
        "message", "heard", "payload", "frame", "packet", "document", "der", "certificate", "challenge", "answer", "negotiated",
        "hidden", "response", "datagram",
    }
)  # fmt: skip
"""What parameters are called that hold what a peer has sent; bytes of any other name are our own."""


def readers() -> Iterator[Callable[..., Any]]:
    for package in (netinv.net, netinv.probes):
        for found in iter_modules(package.__path__):
            module = import_module(f"{package.__name__}.{found.name}")
            own = [each for each in vars(module).values() if inspect.isfunction(each) and each.__module__ == module.__name__]
            yield from (function for function in own if is_reader(function))


def is_reader(function: Callable[..., Any]) -> bool:
    if function.__name__.startswith("_") or function.__name__ in OURS or inspect.iscoroutinefunction(function):
        return False
    taken = takes(function)
    return bool(HEARD & set(taken)) and any(kind in (bytes, Response, Datagram) for kind in taken.values())


def takes(function: Callable[..., Any]) -> dict[str, Any]:
    hints = typing.get_type_hints(function)
    return {name: hints.get(name) for name in inspect.signature(function).parameters}


READERS = tuple(readers())
NAMES = [f"{reader.__module__.removeprefix('netinv.')}.{reader.__name__}" for reader in READERS]

BEGINNINGS = (
    b"", b"HTTP/1.1 200 OK\r\n\r\n", b"RTSP/1.0 200 OK\r\n", b"<?xml version='1.0'?><root>", b"bplist00", b"SSH-2.0-", b"220 ",
    b"{", b"\x30\x82\x01\x00", b"\x30\x84\xff\xff\xff\xff", b"\0\0\0\x40\xfeSMB", b"\xffSMB", b"NTLMSSP\0\2\0\0\0",
    b"\x03\0\0\x13\x0e\xd0", b"\x81\x0a\0\x11\x01\x20", b"\0\0\0\0\0\x20\x01\x2b\x0e\x01", b"\x63\0\x20\0", b"\x01\0\0\x9f",
    b"RFB 003.008\n", b"\xff\xfd\x18", b"\0\1\x84\0\0\1\0\2\0\0\0\0\xc0\x0c\0\x0c\0\1", b"\x16\xd6\x02\xec", b"\x02\x01\x06\0",
    b"\x45\0\0\x40\0\0\0\0\xff\x11\0\0", b"\x01\x80\xc2\0\0\x0e",
)  # fmt: skip
"""How messages begin, so that some readers go on to read."""
ANY_BYTES = st.one_of(
    st.binary(max_size=600),
    st.builds(bytes.__add__, st.sampled_from(BEGINNINGS), st.binary(max_size=400)),
    st.builds(
        lambda beginning, piece, times: beginning + piece * times,
        st.sampled_from(BEGINNINGS), st.binary(max_size=8), st.integers(1, 300),
    ),
)  # fmt: skip
PIECES = (b"\0", b"\xff", b"<a>", b"[", b"\x30\x80")
LONG = (
    *(beginning + piece * (48_000 // len(piece)) for beginning in BEGINNINGS for piece in PIECES),
    LAUGHS, CHUNK, *(each for reply in UDP.values() for each in [*reply(b"\0\1question")][:2]),
)  # fmt: skip


def read(reader: Callable[..., Any], said: bytes) -> None:
    """Let it read all of it, to the last fact."""
    words = {name: argument(name, kind, said) for name, kind in takes(reader).items()}
    heard = reader(**words)
    if isinstance(heard, Iterator):
        for _ in heard:
            pass


def argument(name: str, kind: Any, said: bytes) -> Any:
    if kind is Response:
        head = b"HTTP/1.1 200 OK\r\nServer: %s\r\n\r\n" % said[:64].replace(b"\n", b"").replace(b"\r", b"")
        return parse_response(head + said)
    if kind is Datagram:
        return Datagram("10.0.0.5", 5353, said)
    if kind is bytes:
        return said if name in HEARD else b"\0\1\0\0\0\0\0\1"
    if kind is Endpoint:
        return next(iter(ENDPOINTS.values()))
    if name == "protocol":
        return next(iter(mail.PORTS))
    return {int: 1, int | None: None, bool: False, str: "10.0.0.5", Container[bytes]: frozenset({b"\x0a\0\0\5"})}[kind]


def test_the_readers_are_found() -> None:
    assert len(READERS) >= 60
    assert {"probes.snmp.parse", "probes.mdns.tell", "net.certificates.read", "probes.web_page.parse"} <= set(NAMES)


@pytest.mark.parametrize("reader", READERS, ids=NAMES)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(said=ANY_BYTES)
def test_no_bytes_make_it_raise(reader: Callable[..., Any], said: bytes) -> None:
    read(reader, said)


@pytest.mark.parametrize("reader", READERS, ids=NAMES)
def test_no_bytes_keep_it_busy(reader: Callable[..., Any]) -> None:
    read(reader, LONG[0])  # what is loaded when it is first used
    for said in LONG:
        began = perf_counter()
        read(reader, said)
        assert perf_counter() - began < 1.5, said[:40]
