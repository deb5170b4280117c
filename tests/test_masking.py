"""An anonymous transcript hides who the devices are, keeps what they are, and says equal things of equal things."""

import base64
import gzip
import html
import json
import re
import ssl
import urllib.parse
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from ipaddress import IPv6Address, IPv6Network
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netinv.classification.vocabulary import vocabulary
from netinv.errors import TranscriptError
from netinv.lab.memory import MemoryNetwork
from netinv.masking import Mask, anonymised
from netinv.masking.keys import without_keys
from netinv.masking.looks import Looks, identifier
from netinv.masking.personal import personal
from netinv.model import MAC, Device, Evidence
from netinv.net import certificates
from netinv.net.overheard import Overheard
from netinv.net.plain import plain
from netinv.net.transcript import Header, Transcript
from netinv.net.transcript_reader import read_transcript
from netinv.net.transcript_writer import Writer, write_transcript
from netinv.probes import ssh_transport, synology
from netinv.replayer import replay
from netinv.scanner import scan
from tests.probes.test_synology import fields, number
from tests.test_replayer import SAID

KEY = b"the key of this test"
PERSONAL = Overheard(
    "ssdp",
    MAC.parse("00:11:32:00:00:07"),
    "10.77.0.7",
    b"NOTIFY * HTTP/1.1\r\nNT: upnp:rootdevice\r\nUSN: uuid:4d696e69-444c-164e-9d41-001132000007::upnp:rootdevice\r\n\r\n",
)


@pytest.fixture(scope="module")
def transcript() -> Transcript:
    writer = Writer()
    scan(network=MemoryNetwork(overheard=[*SAID, PERSONAL]), record=writer.write)
    kept = writer.kept()
    assert kept
    return kept


def text_of(transcript: Transcript, path: Path) -> str:
    writer = Writer(path)
    write_transcript(transcript, writer)
    writer.close()
    return path.read_text("utf-8")


def spellings(mac: str) -> list[str]:
    digits = mac.replace(":", "")
    return [mac, mac.upper(), mac.replace(":", "-"), digits, digits.upper()]


def test_no_mac_of_a_device_is_left_in_any_spelling(transcript: Transcript, tmp_path: Path) -> None:
    text = text_of(anonymised(transcript, KEY), tmp_path / "t")
    macs = {mac for device in replay(transcript).devices for mac in device.macs}
    assert len(macs) > 20
    assert not [(mac, s) for mac in macs for s in spellings(mac) if s in text]


HOUSEHOLD = Path(__file__).parent / "data" / "transcripts" / "lab-household.jsonl.gz"
_BASE64 = re.compile(rb"[0-9A-Za-z+/]{16,}={0,2}")


def unpacked(value: Any) -> Iterator[bytes]:
    """Every text and payload in a line, also out of the gzip and the base64 it may stand in."""
    if isinstance(value, dict):
        for name, item in value.items():
            yield name.encode()
            yield from [bytes.fromhex(item)] if name == "hex" else unpacked(item)
    elif isinstance(value, list):
        for item in value:
            yield from unpacked(item)
    elif isinstance(value, str):
        yield value.encode("utf-8", "surrogatepass")


def opened(data: bytes) -> Iterator[bytes]:
    yield data
    if (at := data.find(b"\x1f\x8b\x08")) >= 0:
        with suppress(OSError, EOFError, zlib.error):
            yield gzip.decompress(data[at:])
    for found in _BASE64.finditer(data):
        with suppress(ValueError):
            yield base64.b64decode(found[0], validate=True)


def grouped(digits: str, size: int, separator: str) -> bytes:
    return separator.join(digits[at : at + size] for at in range(0, len(digits), size)).encode()


def spelled(octets: bytes) -> set[bytes]:
    """A MAC address or an interface identifier as bytes, digits, groups of them, and labels below ip6.arpa."""
    digits = octets.hex()
    reverse = digits[::-1].encode()
    groups = {grouped(digits, size, separator) for size in (2, 4, 6) for separator in (":", "-", ".", " ")}
    shortened = ":".join(f"{int(digits[at : at + 4], 16):x}" for at in range(0, len(digits), 4)).encode()
    labels = {b"".join(b"\1%c" % digit for digit in reverse), b"".join(b"%c." % digit for digit in reverse)}
    return {octets, digits.encode(), shortened, *groups, *labels}


