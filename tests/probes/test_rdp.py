"""RDP: the security chosen, and the computer's name in the certificate."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netinv.probes.rdp import PROBE, QUESTION, parse
from tests.probes.peers import bears, says, tls_context, told
from tests.probes.test_tls import PEM

CONFIRM = b"\x03\0\0\x13\x0e\xd0\0\0\x12\x34\0"


@pytest.mark.parametrize(
    ("rest", "security"),
    [
        (b"\x02\x1f\x08\0\x02\0\0\0", "hybrid"),
        (b"\x02\x1f\x08\0\x08\0\0\0", "hybrid"),
        (b"\x02\0\x08\0\x01\0\0\0", "tls"),
        (b"\x02\0\x08\0\0\0\0\0", "rdp"),
        (b"\x03\0\x08\0\x02\0\0\0", "rdp"),
        (b"", "rdp"),
        (b"\x07\0\x08\0\x02\0\0\0", None),
    ],
)
def test_the_security_is_told(rest: bytes, security: str | None) -> None:
    assert parse(CONFIRM + rest) == security
    assert told(PROBE, says(CONFIRM + rest)) == ([("rdp.security", security)] if security else [])


def test_the_computers_name_is_told_of_its_certificate() -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        assert await reader.readexactly(len(QUESTION)) == QUESTION
        writer.write(CONFIRM + b"\x02\0\x08\0\x02\0\0\0")
        await writer.drain()
        await writer.start_tls(tls_context(PEM, PEM))
        await reader.read()

    assert told(PROBE, serve) == [("rdp.security", "hybrid"), ("rdp.name", "nas.example.com")]


def test_a_hostile_desktop_costs_its_own_time_only() -> None:
    bears(PROBE, others=[says(CONFIRM + b"\x02\0\x08\0\x01\0\0\0", b"\x16\x03\x03" + b"x" * 100_000)])


@given(st.binary(max_size=64))
def test_any_bytes_are_read_without_raising(data: bytes) -> None:
    parse(data)
    parse(CONFIRM + data)
