"""IMAP and POP3: greetings, heard only beside SMTP."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netinv.probes.mail import PORTS, PROBE, TEXT, parse
from tests.probes.peers import HOSTILE, says, told

IMAP = b"* OK [CAPABILITY IMAP4rev1] Dovecot (Debian) ready.\r\n"
POP3 = b"+OK Dovecot (Debian) ready. <1.2@example.com>\r\n"


@pytest.mark.parametrize(
    ("protocol", "greeting", "banner"),
    [
        ("imap", IMAP, "* OK [CAPABILITY IMAP4rev1] Dovecot (Debian) ready."),
        ("imap", b"* BYE too many\r\nmore", "* BYE too many"),
        ("pop3", POP3, "+OK Dovecot (Debian) ready. <1.2@example.com>"),
    ],
)
def test_a_greeting_is_told(protocol: str, greeting: bytes, banner: str) -> None:
    assert told(PROBE, says(greeting, greets=True), hint=protocol, port=PORTS[protocol]) == [(f"{protocol}.banner", banner)]


@pytest.mark.parametrize("greeting", [b"220 smtp\r\n", b"-ERR no\r\n", b"SSH-2.0-x\r\n", b"\r\n", b"* NO\r\n"])
def test_what_greets_otherwise_is_not_told(greeting: bytes) -> None:
    assert parse("imap", greeting) is parse("pop3", greeting) is None


def test_nobody_without_smtp_is_asked() -> None:
    assert PROBE.hears == {"smtp.banner"}
    assert set(PROBE.hints("smtp.banner", "220 x")) == set(PORTS)


def test_hostile_servers_cost_their_own_time_only() -> None:
    for serve in (*HOSTILE, says(b"* OK " + b"x" * 10_000_000, greets=True)):
        told(PROBE, serve, hint="imap", port=PORTS["imap"])


@given(st.sampled_from(sorted(PORTS)), st.binary(max_size=2048))
def test_any_bytes_are_read_without_raising(protocol: str, data: bytes) -> None:
    for heard in (data, b"* OK " + data, b"+OK " + data):
        assert len(parse(protocol, heard) or "") <= TEXT