def test_no_mac_and_no_serial_of_a_household_is_left_in_any_form_and_models_are_what_they_were(tmp_path: Path) -> None:
    whole = read_transcript(HOUSEHOLD)
    masked = anonymised(whole, KEY)
    text_of(masked, tmp_path / "t")
    lines = [json.loads(line) for line in (tmp_path / "t").read_text("utf-8").splitlines()]
    shown = b"\n".join(each.lower() for line in lines for data in unpacked(line) for each in opened(data))
    devices, others = replay(whole).devices, replay(masked).devices
    macs = {mac for device in devices for mac in device.macs} - {mac for device in others for mac in device.macs}
    assert len(macs) > 20
    octets = [bytes.fromhex(mac.replace(":", "")) for mac in macs]
    forms = {form for one in octets for form in spelled(one)} | {form for mac in macs for form in spelled(identifier(mac))}
    assert not [form for form in forms if form.lower() in shown]
    assert not [d.verdict.serial for d in devices if d.verdict.serial and d.verdict.serial.lower().encode() in shown]
    assert not [name for name in (b"annas", b"7qk2m1v", b"r4vh08sn", b"npi8a3f2c", b"u6-livingroom") if name in shown]

    def said(device: Device) -> tuple[Any, ...]:
        told = device.verdict
        return told.kind, told.confidence, told.model, told.firmware, device.vendor

    assert list(map(said, others)) == list(map(said, devices))
    assert {"FRITZ!Box 7590", "GS308E"} <= {d.verdict.model for d in others}


@pytest.mark.parametrize(
    "address", ["2001:db8::3e52:82ff:fe8a:3f2c", "fd12:3456:789a:1::8a", "2a02:8109::40", "fe80::1c2d:3e4f:5a6b"]
)
def test_an_ipv6_address_is_another_alike_in_text_in_bytes_and_below_ip6_arpa(address: str) -> None:
    mask = Mask(KEY)
    mask.lexicon.learn_text(address)
    mask.lexicon.compile()
    one, other = IPv6Address(address), IPv6Address(mask.text(address))
    assert one != other
    assert mask.payload(f"OPTIONS sip:[{address}] SIP/2.0".encode()) == f"OPTIONS sip:[{other}] SIP/2.0".encode()
    assert mask.payload(b"\0\x1c\0\x01" + one.packed) == b"\0\x1c\0\x01" + other.packed
    assert mask.payload(one.reverse_pointer.encode()) == other.reverse_pointer.encode()
    assert len(mask.payload(b"\0" + address.encode())) == len(address) + 1


def test_a_body_that_grows_says_so() -> None:
    masked = Mask(KEY).payload(b"HTTP/1.1 200 OK\r\nContent-Length: 14\r\n\r\n[2a02:8109::4]\n"[:-1])
    head, _, body = masked.partition(b"\r\n\r\n")
    assert b"2a02" not in body
    assert head.endswith(b"Content-Length: %d" % len(body))


def test_no_name_of_a_person_no_uuid_and_no_serial_number_is_left(transcript: Transcript, tmp_path: Path) -> None:
    before, after = text_of(transcript, tmp_path / "a"), text_of(anonymised(transcript, KEY), tmp_path / "b")
    hexed = [word.encode().hex() for word in ("annas", "Anna", "7QK2M1V", "R4VH08SN")]
    for word in ("annas", "7QK2M1V", "4d696e69-444c-164e-9d41-001132000007", *hexed):
        assert word not in after
    assert "annas" in before or hexed[0] in before


def test_the_devices_are_what_they_were(transcript: Transcript, tmp_path: Path) -> None:
    masked = anonymised(transcript, KEY)
    text_of(masked, tmp_path / "t")
    before, after = replay(transcript), replay(read_transcript(tmp_path / "t"))
    assert [d.verdict.kind for d in after.devices] == [d.verdict.kind for d in before.devices]
    assert [d.vendor for d in after.devices] == [d.vendor for d in before.devices]
    assert [len(d.evidence) for d in after.devices] == [len(d.evidence) for d in before.devices]
    assert [d.ip for d in after.devices if ":" not in str(d.ip)] == [d.ip for d in before.devices if ":" not in str(d.ip)]
    assert [bool(d.name) for d in after.devices] == [bool(d.name) for d in before.devices]
    assert (after.started, after.finished, after.problems) == (before.started, before.finished, before.problems)
    assert read_transcript(tmp_path / "t").header.is_anonymous


