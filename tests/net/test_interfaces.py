"""Interfaces and routes as a real kernel tells them, each test in a network namespace of its own, which nothing leaves."""

import ctypes
import errno
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import IPv4Interface, IPv4Network, IPv6Interface
from pathlib import Path
from types import SimpleNamespace

import netifaces
import pyroute2
import pytest

from netinv.errors import InterfaceError
from netinv.model import Interface
from netinv.net import interfaces as module
from netinv.net.interfaces import choose, default, flaw, interfaces, on_link
from netinv.net.routes import route

_CLONE_NEWNET = 0x40000000
_LINK_SCOPE = 253


@contextmanager
def _namespace() -> Iterator[None]:
    libc = ctypes.CDLL(None, use_errno=True)
    before = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
    if libc.unshare(_CLONE_NEWNET):
        pytest.fail(f"no network namespace to test in: {os.strerror(ctypes.get_errno())}")
    try:
        yield
    finally:
        libc.setns(before, _CLONE_NEWNET)
        os.close(before)


class Kernel:
    """The links of the test's own namespace."""

    def __init__(self, rtnetlink: pyroute2.IPRoute) -> None:
        self.rtnetlink = rtnetlink

    def _up(self, name: str, addresses: tuple[str, ...]) -> None:
        index = socket.if_nametoindex(name)
        self.rtnetlink.link("set", index=index, state="up")
        for word in addresses:
            address, _, label = word.partition(" ")
            local, _, length = address.partition("/")
            options = {"label": label} if label else {}
            self.rtnetlink.addr("add", index=index, address=local, prefixlen=int(length), **options)

    def ethernet(self, name: str, *addresses: str, plugged: bool = True) -> None:
        self.rtnetlink.link("add", ifname=name, kind="veth", peer=f"{name}-far")
        self._up(name, addresses)
        if plugged:
            self.rtnetlink.link("set", index=socket.if_nametoindex(f"{name}-far"), state="up")

    def tunnel(self, name: str, local: str, peer: str) -> int:
        """A point-to-point interface that is running for as long as the returned descriptor is open."""
        import fcntl
        import struct

        if not Path("/dev/net/tun").exists():
            pytest.skip("no /dev/net/tun here")
        device = os.open("/dev/net/tun", os.O_RDWR)
        fcntl.ioctl(device, 0x400454CA, struct.pack("16sH22x", name.encode(), 0x1001))  # TUNSETIFF: IFF_TUN | IFF_NO_PI
        self._up(name, ())
        self.rtnetlink.addr("add", index=socket.if_nametoindex(name), local=local, address=peer, prefixlen=32)
        return device

    def default(self, name: str | None = None, **words: object) -> None:
        if name:
            words |= {"oif": socket.if_nametoindex(name)}
            if "gateway" not in words:
                words |= {"scope": _LINK_SCOPE}
        self.rtnetlink.route("add", family=socket.AF_INET, dst="0.0.0.0/0", **words)


@pytest.fixture
def kernel() -> Iterator[Kernel]:
    with _namespace():
        if strangers := {name for _, name in socket.if_nameindex()} - {"lo", "sit0", "tunl0", "ip6tnl0"}:
            pytest.fail(f"this is not a fresh namespace: {strangers}")
        with pyroute2.IPRoute() as rtnetlink:
            rtnetlink.link("set", index=1, state="up")
            yield Kernel(rtnetlink)


def _named(name: str) -> Interface:
    return next(interface for interface in interfaces() if interface.name == name)


def _refused(*names: str) -> InterfaceError:
    with pytest.raises(InterfaceError) as refusal:
        choose(names)
    return refusal.value


def test_an_interface_is_read_with_its_mac_addresses_and_state(kernel: Kernel) -> None:
    kernel.ethernet("lan0", "10.1.0.2/24", "fd00::2/64")
    found = _named("lan0")
    with pyroute2.IPRoute() as rtnetlink:
        (link,) = rtnetlink.get_links(socket.if_nametoindex("lan0"))
    assert found.mac == link.get_attr("IFLA_ADDRESS")
    assert found.addresses[:2] == (IPv4Interface("10.1.0.2/24"), IPv6Interface("fd00::2/64"))
    assert all(address.ip.is_link_local for address in found.addresses[2:])
    assert (found.is_up, found.has_carrier, found.is_loopback, found.is_point_to_point) == (True, True, False, False)
    assert (found.gateway, found.is_default) == (None, False)


