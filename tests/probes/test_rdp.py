"""RDP: the security chosen, and the computer's name in the certificate."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netinv.net import ntlm
from netinv.probes.rdp import PROBE, QUESTION, identify, parse
from tests.probes.peers import bears, says, tls_context, told
from tests.probes.test_smb import challenge
from tests.probes.test_tls import PEM

ntlm.load()  # not at the cost of the first who reads an answer

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


def test_names_and_version_are_told_of_the_challenge_in_credssp() -> None:
    heard = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readexactly(len(QUESTION))
        writer.write(CONFIRM + b"\x02\0\x08\0\x02\0\0\0")
        await writer.drain()
        await writer.start_tls(tls_context(PEM, PEM))
        heard.append(await reader.read(4096))
        writer.write(b"\x30\x82\x01\x00\xa0\x03\x02\x01\x06" + challenge())
        await writer.drain()
        await reader.read()

    assert told(PROBE, serve, timeout=0.5) == [
        ("rdp.security", "hybrid"),
        ("rdp.name", "ANNAS-PC"),
        ("rdp.domain", "WORKGROUP"),
        ("rdp.dns-name", "annas-pc.example.com"),
        ("rdp.os", "Windows 10.0.19041"),
    ]
    (request,) = heard
    assert request[:7] == bytes((0x30, len(request) - 2, 0xA0, 3, 2, 1, 6)), "a TSRequest of version 6, by DER"
    assert request[7] == 0xA1
    assert b"NTLMSSP\0\x01\0\0\0" in request


def test_a_hostile_desktop_costs_its_own_time_only() -> None:
    bears(PROBE, others=[says(CONFIRM + b"\x02\0\x08\0\x01\0\0\0", b"\x16\x03\x03" + b"x" * 100_000)])


@given(st.binary(max_size=256))
def test_any_bytes_are_read_without_raising(data: bytes) -> None:
    parse(data)
    parse(CONFIRM + data)
    identify(data, data)
    identify(b"", b"NTLMSSP\0\x02\0\0\0" + data)
