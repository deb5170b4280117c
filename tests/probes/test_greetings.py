"""What servers say before anybody asks: SSH, FTP, SMTP, telnet and VNC."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netinv.probes import ftp, smtp, ssh, telnet, vnc
from netinv.probes.base import ServiceProbe
from tests.probes.peers import bears, says, told

PROBES = [ssh.PROBE, ftp.PROBE, smtp.PROBE, telnet.PROBE, vnc.PROBE]


@pytest.mark.parametrize(
    ("probe", "said", "heard"),
    [
        (ssh.PROBE, b"SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n\0\0\x04", ("ssh.banner", "SSH-2.0-OpenSSH_9.2p1 Debian-2")),
        (ssh.PROBE, b"Go away\r\nSSH-2.0-x\r\n", ("ssh.banner", "SSH-2.0-x")),
        (ftp.PROBE, b"220 HP JetDirect FTP server ready\r\n", ("ftp.banner", "220 HP JetDirect FTP server ready")),
        (ftp.PROBE, b"220-Welcome\r\n220 to QNAP\r\n", ("ftp.banner", "220 Welcome to QNAP")),
        (smtp.PROBE, b"220 mail.example.com ESMTP Postfix\r\n", ("smtp.banner", "220 mail.example.com ESMTP Postfix")),
        (telnet.PROBE, b"\xff\xfd\x18\xff\xfb\x01\x1b[2JMikroTik v6.48\r\nLogin: ", ("telnet.banner", "MikroTik v6.48 Login:")),
        (vnc.PROBE, b"RFB 003.889\n", ("vnc.version", "RFB 003.889")),
    ],
)
def test_a_greeting_is_told(probe: ServiceProbe, said: bytes, heard: tuple[str, str]) -> None:
    assert told(probe, says(said, greets=True)) == [heard]


@pytest.mark.parametrize("probe", PROBES, ids=lambda p: p.name)
def test_what_is_no_such_greeting_tells_nothing(probe: ServiceProbe) -> None:
    assert told(probe, says(b"\xff\xff\0\0", greets=True)) == []


def test_telnet_says_no_to_options_that_come_before_the_prompt() -> None:
    assert telnet.refusal(b"\xff\xfd\x18\xff\xfb\x03") == b"\xff\xfc\x18\xff\xfe\x03"
    assert told(telnet.PROBE, says(b"\xff\xfd\x18", b"\r\nSwitch login: ", greets=True)) == [("telnet.banner", "Switch login:")]


@pytest.mark.parametrize("probe", PROBES, ids=lambda p: p.name)
def test_a_hostile_server_costs_its_own_time_only(probe: ServiceProbe) -> None:
    bears(probe)


@given(st.binary(max_size=4096) | st.binary(max_size=64).map(lambda data: b"220-" + data + b"\n220 " + data))
def test_any_bytes_are_read_without_raising(data: bytes) -> None:
    for parse in (ssh.parse, ftp.parse, telnet.parse, vnc.parse):
        told = parse(data)
        assert told is None or 0 < len(told) <= 520
    assert len(telnet.refusal(data)) <= 48
