"""Reports to write down: a believable household, and whatever hypothesis can think of."""

from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Interface

from hypothesis import strategies as st

from netinv.formats import Report
from netinv.model import MAC, Alternative, Device, Evidence, Finding, Interface, Name, Problem, Reason, Scan, Traffic, Verdict

NOON = datetime(2026, 3, 14, 12, 0, 0, tzinfo=UTC)

SLEEPY = Finding(
    "sleepy",
    "one address answered only when asked again",
    ("192.168.178.31",),
    (MAC("f2:4a:90:0c:3e:77"),),
    ("d00001f",),
    ("0123abcd",),
    "info",
    "nothing need be done",
)

_HOUSE = (
    # address, MAC, name, vendor, category, kind, confidence, model, os, reason
    (1, "3c:a6:2f:10:22:01", "fritz.box", "AVM", "router", "router", 0.99, "FRITZ!Box 7590", "FRITZ!OS 8.02",
     "it is the gateway of the default route"),
    (2, "e0:63:da:4b:90:12", "ap-upstairs", "Ubiquiti", "router", "access_point", 0.91, "UniFi U6 Lite", None,
     "its name starts with `ap-` and Ubiquiti makes access points"),
    (10, "b8:27:eb:5d:11:aa", "pihole", "Raspberry Pi", "computer", "computer", 0.83, None, "Linux",
     "SSH is open and Raspberry Pi makes computers"),
    (11, "00:11:32:a8:7c:05", "diskstation", "Synology", "computer", "nas", 0.96, "DS920+", "DSM 7.2",
     "Synology makes network storage and port 445 is open"),
    (20, "30:05:5c:8e:41:90", "BRW30055C8E4190", "Brother", "printer", "printer", 0.98, "HL-L2350DW series", None,
     "IPP is open on port 631 and Brother makes printers"),
    (21, "9c:93:4e:72:00:1f", "EPSON72001F", "Epson", "printer", "printer", 0.94, None, None,
     "Epson makes printers"),
    (23, "a4:83:e7:3d:55:c1", "Annas-MacBook-Pro", "Apple", "computer", "computer", 0.9, None, "macOS",
     "its name says MacBook"),
    (24, "7c:b2:7d:90:3e:6b", "thinkpad-t14", "Intel", "computer", "computer", 0.99, None, "Linux 6.1",
     "this is the machine netinv runs on"),
    (25, "d4:5d:64:1a:02:fe", "GAMING-PC", "ASUSTek Computer", "computer", "computer", 0.88, None, "Windows",
     "remote desktop is open on port 3389"),
    (31, "f2:4a:90:0c:3e:77", "Pixel-8", "private (randomised)", "other", "phone", 0.82, "Pixel 8", "Android",
     "its name is that of a phone model and its MAC is randomised"),
    (32, "36:0b:cc:91:5e:a2", "iPhone-von-Jürgen", "private (randomised)", "other", "phone", 0.93, None, "iOS",
     "its name says iPhone"),
    (33, "aa:91:57:02:7d:10", "陽子のiPad", "private (randomised)", "other", "tablet", 0.92, None, "iPadOS",
     "its name says iPad"),
    (40, "48:a6:b8:c2:90:01", "Sonos-Küche", "Sonos", "other", "speaker", 0.97, "One SL", None, "Sonos makes speakers"),
    (41, "8c:79:f5:b1:23:45", "Samsung-TV 📺", "Samsung Electronics", "other", "tv", 0.86, "QE55Q80", "Tizen",
     "its name says TV and Samsung Electronics makes televisions"),
    (42, "54:60:09:e8:31:02", "Chromecast", "Google", "other", "media_player", 0.95, None, None,
     "port 8009 is open, which Cast uses"),
    (50, "ec:b5:fa:04:8b:6c", "Philips-hue", "Signify", "other", "smart_home", 0.93, "BSB002", None, "Signify makes lights"),
    (51, "70:ee:50:7a:11:0c", None, "Netatmo", "other", "smart_home", 0.71, None, None, "Netatmo makes smart-home devices"),
    (52, "9c:8e:cd:22:40:5b", "garden-cam", "Amcrest Technologies", "other", "camera", 0.89, "IP8M", None,
     "Amcrest Technologies makes cameras and port 554 is open"),
    (77, "5c:cf:7f:9a:08:d3", "ESP_9A08D3", "Espressif", "unknown", "unknown", 0.0, None, None, None),
    (103, "9a:3f:02:77:be:e4", None, "private (randomised)", "unknown", "unknown", 0.0, None, None, None),
)  # fmt: skip
_NEW = {32, 52, 103}