def test_loopback_is_told_apart_and_has_no_mac(kernel: Kernel) -> None:
    loopback = _named("lo")
    assert loopback.is_loopback
    assert loopback.mac is None
    assert "loopback" in (flaw(loopback) or "")
    assert "loopback" in str(_refused("lo"))


def test_labels_belong_to_their_interface(kernel: Kernel) -> None:
    kernel.ethernet("lan0", "10.1.0.2/24", "10.1.0.3/24 lan0:1", "10.2.0.1/16 lan0:backup")
    assert [i.name for i in interfaces() if ":" in i.name] == []
    assert {str(a) for a in _named("lan0").addresses if a.version == 4} == {"10.1.0.2/24", "10.1.0.3/24", "10.2.0.1/16"}
    assert [i.name for i in choose(["lan0:1", "lan0"])] == ["lan0"]


def test_several_addresses_give_each_network_once(kernel: Kernel) -> None:
    kernel.ethernet("lan0", "10.1.0.2/24", "10.1.0.3/24", "10.2.0.1/16", "10.3.0.5/31", "10.4.0.1/32")
    assert on_link(_named("lan0")) == (IPv4Network("10.2.0.0/16"), IPv4Network("10.1.0.0/24"), IPv4Network("10.3.0.4/31"))


def test_the_default_route_decides(kernel: Kernel) -> None:
    kernel.ethernet("lan0", "10.1.0.2/24")
    kernel.ethernet("lan1", "10.2.0.2/24")
    kernel.default("lan1", gateway="10.2.0.1")
    choice = default()
    assert (choice.interface.name, choice.interface.gateway, choice.interface.is_default) == ("lan1", "10.2.0.1", True)
    assert "default route" in choice.because
    assert [i.name for i in choose()] == ["lan1"]
    assert not _named("lan0").is_default


def test_of_two_default_routes_the_cheaper_decides_and_both_gateways_are_known(kernel: Kernel) -> None:
    kernel.ethernet("wifi", "10.1.0.2/24")
    kernel.ethernet("wire", "10.2.0.2/24")
    kernel.default("wifi", gateway="10.1.0.1", priority=600)
    kernel.default("wire", gateway="10.2.0.1", priority=100)
    assert [(i.name, i.gateway, i.is_default) for i in interfaces() if i.gateway] == [
        ("wifi", "10.1.0.1", False),
        ("wire", "10.2.0.1", True),
    ]


def test_a_multipath_default_route_is_seen(kernel: Kernel) -> None:
    kernel.ethernet("lan0", "10.1.0.2/24")
    index = socket.if_nametoindex("lan0")
    kernel.default(multipath=[{"gateway": "10.1.0.1", "oif": index}, {"gateway": "10.1.0.9", "oif": index}])
    assert default().interface.name == "lan0"
    assert default().interface.gateway in {"10.1.0.1", "10.1.0.9"}


def test_a_default_route_without_a_gateway_is_seen(kernel: Kernel) -> None:
    kernel.ethernet("lan0", "10.1.0.2/24")
    kernel.ethernet("lan1", "10.2.0.2/24")
    kernel.default("lan1")
    assert (default().interface.name, default().interface.gateway) == ("lan1", None)


def test_a_default_route_that_only_a_policy_rule_finds_gives_the_gateway(kernel: Kernel) -> None:
    kernel.ethernet("lan0", "10.1.0.2/24")
    kernel.default("lan0", gateway="10.1.0.77", table=100)
    kernel.rtnetlink.rule("add", table=100, src="10.1.0.2", src_len=32, family=socket.AF_INET)
    assert _named("lan0").gateway == "10.1.0.77"


