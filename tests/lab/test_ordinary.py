"""Commands in the lab, with more and with less privilege."""

import subprocess
import sys

import pytest

from netinv import lab
from netinv.lab import ordinary

ABILITIES = """
import os, socket
for name, kind in (("packet", (socket.AF_PACKET, socket.SOCK_RAW)), ("raw", (socket.AF_INET, socket.SOCK_RAW, 1)),
                   ("ping", (socket.AF_INET, socket.SOCK_DGRAM, 1)), ("udp", (socket.AF_INET, socket.SOCK_DGRAM))):
    try:
        with socket.socket(*kind) as opened:
            if name == "udp":
                opened.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"lan0")  # so as to get past the routes
                opened.sendto(b"", ("10.77.0.1", 9))
        print(name)
    except PermissionError:
        pass
with socket.create_connection(("10.77.0.1", 80), 2):
    print("tcp")
print("root" if os.geteuid() == 0 else "user")
"""

FULL = "packet raw ping udp tcp root"


@pytest.mark.parametrize(
    ("forbidden", "left"),
    [
        ({}, FULL),
        ({"privileged": False}, "ping udp tcp user"),
        ({"privileged": False, "ping": False}, "udp tcp user"),
        ({"privileged": False, "udp": False}, "ping tcp user"),
        ({"privileged": False, "ping": False, "udp": False}, "tcp user"),
    ],
    ids=lambda x: " ".join(x) if isinstance(x, dict) else "",
)
def test_what_is_forbidden_cannot_be_done_and_what_is_not_can(lan: lab.Lan, forbidden: dict[str, bool], left: str) -> None:
    done = lan.run([sys.executable, "-c", ABILITIES], **forbidden)
    assert done.stdout.split() == left.split(), done.stderr


def test_datagrams_are_allowed_again_afterwards(lan: lab.Lan) -> None:
    lan.run(["true"], udp=False)
    assert lan.run([sys.executable, "-c", ABILITIES]).stdout.split() == FULL.split()


def test_an_ordinary_user_cannot_change_the_network(lan: lab.Lan) -> None:
    code = "from netinv.lab import link; link.remove('lan0'); import socket; print([n for _, n in socket.if_nameindex()])"
    assert lan.interface in lan.run([sys.executable, "-c", code], privileged=False).stdout
    assert lan.run([sys.executable, "-c", ABILITIES]).stdout.split() == FULL.split()


@pytest.mark.lab
def test_output_and_exit_code_are_kept() -> None:
    done = ordinary.run(["sh", "-c", "echo out; echo err >&2; exit 7"])
    assert (done.stdout, done.stderr, done.returncode) == ("out\n", "err\n", 7)


@pytest.mark.lab
def test_a_command_that_takes_too_long_is_ended() -> None:
    with pytest.raises(subprocess.TimeoutExpired):
        ordinary.run(["sleep", "60"], timeout=0.05)