def test_a_factory_name_still_repeats_the_mac_it_is_made_of(transcript: Transcript) -> None:
    for device in replay(anonymised(transcript, KEY)).devices:
        if device.name and device.name.startswith(("BRW", "NPI", "ESP_")) and device.mac:
            assert device.name[-6:].lower() == device.mac.replace(":", "")[-6:]


def test_each_anonymous_transcript_has_masks_of_its_own(transcript: Transcript) -> None:
    one, other = ({m for d in replay(anonymised(transcript)).devices for m in d.macs} for _ in range(2))
    assert len(one & other) <= 2


def test_public_addresses_cannot_be_hidden_and_are_refused() -> None:
    writer = Writer()
    scan("93.184.216.0/29", network=MemoryNetwork(), record=writer.write, allow_public=True, probe=["icmp"], stop=lambda: True)
    kept = writer.kept()
    assert kept
    with pytest.raises(TranscriptError, match="public"):
        anonymised(kept)


MACS = st.binary(min_size=6, max_size=6).map(MAC.parse)


@given(MACS)
def test_a_masked_mac_has_the_vendor_and_the_kind_of_the_other(mac: MAC) -> None:
    masked = Looks(KEY).mac(mac)
    assert (masked.is_local, masked.is_group) == (mac.is_local, mac.is_group)
    assert mac.is_local or masked[:8] == mac[:8]
    assert Looks(KEY).mac(mac) == masked


@given(st.binary(max_size=200))
def test_masks_are_as_long_as_what_they_hide(data: bytes) -> None:
    assert len(Mask(KEY).payload(data)) == len(data)


@given(st.ip_addresses(v=6))
def test_ipv6_addresses_of_one_network_stay_together_and_lead_nowhere(address: Any) -> None:
    masked = Looks(KEY).ipv6(address)
    if not (address.is_multicast or address.is_loopback or address.is_unspecified or address.is_link_local):
        assert masked in IPv6Network("2001:db8::/32")
    assert address.is_link_local == masked.is_link_local


def named(name: str) -> str:
    """How a name that was heard is shown."""
    mask = Mask(KEY)
    mask.lexicon.learn_fact(Evidence("10.0.0.1", "mdns.hostname", name, "mdns", None))  # type: ignore[arg-type]
    mask.lexicon.compile()
    return mask.text(name)


@pytest.mark.parametrize("name", ["Jürgens-iPhone", "anna", "Tante Ernas Drucker", "müller-nas", "王的iPad"])
def test_names_of_people_in_any_script_are_masked_and_products_are_not(name: str) -> None:
    shown = named(name)
    assert shown != name
    assert len(shown.encode()) == len(name.encode())
    for word in re.findall(r"iPhone|\bnas\b|iPad", name):
        assert word in shown


def of_facts(*facts: tuple[str, str]) -> Mask:
    """A mask that has learned these facts of a device."""
    mask = Mask(KEY)
    for name, value in facts:
        mask.lexicon.learn_fact(Evidence("10.0.0.1", name, value, "test", None))  # type: ignore[arg-type]
    mask.lexicon.compile()
    return mask


PERSONAL_KEYS = sorted(name for name, known in vocabulary().items() if known.hides in ("name", "number", "hex"))
ANNA = {"name": "Zaphods Beeblebroxgerät", "number": "QX7Z33091K", "hex": "80001f8880e9630000d61ff449"}


@pytest.mark.parametrize("name", PERSONAL_KEYS)
def test_whatever_key_holds_a_name_or_a_number_of_one_device_it_is_masked_alike_wherever_it_stands(name: str) -> None:
    hides = vocabulary()[name].hides
    said = ANNA[hides]
    mask = of_facts((name, said))
    if hides == "hex":
        raw = bytes.fromhex(said)
        assert raw not in (shown := mask.payload(b"\x30\x20" + raw + b"\x02\x01"))
        assert len(shown) == len(raw) + 4
        return
    shown = mask.text(said)
    assert not {"zaphods", "beeblebrox", "qx7z33091k"} & set(re.findall(r"\w+", shown.lower()))
    assert len(shown.encode()) == len(said.encode())
    for around in ("x={};", "<a>{}</a>", "SN:{},", "  {} "):
        assert mask.payload(around.format(said).encode()) == around.format(shown).encode()


