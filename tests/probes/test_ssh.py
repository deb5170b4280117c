"""SSH: the identification, and the host key, asked of real servers where there are any."""

import asyncio
import re
import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netinv.model import Answer, Host
from netinv.probes import ssh_transport
from netinv.probes.ssh import PROBE, parse
from tests.probes.peers import ADDRESS, bears, door, says, told

PORT = 14422
BANNER = b"SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3\r\n"
HERE = "/usr/sbin:/usr/local/sbin:/usr/bin"


def test_the_identification_is_told_of_who_shows_no_key() -> None:
    assert told(PROBE, says(BANNER, greets=True)) == [("ssh.banner", BANNER.decode().strip())]
    assert told(PROBE, says(b"Authorized access only\r\n" + BANNER, greets=True)) == [("ssh.banner", BANNER.decode().strip())]
    assert told(PROBE, says(b"220 FTP\r\n", greets=True)) == []


def test_our_offer_is_well_formed_and_names_what_we_can_answer() -> None:
    packet = ssh_transport.offer()
    assert len(packet) % 8 == 0
    assert ssh_transport.share(packet), "whoever offers the same is answered"
    assert ssh_transport.share(packet[:-1]) is None
    assert ssh_transport.fingerprint(packet) is None


def answers(command: list[str | Path]) -> dict[str, str]:
    """What a real server tells, by its command."""

    async def ask() -> dict[str, str]:
        network = door(timeout=3.0)
        deadline = time.monotonic() + 10
        while not (found := await network.tcp(ADDRESS, PORT)) or found.state != "open":
            assert time.monotonic() < deadline, "the server does not start"
            await asyncio.sleep(0.1)
        return {a.key: a.value async for a in PROBE.ask(network, Host(ADDRESS), PORT) if isinstance(a, Answer)}

    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        return asyncio.run(ask())
    finally:
        server.terminate()
        server.wait(10)


Make = Callable[[Path, str], tuple[list[str | Path], str]]


def openssh(directory: Path, program: str) -> tuple[list[str | Path], str]:
    """Its command, and the fingerprint of its key."""
    key, settings = directory / "key", directory / "sshd_config"
    subprocess.run([str(shutil.which("ssh-keygen")), "-q", "-t", "ed25519", "-N", "", "-f", key], check=True)
    settings.write_text("UsePAM no\nPidFile none\n")
    said = subprocess.run(["ssh-keygen", "-lf", key], capture_output=True, text=True, check=True).stdout
    return [program, "-D", "-p", str(PORT), "-h", key, "-f", settings], said.split()[1]


def dropbear(directory: Path, program: str) -> tuple[list[str | Path], str]:
    """As `openssh`."""
    key = directory / "key"
    made = subprocess.run(["dropbearkey", "-t", "rsa", "-f", key], capture_output=True, text=True, check=True).stdout
    found = re.search(r"SHA256:\S+", made)
    assert found
    return [program, "-F", "-p", f"{ADDRESS}:{PORT}", "-r", key], found[0]


@pytest.mark.parametrize(("name", "make"), [("sshd", openssh), ("dropbear", dropbear)])
def test_a_real_server_shows_the_key_it_has(name: str, make: Make, tmp_path: Path) -> None:
    program = shutil.which(name, path=HERE)
    if not program:
        pytest.skip(f"{name} is not installed")
    command, fingerprint = make(tmp_path, program)
    assert answers(command)["ssh.hostkey"] == fingerprint


def test_a_hostile_server_costs_its_own_time_only() -> None:
    endless = ssh_transport.offer()[:-8] + b"\0" * 100_000
    bears(PROBE, others=[says(BANNER, endless, greets=True), says(BANNER, ssh_transport.offer(), endless, greets=True)])
    bears(PROBE, others=[says(BANNER, b"\xff" * 64, greets=True), says(b"SSH-2.0-no end of a line", greets=True)])


@given(st.binary(max_size=512))
def test_any_bytes_are_read_without_raising(data: bytes) -> None:
    parse(data)
    for heard in (data, b"\0\0\0\x20\x04\x14" + data, b"\0\0\0\x20\x04\x1f" + data, ssh_transport.offer() + data):
        ssh_transport.share(heard)
        ssh_transport.fingerprint(heard)
