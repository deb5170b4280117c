"""What devices say without being asked: the frames of a household that joins, looks for its router and announces itself.

Built by scapy, and not by the structs of `packets`: these are few, and of many formats. `Lan.say` sends them.
"""

from collections.abc import Iterator, Sequence
from functools import cache
from types import SimpleNamespace
from typing import Any

from netinv.lab.household import Household, SimulatedDevice
from netinv.model import MAC

BROADCAST = "ff:ff:ff:ff:ff:ff"
_MDNS = ("01:00:5e:00:00:fb", "224.0.0.251")
_SSDP = ("01:00:5e:7f:ff:fa", "239.255.255.250")
_FLUSH = 0x8001
"""Class IN with the bit that says "these are all there are" (RFC 6762, 10.2)."""
_UNSPECIFIED = "0.0.0.0"  # noqa: S104 - nothing is bound


@cache
def _scapy() -> SimpleNamespace:
    from netinv.net import wire

    layers = wire.announcement_layers()
    from scapy.layers import dns, inet
    from scapy.packet import Raw

    return SimpleNamespace(**vars(layers), dns=dns, inet=inet, Raw=Raw)


def looks_for(mac: str, address: str, wanted: str, *, says: str | None = None) -> bytes:
    """An ARP request (RFC 826); for `wanted` the own address it is an announcement (RFC 5227, 3). `says` whose MAC it bears."""
    l2 = _scapy().l2
    return bytes(l2.Ether(src=mac, dst=BROADCAST) / l2.ARP(op="who-has", hwsrc=says or mac, psrc=address, pdst=wanted))


def asks_for_address(
    mac: str, wanted: str, *, name: str, system: str, options: Sequence[int], says: str | None = None, transaction: int = 7
) -> bytes:
    """A DHCP request that everybody hears (RFC 2131, 4.4.1)."""
    body: list[Any] = [("message-type", "request"), ("requested_addr", wanted), ("hostname", name.encode())]
    body += [("vendor_class_id", system.encode()), ("param_req_list", list(options)), "end"]
    return _dhcp(mac, _UNSPECIFIED, 68, 67, {"op": 1, "chaddr": _raw(says or mac), "xid": transaction}, body)


def gives_address(
    mac: str, server: str, given: str, client: str, *, kind: str = "ack", router: str | None = None, transaction: int = 7
) -> bytes:
    """A DHCP server's word, sent to everybody as the client may have asked for (RFC 2131, 4.1)."""
    body: list[Any] = [("message-type", kind), ("server_id", server), ("router", router or server), "end"]
    fields = {"op": 2, "chaddr": _raw(client), "yiaddr": given, "xid": transaction}
    return _dhcp(mac, server, 67, 68, fields, body)


def announces_service(mac: str, address: str, host: str, instance: str, service: str, txt: str = "", port: int = 80) -> bytes:
    """A service as mDNS announces it (RFC 6762, 8.3): PTR, SRV, TXT and the host's address."""
    dns = _scapy().dns
    kind, name = f"{service}.local.", f"{instance}.{service}.local."
    records = [
        dns.DNSRR(rrname=kind, type="PTR", rclass=1, ttl=4500, rdata=name),
        dns.DNSRRSRV(rrname=name, type="SRV", rclass=_FLUSH, ttl=120, port=port, target=f"{host}.local."),
        dns.DNSRR(rrname=name, type="TXT", rclass=_FLUSH, ttl=4500, rdata=[txt.encode()]),
        dns.DNSRR(rrname=f"{host}.local.", type="A", rclass=_FLUSH, ttl=120, rdata=address),
    ]
    return _udp(mac, *_MDNS, address, 5353, dns.DNS(id=0, qr=1, aa=1, qd=[], an=records), hops=255)


def looks_for_service(mac: str, address: str, service: str) -> bytes:
    """A question by mDNS (RFC 6762, 5.2)."""
    dns = _scapy().dns
    asked = dns.DNSQR(qname=f"{service}.local.", qtype="PTR", qclass=0x8001)
    return _udp(mac, *_MDNS, address, 5353, dns.DNS(id=0, rd=0, qd=[asked]), hops=255)


def notifies(mac: str, address: str, *, server: str, location: str, kind: str = "upnp:rootdevice") -> bytes:
    """An SSDP announcement (UPnP Device Architecture 2.0, 1.2.2)."""
    lines = ["NOTIFY * HTTP/1.1", "HOST: 239.255.255.250:1900", f"LOCATION: {location}", f"NT: {kind}", "NTS: ssdp:alive"]
    lines += [f"SERVER: {server}", f"USN: uuid:00000000-0000-4000-8000-000000000001::{kind}", "", ""]
    return _udp(mac, *_SSDP, address, 1900, _scapy().Raw("\r\n".join(lines).encode()), hops=2)


def announces_windows(mac: str, address: str, everybody: str, name: str) -> bytes:
    """A NetBIOS datagram to the workgroup (RFC 1002, 4.4.1)."""
    datagram = _scapy().netbios.NBTDatagram(SourceIP=address, SourceName=name.encode(), DestinationName=b"WORKGROUP")
    return _udp(mac, BROADCAST, everybody, address, 138, datagram, hops=128)


