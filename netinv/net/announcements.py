"""What devices announce in binary, read by scapy's layers into plain values: DHCP, LLDP, CDP, NetBIOS, router advertisements.

Every function takes any bytes and returns None for what is not its format; none raises. Text is as it was sent, not yet cleaned.
"""

from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any, NamedTuple, ParamSpec, TypeVar

from netinv.model import MAC
from netinv.net import wire

_LISTED = 8
"""Servers, prefixes and addresses taken of one message."""
_P = ParamSpec("_P")
_T = TypeVar("_T")


class DhcpMessage(NamedTuple):
    """A DHCP message (RFC 2131, 2), as far as it tells of who sent it."""

    kind: str
    """`discover`, `offer`, `request`, `decline`, `ack`, `nak`, `release`, `inform`."""
    is_from_client: bool
    client: MAC
    transaction: int
    address: str | None
    """The client's, once it has one: what it says it has, or what the server gives it."""
    requested: str | None = None
    hostname: str | None = None
    vendor_class: str | None = None
    user_class: str | None = None
    options: tuple[int, ...] = ()
    """Which options it asks for, in its order."""
    server: str | None = None
    routers: tuple[str, ...] = ()
    resolvers: tuple[str, ...] = ()
    is_relayed: bool = False
    netmask: str | None = None
    client_id: str | None = None
    """What the client goes by whichever network card it asks with, in hexadecimal; None where that is its MAC address."""


class Neighbour(NamedTuple):
    """What a switch, an access point or a telephone says of itself to whatever hangs at its port, by LLDP or CDP."""

    name: str | None = None
    description: str | None = None
    """LLDP: the system description; CDP: the software version."""
    platform: str | None = None
    """LLDP-MED: the model name; CDP: the platform."""
    manufacturer: str | None = None
    serial: str | None = None
    capabilities: tuple[str, ...] = ()
    port: str | None = None
    """Which of its ports we hear it from."""
    chassis: MAC | None = None
    addresses: tuple[str, ...] = ()
    """Where it says it can be managed."""
    ttl: int = 0
    """Seconds it is to be remembered; 0 takes it back."""


class NetbiosName(NamedTuple):
    """Who sent a NetBIOS datagram (RFC 1002, 4.4.1)."""

    address: str
    name: str
    suffix: int


class RouterAdvertisement(NamedTuple):
    """RFC 4861, 4.2."""

    lifetime: int
    """Seconds it offers to be a default router; 0: it does not."""
    prefixes: tuple[str, ...] = ()
    resolvers: tuple[str, ...] = ()


def never_raises(read: Callable[_P, _T | None]) -> Callable[_P, _T | None]:
    """Whatever scapy stumbles over in the bytes of strangers, it was no such message."""

    @wraps(read)
    def safely(*args: _P.args, **kwargs: _P.kwargs) -> _T | None:
        try:
            return read(*args, **kwargs)
        except Exception:  # noqa: BLE001 - as above: IndexError, struct.error, its own errors, RecursionError ...
            return None

    return safely


@never_raises
def read_dhcp(payload: bytes) -> DhcpMessage | None:
    """A DHCP message of a client with an Ethernet address."""
    layers = wire.announcement_layers().dhcp
    message = layers.BOOTP(payload)
    if layers.DHCP not in message or message.op not in (1, 2) or (message.htype, message.hlen) != (1, 6):
        return None
    client = MAC.parse(bytes(message.chaddr)[:6])
    options: dict[str, tuple[Any, ...]] = {}
    for option in message[layers.DHCP].options:
        if isinstance(option, tuple) and len(option) > 1:
            options.setdefault(option[0], option[1:])
    kind = layers.DHCPTypes.get(options.get("message-type", (0,))[0])
    if kind is None or client.is_group or client == "00:00:00:00:00:00":
        return None
    is_from_client = message.op == 1
    return DhcpMessage(
        kind,
        is_from_client,
        client,
        int(message.xid),
        _given(message.ciaddr if is_from_client else message.yiaddr),
        requested=_given(options.get("requested_addr", (None,))[0]),
        hostname=_text(options.get("hostname", (None,))[0]) or _full_name(options.get("client_FQDN", (b"",))[0]),
        vendor_class=_text(options.get("vendor_class_id", (None,))[0]),
        user_class=_user_class(options.get("user_class", (b"",))[0]),
        options=tuple(int(n) for n in _flat(options.get("param_req_list", ()))),
        server=_given(options.get("server_id", (None,))[0]),
        routers=tuple(map(str, options.get("router", ())[:_LISTED])),
        resolvers=tuple(map(str, options.get("name_server", ())[:_LISTED])),
        is_relayed=_given(message.giaddr) is not None,
        netmask=_given(options.get("subnet_mask", (None,))[0]),
        client_id=_client_id(bytes(options.get("client_id", (b"",))[0])),
    )