def device(host: int = 10, **changes: object) -> Device:
    """One device at 192.168.178.`host`, with whatever is to differ."""
    address, mac = f"192.168.178.{host}", MAC(f"02:00:00:00:00:{host:02x}")
    fact = Evidence(address, "mac", str(mac), "arp", NOON)
    because = (Reason("test.reason", "somebody said so", 2.0, (fact.id,)),)
    fields: dict[str, object] = {
        "id": f"d{host:06x}",
        "addresses": (address,),
        "macs": (mac,),
        "name": "box",
        "names": (Name("box", "dns.ptr"),),
        "vendor": "Acme",
        "verdict": Verdict("computer", "server", "Acme", None, "Linux", 0.9, because),
        "evidence": (fact,),
        "first_seen": NOON - timedelta(days=40),
        "last_seen": NOON,
        "is_new": False,
        "rtt_ms": 0.412,
    }
    return Device(**(fields | changes))  # type: ignore[arg-type]


def household() -> Report:
    """Twenty devices such as a family has, three of them new."""
    devices = tuple(_member(*row) for row in _HOUSE)
    return Report(devices, scan(devices))


def scan(devices: tuple[Device, ...] = (), **changes: object) -> Scan:
    """A scan of a home network that found `devices`."""
    lan = Interface(
        "eth0", MAC("7c:b2:7d:90:3e:6b"), (IPv4Interface("192.168.178.24/24"),), gateway="192.168.178.1", is_default=True
    )
    fields: dict[str, object] = {
        "id": "s4f1c20a9",
        "started": NOON,
        "finished": NOON + timedelta(seconds=3.94),
        "interfaces": (lan,),
        "targets": "192.168.178.0/24",
        "asked": 254,
        "devices": devices,
        "problems": (Problem("dns", "the resolver 192.168.178.1 refuses", "name another with --resolver"),),
        "traffic": Traffic(frames=640, peak_pps=300, mean_pps=162.43, replies=21),
        "method": "arp",
    }
    return Scan(**(fields | changes))  # type: ignore[arg-type]


def _member(
    host: int, mac: str, name: str | None, vendor: str, category: str, kind: str, confidence: float, model: str | None,
    os: str | None, says: str | None,
) -> Device:  # fmt: skip
    address = f"192.168.178.{host}"
    heard = [("mac", mac, "arp"), ("icmp.rtt", f"{host / 10:.3f}", "icmp"), ("icmp.ttl", "64", "icmp")]
    heard += [("dns.ptr", name, "dns")] if name else []
    heard += [("local.self", "eth0", "local")] if host == 24 else []
    evidence = tuple(Evidence(address, key, value, probe, NOON) for key, value, probe in heard)
    because = (Reason(f"{kind}.main", says, 3.2, (evidence[0].id,)),) if says else ()
    others = (Alternative("computer", "server", 0.05, ()),) if category == "other" else ()
    return device(
        host,
        addresses=(address, "fe80::3ea6:2fff:fe10:2201") if host == 1 else (address,),
        macs=(MAC(mac),),
        name=name,
        names=(Name(name, "dns.ptr"),) if name else (),
        vendor=vendor,
        verdict=Verdict(category, kind, vendor, model, os, confidence, because, others),
        evidence=evidence,
        is_new=host in _NEW,
        rtt_ms=host / 10,
    )


# -- anything that fits the types, hostile text included, since a format must not rely on text having been cleaned

