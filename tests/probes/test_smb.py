"""SMB: dialect, names and version, asked of a real Samba where there is one, and read from what Windows says."""

import asyncio
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netinv.model import Answer, Host
from netinv.net import smb
from netinv.probes.smb import PROBE, parse
from tests.probes.peers import ADDRESS, bears, door, says

smb.load()  # not at the cost of the first who reads an answer
PORT = 14445
SMBD = shutil.which("smbd", path="/usr/sbin:/usr/local/sbin")


def pair(kind: int, value: str) -> bytes:
    return kind.to_bytes(2, "little") + len(value.encode("utf-16-le")).to_bytes(2, "little") + value.encode("utf-16-le")


def challenge(build: int = 19041) -> bytes:
    """NTLM's challenge ([MS-NLMP] 2.2.1.2), as in a session setup."""
    names = pair(2, "WORKGROUP") + pair(1, "ANNAS-PC") + pair(3, "annas-pc.example.com") + b"\0\0\0\0"
    begin = 56
    fields = b"NTLMSSP\0" + (2).to_bytes(4, "little") + b"\0\0\0\0" + begin.to_bytes(4, "little")
    fields += (0xE28A8215).to_bytes(4, "little") + b"12345678" + bytes(8)
    fields += 2 * len(names).to_bytes(2, "little") + begin.to_bytes(4, "little")
    fields += bytes((10, 0)) + build.to_bytes(2, "little") + b"\0\0\0\x0f"
    return bytes(200) + fields + names


def test_names_and_version_are_read_of_the_challenge_of_windows() -> None:
    assert parse(b"", challenge()) == (
        ("smb.name", "ANNAS-PC"),
        ("smb.domain", "WORKGROUP"),
        ("smb.dns-name", "annas-pc.example.com"),
        ("smb.os", "Windows 10.0.19041"),
    )


VERSION_1 = (
    b"\0\0\0\x60\xffSMB\x73\x16\0\0\xc0\x98\x01\xc8"
    + bytes(20)
    + b"\x04\xff\0\0\0\0\0\0\0\x31\0"
    + b"\0"
    + "Unix\0Samba 3.6.25\0".encode("utf-16-le")
)
"""The end of a session setup of version 1 ([MS-SMB] 2.2.4.6.2): four words, no token, and what the server runs."""


def test_a_server_of_version_1_says_what_it_runs() -> None:
    assert dict(parse(b"", VERSION_1)) == {"smb.dialect": "1", "smb.os": "Unix", "smb.lanman": "Samba 3.6.25"}


def test_a_server_that_only_plays_windows_has_no_build_and_is_not_taken_for_it() -> None:
    assert "smb.os" not in dict(parse(b"", challenge(build=0)))


@pytest.fixture
def samba(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[None]:
    settings = {
        "server min protocol": getattr(request, "param", "SMB2"),
        "server max protocol": getattr(request, "param", "SMB3"),
        **dict.fromkeys(
            ("lock directory", "state directory", "cache directory", "pid directory", "private dir", "ncalrpc dir"), tmp_path
        ),
        "netbios name": "TESTNAS",
        "workgroup": "ATHOME",
        "smb ports": PORT,
        "interfaces": "lo",
        "bind interfaces only": "yes",
        "log file": tmp_path / "log",
        "server role": "standalone server",
    }
    lines = "\n".join(f"{name} = {value}" for name, value in settings.items())
    (tmp_path / "smb.conf").write_text(f"[global]\n{lines}\n")
    # It makes a session of its own, which it needs: it ends by ending its whole process group.
    daemon = subprocess.Popen([str(SMBD), "-F", "-s", tmp_path / "smb.conf"], stdout=subprocess.DEVNULL)
    try:
        yield
    finally:
        daemon.terminate()
        daemon.wait(10)


@pytest.mark.skipif(not SMBD, reason="smbd is not installed")
def test_a_real_samba_says_who_it_is(samba: None) -> None:
    assert asked() == {"smb.dialect": "3.1.1", "smb.name": "TESTNAS", "smb.domain": "TESTNAS"}


@pytest.mark.skipif(not SMBD, reason="smbd is not installed")
@pytest.mark.parametrize("samba", ["NT1"], indirect=True)
def test_a_real_samba_that_speaks_version_1_only_says_what_it_runs(samba: None) -> None:
    told = asked()
    assert told.pop("smb.lanman").startswith("Samba 4.")
    assert told == {"smb.dialect": "1", "smb.name": "TESTNAS", "smb.domain": "TESTNAS", "smb.os": "Windows 6.1"}


def asked() -> dict[str, str]:
    async def ask() -> dict[str, str]:
        network = door(timeout=2.0)
        deadline = time.monotonic() + 10
        while not (found := await network.tcp(ADDRESS, PORT)) or found.state != "open":
            assert time.monotonic() < deadline, "smbd does not start"
            await asyncio.sleep(0.1)
        return {a.key: a.value async for a in PROBE.ask(network, Host(ADDRESS), PORT) if isinstance(a, Answer)}

    return asyncio.run(ask())


def test_a_hostile_file_server_costs_its_own_time_only() -> None:
    bears(PROBE, others=[says(b"\0\xff\xff\xff\xfeSMB" + b"x" * 100_000), says(b"\0\0\0\x04\xfeSMB", challenge())])


@given(st.binary(max_size=1024))
def test_any_bytes_are_read_without_raising(data: bytes) -> None:
    for negotiated in (data, b"\0\0\0\xf0\xfeSMB\x40\0" + data):
        parse(negotiated, data)
    for native in (b"\0\0\0\xf0\xffSMB" + data, VERSION_1[:36] + data, VERSION_1[:47] + data):
        smb.takes_offers_1(native)
        assert all(len(value) <= 140 for _, value in parse(b"", native))
    parse(b"", b"NTLMSSP\0\x02\0\0\0" + data)
    smb.is_whole(data)


@given(st.data())
def test_a_damaged_challenge_is_read_without_raising(data: st.DataObject) -> None:
    damaged = bytearray(challenge())
    for _ in range(data.draw(st.integers(1, 6))):
        damaged[data.draw(st.integers(200, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    for _, value in parse(b"", bytes(damaged)):
        assert len(value) <= 140