@never_raises
def read_lldp(payload: bytes) -> Neighbour | None:
    """An LLDP data unit (IEEE 802.1AB-2016, 8.2), with what LLDP-MED adds (ANSI/TIA-1057, 10.2)."""
    layers = wire.announcement_layers()
    lldp = layers.lldp
    # It reads what it finds below Ethernet only.
    frame = layers.l2.Ether(bytes.fromhex("0180c200000e 020000000001 88cc") + payload)
    found: dict[str, Any] = {"addresses": ()}
    kinds = set()
    for unit in _units(frame, lldp.LLDPDU):
        kinds.add(type(unit))
        match unit:
            case lldp.LLDPDUChassisID() if unit.subtype == lldp.LLDPDUChassisID.SUBTYPE_MAC_ADDRESS:
                found["chassis"] = MAC.parse(str(unit.id))
            case lldp.LLDPDUPortID():
                found["port"] = _text(unit.id)
            case lldp.LLDPDUTimeToLive():
                found["ttl"] = int(unit.ttl)
            case lldp.LLDPDUPortDescription():
                found["port"] = _text(unit.description) or found.get("port")
            case lldp.LLDPDUSystemName():
                found["name"] = _text(unit.system_name)
            case lldp.LLDPDUSystemDescription():
                found["description"] = _text(unit.description)
            case lldp.LLDPDUSystemCapabilities():
                found["capabilities"] = tuple(word for field, word in _LLDP_CAPABILITIES if getattr(unit, field))
            case lldp.LLDPDUManagementAddress():
                found["addresses"] = (*found["addresses"], *_address(bytes(unit.management_address)))[:_LISTED]
            case lldp.LLDPDUGenericOrganisationSpecific() if unit.org_code == _TIA and (key := _MED.get(unit.subtype)):
                found[key] = _text(unit.data)
    if not {lldp.LLDPDUChassisID, lldp.LLDPDUPortID, lldp.LLDPDUTimeToLive} <= kinds:
        return None  # these three are mandatory (8.2)
    return Neighbour(**found)


@never_raises
def read_cdp(payload: bytes) -> Neighbour | None:
    """A message of the Cisco Discovery Protocol, versions 1 and 2."""
    cdp = wire.announcement_layers().cdp
    if len(payload) < 8 or payload[0] not in (1, 2):
        return None
    message = cdp.CDPv2_HDR(payload)
    found: dict[str, Any] = {"ttl": int(message.ttl), "addresses": ()}
    for unit in message.msg[:64]:
        match unit:
            case cdp.CDPMsgDeviceID():
                found["name"] = _text(unit.val)
            case cdp.CDPMsgAddr():
                found["addresses"] = tuple(str(a.addr) for a in unit.addr[:_LISTED] if isinstance(a, cdp.CDPAddrRecordIPv4))
            case cdp.CDPMsgPortID():
                found["port"] = _text(unit.iface)
            case cdp.CDPMsgCapabilities():
                found["capabilities"] = tuple(word for bit, word in _CDP_CAPABILITIES if int(unit.cap) & bit)
            case cdp.CDPMsgSoftwareVersion():
                found["description"] = _text(unit.val)
            case cdp.CDPMsgPlatform():
                found["platform"] = _text(unit.val)
    return Neighbour(**found) if found.get("name") else None