_HOSTILE = (
    "\x1b[31mred\x1b]0;title\x07", "[/bold]", "[red]", "[link=http://x]y", "=cmd|'/C calc'!A0", "+1+1", "-2+3", "@SUM(A1)",
    "＝1+1", "\t=1", "\r=1", "\n=1", "a;=1+1", "two\nlines", "two\r\nlines", 'quo"te', "com,ma", "\u202egnp.exe", "\ud800",
    "a\udcffb", "\U0001f468\u200d\U0001f469\u200d\U0001f467", "日本語の名前", "\x00", "\x85", "\u2028", "", " ",
    "-5", "+4.5", "</script>", "${x}", "%s",
)  # fmt: skip
texts = st.one_of(st.sampled_from(_HOSTILE), st.text(st.characters(exclude_categories=()), max_size=40))
_maybe = st.none() | texts
_times = st.datetimes(datetime(1970, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
_shares = st.floats(0, 1)
_macs = st.binary(min_size=6, max_size=6).map(MAC.parse)
_addresses = st.ip_addresses().map(str) | st.just("fe80::1%eth0")
_categories = st.sampled_from(("router", "printer", "computer", "other", "unknown"))
_kinds = st.sampled_from(("router", "nas", "media_player", "unknown", "3d_printer"))
_rules = st.from_regex(r"[a-z]{1,8}\.[a-z0-9-]{1,8}", fullmatch=True)


def _few(strategy: st.SearchStrategy[object]) -> st.SearchStrategy[tuple[object, ...]]:
    return st.lists(strategy, max_size=3).map(tuple)


_evidence = st.builds(
    Evidence, _addresses, st.sampled_from(("mac", "dns.ptr", "tcp.22", "local.self")), texts, st.just("arp"), _times
)
_reasons = st.builds(Reason, _rules, texts, st.floats(-20, 20), _few(_evidence.map(lambda fact: fact.id)))
_alternatives = st.builds(Alternative, _categories, _kinds, _shares, _few(_reasons))
_verdicts = st.builds(Verdict, _categories, _kinds, _maybe, _maybe, _maybe, _shares, _few(_reasons), _few(_alternatives))
devices = st.builds(
    Device,
    id=st.from_regex(r"[0-9a-z]{8}", fullmatch=True),
    addresses=_few(_addresses),
    macs=_few(_macs),
    name=_maybe,
    names=_few(st.builds(Name, texts, st.sampled_from(("dns.ptr", "mdns.host")))),
    vendor=_maybe,
    verdict=_verdicts,
    evidence=_few(_evidence),
    first_seen=_times,
    last_seen=_times,
    is_new=st.booleans(),
    rtt_ms=st.none() | st.floats(0, 1e6),
)
_interfaces = st.builds(
    Interface,
    texts,
    st.none() | _macs,
    _few(st.builds(IPv4Interface, st.ip_addresses(v=4).map(lambda address: f"{address}/24"))),
    gateway=st.none() | _addresses,
)
_findings = st.builds(
    Finding,
    kind=_kinds,
    says=texts,
    addresses=_few(_addresses),
    macs=_few(_macs),
    devices=_few(st.just("d00001f")),
    evidence=_few(st.just("0123abcd")),
    severity=st.sampled_from(("warning", "info")),
    hint=_maybe,
)
_traffic = st.builds(Traffic, *[st.integers(0, 10**6)] * 2, st.floats(0, 1e6), *[st.integers(0, 10**6)] * 2)
_scans = st.builds(
    Scan,
    id=st.from_regex(r"[0-9a-z]{8}", fullmatch=True),
    started=st.just(NOON),
    finished=st.timedeltas(timedelta(0), timedelta(days=2)).map(lambda lasted: NOON + lasted),
    interfaces=_few(_interfaces),
    targets=texts,
    asked=st.integers(0, 65536),
    devices=st.just(()),
    problems=_few(st.builds(Problem, texts, texts, _maybe)),
    findings=_few(_findings),
    traffic=_traffic,
    method=st.sampled_from(("arp", "arp+icmp", "neighbours", "")),
    is_partial=st.booleans(),
)
reports = st.builds(Report, _few(devices), st.none() | _scans)