def test_a_tunnel_that_takes_everything_is_the_default_and_asks_for_targets(kernel: Kernel) -> None:
    kernel.ethernet("lan0", "10.1.0.2/24")
    kernel.default("lan0", gateway="10.1.0.1", priority=600)
    device = kernel.tunnel("tun0", "10.8.0.2", "10.8.0.1")
    try:
        kernel.default("tun0", priority=50)
        choice = default()
        assert choice.interface.name == "tun0"
        assert choice.interface.is_point_to_point
        assert choice.interface.mac is None
        assert "name targets" in choice.because
        with pytest.raises(InterfaceError, match=r"10\.8\.0\.2/32") as refusal:
            on_link(choice.interface)
        assert "-i" in (refusal.value.hint or "")
        assert "name targets" in (refusal.value.hint or "")
        assert _named("lan0").gateway == "10.1.0.1"
    finally:
        os.close(device)


def test_without_a_default_route_the_only_network_is_taken(kernel: Kernel) -> None:
    kernel.ethernet("lan0", "10.1.0.2/24")
    kernel.ethernet("lan1", "10.2.0.2/24", plugged=False)
    kernel.ethernet("lan2")
    choice = default()
    assert choice.interface.name == "lan0"
    assert "no default route" in choice.because


def test_without_a_default_route_several_networks_are_a_question_to_the_user(kernel: Kernel) -> None:
    kernel.ethernet("lan0", "10.1.0.2/24")
    kernel.ethernet("lan1", "10.2.0.2/24")
    refusal = _refused()
    assert "lan0 (10.1.0.0/24) and lan1 (10.2.0.0/24)" in refusal.message
    assert refusal.hint == "choose one: -i lan0 or -i lan1"


def test_several_interfaces_may_be_named_each_counted_once(kernel: Kernel) -> None:
    kernel.ethernet("lan0", "10.1.0.2/24")
    kernel.ethernet("lan1", "10.2.0.2/24")
    assert [i.name for i in choose(["lan1", "lan0", "lan1"])] == ["lan1", "lan0"]


def test_a_machine_without_interfaces_is_told_so(kernel: Kernel) -> None:
    refusal = _refused()
    assert "no interface to scan from" in refusal.message
    assert refusal.hint


@pytest.mark.parametrize("wanted", [(), ("lan0",)])
def test_no_carrier_is_named_as_the_cause(kernel: Kernel, wanted: tuple[str, ...]) -> None:
    kernel.ethernet("lan0", "10.1.0.2/24", plugged=False)
    assert "no carrier" in _refused(*wanted).message
    kernel.default("lan0", gateway="10.1.0.1")
    assert "no carrier" in _refused(*wanted).message


def test_an_interface_that_is_down_can_be_brought_up(kernel: Kernel) -> None:
    kernel.ethernet("lan0", "10.1.0.2/24")
    kernel.rtnetlink.link("set", index=socket.if_nametoindex("lan0"), state="down")
    refusal = _refused("lan0")
    assert "is down" in refusal.message
    assert "ip link set lan0 up" in (refusal.hint or "")


def test_a_flawed_choice_is_answered_with_the_interfaces_that_would_do(kernel: Kernel) -> None:
    kernel.ethernet("lan0", "fd00::2/64")
    kernel.ethernet("lan1", "10.2.0.2/24")
    refusal = _refused("lan0")
    assert "IPv6" in refusal.message
    assert refusal.hint == "choose another: -i lan1"


def test_an_interface_without_any_address_says_so(kernel: Kernel) -> None:
    kernel.rtnetlink.link("add", ifname="br0", kind="bridge")
    kernel.rtnetlink.link("set", index=socket.if_nametoindex("br0"), state="up")
    assert _refused("br0").message.startswith("br0 has")


def test_a_misspelt_interface_is_answered_with_the_nearest(kernel: Kernel) -> None:
    kernel.ethernet("lan0", "10.1.0.2/24")
    assert "lan0" in (_refused("lna0").hint or "")
    assert "lo" in (_refused("no\x1b[1mthing").hint or "")
    assert "\x1b" not in _refused("no\x1b[1mthing").message


def test_an_interface_name_that_is_not_utf8_hides_no_other(kernel: Kernel) -> None:
    kernel.ethernet("lan0", "10.1.0.2/24")
    libc = ctypes.CDLL(None, use_errno=True)
    kernel.rtnetlink.link("add", ifname="odd0", kind="bridge")
    request = b"odd0".ljust(16, b"\0") + b"od\xff0".ljust(24, b"\0")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        assert libc.ioctl(control.fileno(), 0x8923, request) == 0  # SIOCSIFNAME
    assert default().interface.name == "lan0"