def introduces_itself(mac: str, name: str, port: str, *, describes: str = "", manage: str | None = None) -> bytes:
    """A switch at one of its ports, by LLDP (IEEE 802.1AB-2016, 8.2)."""
    lldp, l2 = _scapy().lldp, _scapy().l2
    units = l2.Ether(src=mac, dst="01:80:c2:00:00:0e", type=0x88CC)
    units /= lldp.LLDPDUChassisID(subtype=4, id=mac) / lldp.LLDPDUPortID(subtype=5, id=port.encode())
    units /= lldp.LLDPDUTimeToLive(ttl=120) / lldp.LLDPDUSystemName(system_name=name.encode())
    units /= lldp.LLDPDUSystemDescription(description=describes.encode())
    units /= lldp.LLDPDUSystemCapabilities(mac_bridge_available=1, mac_bridge_enabled=1)
    if manage:
        packed = bytes(map(int, manage.split(".")))
        units /= lldp.LLDPDUManagementAddress(management_address_subtype=1, management_address=packed)
    return bytes(units / lldp.LLDPDUEndOfLLDPDU())


def introduces_itself_to_cisco(mac: str, name: str, port: str, platform: str, version: str) -> bytes:
    """The same by CDP."""
    cdp, l2 = _scapy().cdp, _scapy().l2
    message = [cdp.CDPMsgDeviceID(val=name.encode()), cdp.CDPMsgPortID(iface=port.encode()), cdp.CDPMsgCapabilities(cap=0x28)]
    message += [cdp.CDPMsgSoftwareVersion(val=version.encode()), cdp.CDPMsgPlatform(val=platform.encode())]
    return bytes(l2.Dot3(src=mac, dst="01:00:0c:cc:cc:cc") / l2.LLC() / l2.SNAP() / cdp.CDPv2_HDR(msg=message))


def advertises_route(mac: str, address: str, prefix: str) -> bytes:
    """A router's advertisement (RFC 4861, 4.2)."""
    inet6, l2 = _scapy().inet6, _scapy().l2
    ip = l2.Ether(src=mac, dst="33:33:00:00:00:01") / inet6.IPv6(src=address, dst="ff02::1", hlim=255)
    return bytes(ip / inet6.ICMPv6ND_RA(routerlifetime=1800) / inet6.ICMPv6NDOptPrefixInfo(prefix=prefix, prefixlen=64))


def looks_for_neighbour(mac: str, address: str, wanted: str) -> bytes:
    """A neighbour solicitation (RFC 4861, 4.3)."""
    inet6, l2 = _scapy().inet6, _scapy().l2
    ip = l2.Ether(src=mac, dst="33:33:ff:00:00:01") / inet6.IPv6(src=address, dst="ff02::1:ff00:1", hlim=255)
    return bytes(ip / inet6.ICMPv6ND_NS(tgt=wanted))


def chatter(home: Household) -> Iterator[bytes]:
    """What a household says of itself within a minute or so: most look for the router, some join or announce a service."""
    everybody = str(home.network.broadcast_address)
    router = home.truth[home.gateway]
    yield looks_for(str(router.mac), router.address, str(home.network[-2]))
    for device in home.truth.values():
        if device is router or device.mac is None:
            continue
        mac, address = str(device.mac), device.address
        yield looks_for(mac, address, home.gateway)
        match device.kind:
            case "phone":
                yield asks_for_address(mac, address, name=_name(device), system="android-dhcp-14", options=(1, 3, 6, 15, 26, 28))
                yield gives_address(str(router.mac), router.address, address, mac)
                yield looks_for_service(mac, address, "_googlecast._tcp")
            case "printer":
                yield announces_service(mac, address, _name(device), device.what, "_ipp._tcp", f"ty={device.what}", 631)
            case "tv" | "speaker":
                yield notifies(
                    mac, address, server=f"Linux UPnP/1.0 {_name(device)}/1.0", location=f"http://{address}:1400/d.xml"
                )
            case "computer" if device.ttl == 128:
                yield announces_windows(mac, address, everybody, _name(device)[:15].upper())


def _name(device: SimulatedDevice) -> str:
    """The host's part of what it is called; made of its address where it has no name."""
    first = (device.name or "").partition(".")[0]
    return first if first and first.replace("-", "").isalnum() else f"device-{device.address.rpartition('.')[2]}"


def _raw(mac: str) -> bytes:
    return bytes.fromhex(MAC.parse(mac).replace(":", ""))


def _dhcp(mac: str, source: str, port: int, to: int, fields: dict[str, Any], options: list[Any]) -> bytes:
    dhcp = _scapy().dhcp
    body = dhcp.BOOTP(flags=0x8000, **fields) / dhcp.DHCP(options=options)
    return _udp(mac, BROADCAST, "255.255.255.255", source, to, body, hops=64, source_port=port)


def _udp(mac: str, to: str, group: str, source: str, port: int, body: Any, *, hops: int, source_port: int | None = None) -> bytes:
    inet, l2 = _scapy().inet, _scapy().l2
    ip = l2.Ether(src=mac, dst=to) / inet.IP(src=source, dst=group, ttl=hops)
    return bytes(ip / inet.UDP(sport=source_port or port, dport=port) / body)