def entities(name: str, write: str = "&#{};") -> bytes:
    return "".join(write.format(ord(c)) for c in name).encode()


@pytest.mark.parametrize("name", ["Zaphod-Laptop", "Müllers iPhone", "王小明的iPad"])
def test_a_name_is_masked_however_it_is_spelled_and_stays_spelled_so(name: str) -> None:
    mask = of_facts(("mdns.hostname", name))
    shown = mask.text(name)
    assert shown != name
    quoted = urllib.parse.quote
    spellings: list[tuple[bytes, Callable[[bytes], str]]] = [
        (quoted(name).encode(), lambda b: urllib.parse.unquote(b.decode())),
        (quoted(name).lower().encode(), lambda b: urllib.parse.unquote(b.decode())),
        ("".join(f"%{b:02X}" for b in name.encode()).encode(), lambda b: urllib.parse.unquote(b.decode())),
        (json.dumps(name).encode(), lambda b: str(json.loads(b))),
        (name.encode("ascii", "xmlcharrefreplace"), lambda b: html.unescape(b.decode())),
        (entities(name, "&#x{:04x};"), lambda b: html.unescape(b.decode())),
        (name.encode("utf-16-le"), lambda b: b.decode("utf-16-le")),
        (name.encode("utf-16-be"), lambda b: b.decode("utf-16-be")),
        (name.upper().encode("utf-16-le"), lambda b: b.decode("utf-16-le")),
        (name.upper().encode(), bytes.decode),
        (name.encode().hex(":").encode(), lambda b: bytes.fromhex(b.decode().replace(":", " ")).decode()),
        (name.encode().hex(" ").encode(), lambda b: bytes.fromhex(b.decode()).decode()),
        (base64.b64encode(f"user {name}: x".encode()), lambda b: base64.b64decode(b).decode()[5:-3]),
        (base64.urlsafe_b64encode(f"?> {name}".encode()), lambda b: base64.urlsafe_b64decode(b).decode()[3:]),
        ("".join(chr(b) if b < 128 else f"\\{b:03d}" for b in name.encode()).encode(), _without_escapes),
        ("".join(chr(b) if b < 128 else f"\\x{b:02x}" for b in name.encode()).encode(), _without_escapes),
    ]
    for spelled, read in spellings:
        masked = mask.payload(b'<a x="' + spelled + b'">')[6:-2]
        assert len(masked) == len(spelled)
        assert read(masked).casefold() == shown.casefold(), spelled


def _without_escapes(data: bytes) -> str:
    return re.sub(rb"\\(x..|\d{3})", lambda f: bytes((int(f[1][1:], 16) if f[1][:1] == b"x" else int(f[1]),)), data).decode()


FITTING = [entities("Zaphod"), b"xn--mller-kva", b"M&uuml;ller", "Müller".encode("latin-1"), b"5a6170686f64"]


@pytest.mark.parametrize("spelled", FITTING)
def test_of_what_no_mask_fits_another_of_its_length_is_shown(spelled: bytes) -> None:
    mask = of_facts(("mdns.hostname", "Zaphod"), ("mdns.hostname", "Müller"))
    masked = mask.payload(b"<a>" + spelled + b"</a>")
    assert len(masked) == len(spelled) + 7
    assert spelled not in masked


def test_a_model_that_says_the_name_of_its_owner_is_masked_and_one_that_is_known_is_not(tmp_path: Path) -> None:
    answer = fields((0x01, number(2)), (0x11, b"zaphod-nas"), (0x78, b"Zaphod DS918+"))
    writer = Writer()
    scan(network=MemoryNetwork(garbage={("10.77.0.10", synology.PORT): answer}), record=writer.write)
    whole = writer.kept()
    assert whole
    assert ("synology.model", "Zaphod DS918+") in {(e.key, e.value) for d in replay(whole).devices for e in d.evidence}
    text_of(anonymised(whole, KEY), tmp_path / "t")
    lines = [json.loads(line) for line in (tmp_path / "t").read_text("utf-8").splitlines()]
    text = b"\n".join(data.lower() for line in lines for data in unpacked(line))
    assert b"zaphod" not in text
    assert b"ds918+" in text