def test_an_internet_behind_a_local_copy_of_documentation_addresses_is_no_default(kernel: Kernel) -> None:
    kernel.ethernet("lan0", "192.0.2.2/24")
    kernel.ethernet("lan1", "10.2.0.2/24")
    kernel.default("lan1", gateway="10.2.0.1")
    assert default().interface.name == "lan1"


@pytest.mark.parametrize("kind", ["blackhole", "unreachable", "prohibit"])
def test_a_refused_internet_is_no_default_route(kernel: Kernel, kind: str) -> None:
    kernel.ethernet("lan0", "10.1.0.2/24")
    kernel.default(type=kind)
    assert "no default route" in default().because


def test_a_route_tells_interface_gateway_and_source(kernel: Kernel) -> None:
    kernel.ethernet("lan0", "10.1.0.2/24")
    assert route() is None
    kernel.default("lan0", gateway="10.1.0.1")
    assert route() == ("lan0", "10.1.0.1", "10.1.0.2")
    assert route("10.1.0.9") == ("lan0", None, "10.1.0.2")
    assert route("127.0.0.1") is None


def test_where_rtnetlink_is_forbidden_netifaces_tells_the_routes(kernel: Kernel, monkeypatch: pytest.MonkeyPatch) -> None:
    kernel.ethernet("lan0", "10.1.0.2/24")
    kernel.default("lan0", gateway="10.1.0.1")

    def forbidden() -> None:
        raise PermissionError(errno.EPERM, "no netlink here")

    monkeypatch.setattr(pyroute2, "IPRoute", forbidden)
    assert (default().interface.name, default().interface.gateway) == ("lan0", "10.1.0.1")
    assert (_named("lo").is_loopback, _named("lan0-far").is_up, flaw(_named("lan0"))) == (True, True, None)


def test_the_dialect_of_netifaces2_is_understood(kernel: Kernel, monkeypatch: pytest.MonkeyPatch) -> None:
    """As netifaces2 0.0.22 answered on Linux: no default gateway, `mask`, hardware addresses under 17, no prefix length."""
    kernel.ethernet("lan0")
    heard = {
        17: [{"addr": "fe:73:a7:7f:af:b2", "broadcast": "ff:ff:ff:ff:ff:ff"}],
        2: [
            {"addr": "10.1.0.2", "mask": "255.255.255.0", "broadcast": "10.1.0.2"},
            {"addr": "10.8.0.2", "mask": "255.255.255.255"},
        ],
        socket.AF_INET6: [{"addr": "fd01::1", "mask": "ffff:ffff:ffff:ffff::"}, {"addr": "nonsense", "mask": "::"}, {}],
    }
    fake = SimpleNamespace(
        AF_LINK=-1000,
        interfaces=lambda: ["lan0"],
        ifaddresses=lambda name: heard if name == "lan0" else {},
        gateways=lambda: {2: [("10.1.0.9", "other", False), ("10.1.0.1", "lan0", True)]},
    )
    monkeypatch.setattr(module, "netifaces", fake)
    monkeypatch.setattr(module.sys, "platform", "darwin")
    found = _named("lan0")
    assert found.mac == "fe:73:a7:7f:af:b2"
    assert [str(a) for a in found.addresses] == ["10.1.0.2/24", "10.8.0.2/32", "fd01::1/64"]
    assert (found.gateway, found.is_default) == ("10.1.0.1", True)


def test_an_interface_that_vanishes_while_it_is_read_is_left_out(kernel: Kernel, monkeypatch: pytest.MonkeyPatch) -> None:
    kernel.ethernet("lan0", "10.1.0.2/24")
    read = netifaces.ifaddresses

    def vanish(name: str) -> object:
        if name == "lan0":
            raise ValueError("You must specify a valid interface name.")
        return read(name)

    monkeypatch.setattr(netifaces, "ifaddresses", vanish)
    assert "lan0" not in {i.name for i in interfaces()}