@never_raises
def read_netbios(payload: bytes) -> NetbiosName | None:
    """A NetBIOS datagram to one or many, or a broadcast (RFC 1002, 4.4.1)."""
    datagram = wire.announcement_layers().netbios.NBTDatagram(payload)
    if len(payload) < 82 or datagram.Type not in (0x10, 0x11, 0x12) or payload[14] != 32:
        return None
    high, low = payload[45] - 0x41, payload[46] - 0x41  # the last of 16 characters, half-encoded (RFC 1001, 14.1)
    name = _text(datagram.SourceName)
    if not name or not (0 <= high < 16 and 0 <= low < 16):
        return None
    return NetbiosName(str(datagram.SourceIP), name, high << 4 | low)


@never_raises
def read_router(payload: bytes) -> RouterAdvertisement | None:
    """A router advertisement, from its ICMPv6 type on."""
    inet6 = wire.announcement_layers().inet6
    if len(payload) < 16 or payload[0] != 134:
        return None
    advertisement = inet6.ICMPv6ND_RA(payload)
    prefixes: list[str] = []
    resolvers: list[str] = []
    for unit in _units(advertisement, None):
        match unit:
            case inet6.ICMPv6NDOptPrefixInfo():
                prefixes.append(f"{unit.prefix}/{unit.prefixlen}")
            case inet6.ICMPv6NDOptRDNSS():
                resolvers += map(str, unit.dns)
    return RouterAdvertisement(int(advertisement.routerlifetime), tuple(prefixes[:_LISTED]), tuple(resolvers[:_LISTED]))


_LLDP_CAPABILITIES = (
    ("repeater_enabled", "repeater"),
    ("mac_bridge_enabled", "bridge"),
    ("wlan_access_point_enabled", "wlan-ap"),
    ("router_enabled", "router"),
    ("telephone_enabled", "telephone"),
    ("docsis_cable_device_enabled", "docsis"),
    ("station_only_enabled", "station"),
)
_CDP_CAPABILITIES = (
    (0x01, "router"),
    (0x02, "bridge"),
    (0x04, "bridge"),
    (0x08, "switch"),
    (0x10, "host"),
    (0x20, "igmp"),
    (0x40, "repeater"),
    (0x80, "phone"),
)
_TIA = 0x0012BB
_MED = {8: "serial", 9: "manufacturer", 10: "platform"}


def _units(packet: Any, kind: type | None, most: int = 64) -> Iterator[Any]:
    """The layers of a packet one after the other, those of a kind only."""
    for _ in range(most):
        if kind is None or isinstance(packet, kind):
            yield packet
        packet = packet.payload
        if not packet:
            return


def _text(said: object) -> str | None:
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said) if said is not None else ""
    return text.strip("\0 ") or None


def _given(address: object) -> str | None:
    """An address that is one."""
    return str(address) if address and str(address) != "0.0.0.0" else None  # noqa: S104 - nothing is bound


def _flat(values: object) -> Iterator[Any]:
    for value in values if isinstance(values, list | tuple) else (values,):
        if isinstance(value, list | tuple):
            yield from value
        else:
            yield value


def _full_name(option: bytes) -> str | None:
    """The host's part of a name in the client FQDN option: flags, two codes, and a name in ASCII or DNS's form (RFC 4702, 2)."""
    if len(option) < 4:
        return None
    name = option[4 : 4 + option[3]] if option[0] & 4 else option[3:]
    return _text(name.split(b".")[0])


def _user_class(option: bytes) -> str | None:
    """Of the user class option (RFC 3004, 4) the first; Windows sends bare text in its place."""
    if len(option) > 1 and option[0] < len(option):
        return _text(option[1 : 1 + option[0]])
    return _text(option)


def _client_id(option: bytes) -> str | None:
    """Of the client identifier option (RFC 2132, 9.14) what is not of one network card: of an RFC 4361 one the DUID alone."""
    kind, rest = option[:1], option[1:]
    if kind == b"\xff":
        rest = rest[4:]  # the IAID
    return rest.hex() if kind not in (b"", b"\x01") and 4 <= len(rest) <= 130 else None


def _address(packed: bytes) -> tuple[str, ...]:
    return (".".join(map(str, packed)),) if len(packed) == 4 else ()