def test_a_name_heard_by_one_protocol_is_masked_in_the_messages_of_all_and_always_alike() -> None:
    mask = of_facts(("snmp.syscontact", "Zaphod, Keller"), ("mdns.hostname", "zaphod-pc.local"), ("smb.domain", "ZAPHOD"))
    one, other = mask.text("zaphod-pc.local"), mask.text("Linux Zaphod 6.1 #1 SMP")
    masked = one.partition("-")[0]
    assert masked != "zaphod"
    assert masked in other.lower()
    assert mask.payload("ZAPHOD".encode("utf-16-le")) == masked.upper().encode("utf-16-le")
    assert masked.encode() in mask.payload(b"\x04\x0eZaphod, Keller").lower()


PAGE = b"""HTTP/1.1 401 Unauthorized\r\nServer: nginx/1.24.0\r\n\
Set-Cookie: user=zbeeblebrox; sid=MAGRATHEA123; lang=de; Path=/\r\n\
Set-Cookie: PHPSESSID="q8r7s6t5u4"; Max-Age=86400; SameSite=Lax\r\n\
WWW-Authenticate: Digest realm="DiskStation", nonce="deepthought42xyz", opaque="vogsphere7", algorithm=MD5\r\n\
Date: Tue, 24 Nov 2026 08:49:37 GMT\r\n\r\n\
<title>DiskStation</title><a href="/users/tmcmillan/photos">me</a> <a href='/~fprefect'>he</a> C:\\Users\\Slartibart\\x
<a href="tel:+49-170-5551234">call</a> or +49 (170) 555 1235, 0170/5551236; mail agrajag@krikkit.example, support@synology.com,
password=viltvodle6 <script src="/home/index.js"></script>
curve25519-sha256@libssh.org 10.77.0.20 1-800 2026-11-24 08:49:37 +0000"""
OTHERS = b"zbeeblebrox's NAS; share zbeeblebrox on tmcmillan, krikkit, and sid MAGRATHEA123"


def of_pages(*pages: bytes) -> Mask:
    """A mask that has learned what a page says."""
    lines = [{"t": 0.0, "of": 0, "got": plain(page)} for page in pages]
    mask = Mask(KEY)
    mask.learn(Transcript(Header("t", "2026-11-24T08:49:37+00:00", "10.77.0.0/24", 1, (), ()), tuple(lines), None))
    return mask


def test_sessions_logins_homes_telephones_and_mail_addresses_are_masked_wherever_their_words_stand() -> None:
    mask = of_pages(PAGE)
    shown = mask.payload(PAGE)
    assert len(shown) == len(PAGE)
    gone = (
        "zbeeblebrox", "magrathea123", "q8r7s6t5u4", "deepthought42xyz", "vogsphere7", "tmcmillan", "fprefect", "slartibart",
        "5551234", "555 1235", "5551236", "agrajag", "krikkit", "viltvodle6",
    )  # fmt: skip
    assert not [word for word in gone if word.encode() in shown.lower() + mask.payload(OTHERS).lower()]
    for kept in (
        b"Server: nginx/1.24.0", b"user=", b"sid=", b"PHPSESSID=", b"Path=/", b"Max-Age=86400", b"DiskStation", b"MD5",
        b"Tue, 24 Nov 2026 08:49:37 GMT", b"support@synology.com", b"/home/index.js", b"curve25519-sha256@libssh.org",
        b"10.77.0.20 1-800 2026-11-24 08:49:37 +0000",
    ):  # fmt: skip
        assert kept in shown
    login = re.search(rb"user=(\w+)", shown)
    assert login
    assert mask.payload(OTHERS).startswith(login[1])


@pytest.mark.parametrize(
    "said",
    ["_ipp._tcp note=Gartenweg 12", "_hap._tcp location=Gartenweg", "_home-assistant._tcp location_name=Gartenweg",
     "_ipp._tcp adminurl=http://gartenweg.local:631/", "_http._tcp external_url=https://gartenweg.duckdns.example"],
)  # fmt: skip
def test_where_a_thing_stands_and_under_what_name_it_is_managed_is_masked(said: str) -> None:
    mask = of_facts(("mdns.txt", said))
    shown = mask.text(said)
    assert "gartenweg" not in shown.lower()
    assert len(shown) == len(said)
    assert "Gartenweg" not in mask.text("the printer in Gartenweg 12")


