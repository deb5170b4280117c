"""`netinv interfaces`: what it shows of interfaces of every kind."""

from collections.abc import Callable
from ipaddress import IPv4Interface, IPv6Interface
from typing import Any

import pytest

from netinv.cli.interfaces import interfaces
from netinv.model import MAC, Interface
from netinv.net import interfaces as net

LOOPBACK = Interface("lo", None, (IPv4Interface("127.0.0.1/8"),), is_loopback=True)
WIRE = Interface(
    "eth0",
    MAC("3c:22:fb:01:02:03"),
    (IPv4Interface("192.168.1.20/24"), IPv6Interface("2001:db8:aaaa:bbbb:cccc:dddd:eeee:ffff/64")),
    gateway="192.168.1.1",
    is_default=True,
)
UNPLUGGED = Interface("en[bold]\x1b[1m", None, (IPv4Interface("10.0.0.1/24"),), has_carrier=False)


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> list[Interface]:
    found = [LOOPBACK, WIRE, UNPLUGGED]
    monkeypatch.setattr(net, "interfaces", lambda: tuple(found))
    return found


@pytest.mark.usefixtures("machine")
def test_the_table_marks_the_interface_a_scan_uses_and_says_why(capsys: pytest.CaptureFixture[str]) -> None:
    interfaces()
    out, err = capsys.readouterr()
    (marked,) = (line for line in out.splitlines() if line.startswith("* eth0"))
    assert marked.split() == ["*", "eth0", "up", "3c:22:fb:01:02:03", "192.168.1.20/24", "192.168.1.1"]
    assert "a scan uses eth0: the default route leaves through it" in out
    assert "2001:db8:aaaa:bbbb:cccc:dddd:eeee:ffff/64" in out
    assert "no carrier" in out
    assert not err


@pytest.mark.usefixtures("machine")
def test_a_name_can_neither_style_the_table_nor_move_the_cursor(capsys: pytest.CaptureFixture[str]) -> None:
    interfaces()
    out = capsys.readouterr().out
    assert "en[bold] [1m" in out
    assert "\x1b" not in out


@pytest.mark.usefixtures("machine")
def test_json_gives_every_interface_and_the_reason(
    promised: Callable[[str, str], Any], capsys: pytest.CaptureFixture[str]
) -> None:
    interfaces(as_json=True)
    found = promised("interfaces", capsys.readouterr().out)
    assert (found["schema"], found["scan_uses"]) == ("netinv-interfaces/1", "eth0")
    assert found["because"] == "the default route leaves through it"
    assert [one["name"] for one in found["interfaces"]] == ["lo", "eth0", "en[bold] [1m"]
    wire = found["interfaces"][1]
    assert (wire["mac"], wire["networks"], wire["gateway"], wire["flaw"]) == (WIRE.mac, ["192.168.1.0/24"], "192.168.1.1", None)
    assert "no carrier" in found["interfaces"][2]["flaw"]


def test_where_no_scan_is_possible_the_interfaces_are_still_shown(
    machine: list[Interface], promised: Callable[[str, str], Any], capsys: pytest.CaptureFixture[str]
) -> None:
    del machine[1]
    interfaces()
    out, err = capsys.readouterr()
    assert "lo" in out
    assert "a scan uses" not in out
    assert err.startswith("warning: there is no interface to scan from")
    assert "hint: " in err
    interfaces(as_json=True)
    found = promised("interfaces", capsys.readouterr().out)
    assert found["scan_uses"] is None
    assert "no carrier" in found["because"]