@given(st.binary(max_size=300))
def test_whatever_a_message_gives_away_is_found_without_raising(data: bytes) -> None:
    for before in (b"", b"Set-Cookie: ", b"Authorization: Digest ", b"/users/", b"+4", b"tel:", b"user="):
        said = before + data + b"@x.example"
        assert all(found.value in said for found in personal(said))


def test_a_serial_number_in_the_middle_of_a_description_is_masked() -> None:
    mask = of_facts(("ipp.device-id", "MFG:HP;MDL:HP LaserJet M404dn;SN:PHBQX7Z33091;"), ("mdns.txt", "_hap._tcp id=QX7Z33"))
    assert "PHBQX7Z33091" not in mask.text("MFG:HP;MDL:HP LaserJet M404dn;SN:PHBQX7Z33091;")
    assert "HP LaserJet M404dn" in mask.text("MFG:HP;MDL:HP LaserJet M404dn;SN:PHBQX7Z33091;")
    assert "QX7Z33" not in mask.text("id=QX7Z33")


def der(pem: str) -> bytes:
    return ssl.PEM_cert_to_DER_cert(re.findall(r"-----BEGIN CERT.*?-----END CERTIFICATE-----", pem, re.DOTALL)[0])


CERTIFICATE = der((Path(__file__).parent / "probes" / "data" / "device.pem").read_text("ascii"))


def test_a_certificate_says_what_it_said_of_the_device_and_is_another() -> None:
    masked = Mask(KEY).payload(CERTIFICATE)
    assert len(masked) == len(CERTIFICATE)
    assert certificates.read(masked) == certificates.read(CERTIFICATE)
    runs = [CERTIFICATE[at : at + 16] for at in range(len(CERTIFICATE) - 80, len(CERTIFICATE) - 16)]
    assert not [run for run in runs if run in masked], "its signature would tell it apart"
    assert Mask(KEY).payload(CERTIFICATE) == masked
    assert Mask(b"another key").payload(CERTIFICATE) != masked


def test_the_common_name_of_a_certificate_is_masked_where_it_is_a_name() -> None:
    mask = of_facts(("tls.subject", "CN=zaphod.fritz.box"))
    assert b"zaphod" not in mask.payload(CERTIFICATE.replace(b"device", b"zaphod"))


def string(text: bytes) -> bytes:
    return len(text).to_bytes(4) + text


@pytest.mark.parametrize(
    "key",
    [
        string(b"ssh-ed25519") + string(bytes(range(32))),
        string(b"ecdsa-sha2-nistp256") + string(b"nistp256") + string(b"\4" + bytes(range(64))),
        string(b"ssh-rsa") + string(b"\1\0\1") + string(b"\0" + bytes(range(128, 256)) * 2),
    ],
)  # fmt: skip
def test_a_host_key_is_another_of_its_kind_always_the_same_and_still_read(key: bytes) -> None:
    reply = b"\x1f" + string(key) + string(bytes(32)) + string(b"signature")
    padding = 8 - (5 + len(reply)) % 8 + 8
    packet = (len(reply) + 1 + padding).to_bytes(4) + bytes((padding,)) + reply + bytes(padding)
    masked = Mask(KEY).payload(packet)
    assert len(masked) == len(packet)
    assert ssh_transport.fingerprint(packet) != ssh_transport.fingerprint(masked) is not None
    assert key[: 4 + key[3]] in masked
    assert Mask(KEY).payload(packet) == masked


def test_names_of_host_keys_in_an_offer_stay() -> None:
    offer = ssh_transport.offer()
    assert Mask(KEY).payload(offer) == offer


@given(st.binary(max_size=300))
def test_whatever_looks_like_a_key_is_masked_without_raising(data: bytes) -> None:
    for said in (data, b"\x30\x82\x01\0" + data, data + string(b"ssh-ed25519") + data, CERTIFICATE[:200] + data):
        assert len(without_keys(said, lambda shown: bytes(len(shown)))) == len(said)
