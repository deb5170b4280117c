"""mDNS questions and what is believed of the answers: what a device says of itself, and nothing of anybody else."""

import asyncio
import struct

import dns.flags
import dns.message
import dns.name
import dns.rrset
import dns.wire
import pytest
from hypothesis import given
from hypothesis import strategies as st

from netinv.lab import household, mdns
from netinv.lab.memory import MemoryNetwork
from netinv.model import Answer, Notice
from netinv.net.network import Datagram
from netinv.net.targets import parse_targets
from netinv.probes.announced import parse_mdns
from netinv.probes.base import UNREAD
from netinv.probes.mdns import PORT, PROBE, Speaker, addresses, question, reverse_names, tell, types
from netinv.probes.mdns_message import TYPES

HOME = household()
NAS, PRINTER, MAC_BOOK = (HOME.truth[a] for a in ("10.77.0.10", "10.77.0.20", "10.77.0.32"))


def message(*records: str, authoritative: bool = True) -> bytes:
    """A response of these records, in the notation of zone files."""
    response = dns.message.Message(id=0)
    response.flags = dns.flags.Flag(dns.flags.QR | dns.flags.AA) if authoritative else dns.flags.Flag(0)
    for record in records:
        name, kind, value = record.split(" ", 2)
        response.answer.append(dns.rrset.from_text(name, 120, "IN", kind, value))
    return response.to_wire()


def told(payload: bytes, source: str = "10.0.0.5") -> set[tuple[str, str]]:
    answers = list(tell(Datagram(source, PORT, payload)))
    assert {answer.address for answer in answers} <= {source}
    return {(answer.key, answer.value) for answer in answers}


def test_a_question_asks_for_an_answer_to_us_alone() -> None:
    wire = question([TYPES, dns.name.from_text("_ipp._tcp.local.")])
    parsed = dns.message.from_wire(wire)
    assert parsed.id == 0
    assert not parsed.flags
    assert [(q.name.to_text(), int(q.rdclass), int(q.rdtype)) for q in parsed.question] == [
        ("_services._dns-sd._udp.local.", 0x8001, 12),
        ("_ipp._tcp.local.", 0x8001, 12),
    ]


def test_types_are_listed_and_only_types() -> None:
    heard = message(
        "_services._dns-sd._udp.local. PTR _ipp._tcp.local.",
        "_services._dns-sd._udp.local. PTR evil.example.com.",
        "_services._dns-sd._udp.local. PTR Office._ipp._tcp.local.",
        "_http._tcp.local. PTR Office._http._tcp.local.",
    )
    assert {name.to_text() for name in types(heard)} == {"_ipp._tcp.local."}
    assert ("mdns.service", "_ipp._tcp") in told(heard)


def test_a_device_tells_its_name_its_services_and_its_other_addresses() -> None:
    heard = mdns.answer(PRINTER, question([dns.name.from_text(f"{s}.local.") for s in PRINTER.services]))
    assert heard
    assert told(heard, PRINTER.address) == {
        ("mdns.hostname", "NPI8A3F2C.local"),
        ("mdns.service", "_ipp._tcp"),
        ("mdns.service", "_http._tcp"),
        ("mdns.instance", "NPI8A3F2C._ipp._tcp"),
        ("mdns.instance", "NPI8A3F2C._http._tcp"),
        *(("mdns.txt", f"_ipp._tcp {item}") for item in PRINTER.txt["_ipp._tcp"]),
        *(("mdns.address", address) for address in PRINTER.ipv6),
    }
    assert addresses(heard, PRINTER.ipv6[0]) == set(PRINTER.addresses)


def test_nothing_is_believed_of_any_other_host() -> None:
    heard = message(
        "gateway.local. A 10.0.0.1",
        "gateway.local. AAAA fe80::1",
        "Router._http._tcp.local. SRV 0 0 80 gateway.local.",
        "_http._tcp.local. PTR Router._http._tcp.local.",
    )
    assert told(heard) == set()
    assert addresses(heard, "10.0.0.5") == set()
    assert addresses(heard, "10.0.0.1") == {"10.0.0.1", "fe80::1"}


def test_a_reverse_name_is_taken_of_the_senders_own_address_alone() -> None:
    heard = message("5.0.0.10.in-addr.arpa. PTR tv.local.", "6.0.0.10.in-addr.arpa. PTR other.local.")
    assert reverse_names(heard, "10.0.0.5") == ("tv.local",)
    assert reverse_names(heard, "10.0.0.7") == ()
    assert reverse_names(message("5.0.0.10.in-addr.arpa. PTR bank.example.com."), "10.0.0.5") == ()


def test_the_flag_that_flushes_caches_and_compressed_names_are_understood() -> None:
    heard = bytearray(message("tv.local. A 10.0.0.5", "tv.local. AAAA fe80::5"))
    place = heard.index(b"\x00\x01\x00\x01\x00\x00\x00\x78") + 2
    heard[place] |= 0x80
    assert told(bytes(heard)) == {("mdns.hostname", "tv.local"), ("mdns.address", "fe80::5")}


@given(st.binary(max_size=200) | st.binary(max_size=100).map(lambda tail: message("tv.local. A 10.0.0.5")[:-20] + tail))
def test_no_bytes_make_it_stumble(payload: bytes) -> None:
    told(payload)
    types(payload)
    reverse_names(payload, "10.0.0.5")
    addresses(payload, "fe80::5")


def ask(network: MemoryNetwork, words: list[str]) -> list[Answer]:
    async def go() -> list[Answer]:
        return [a async for a in PROBE.ask(network, parse_targets(words)) if not isinstance(a, Notice)]

    return asyncio.run(go())


def test_everybody_is_asked_and_what_they_list_must_answer_itself() -> None:
    network = MemoryNetwork()
    found = ask(network, [str(HOME.network)])
    names = {(a.address, a.value) for a in found if a.key == "mdns.hostname"}
    assert {(d.address, (d.mdns or "").rstrip(".")) for d in (NAS, PRINTER, MAC_BOOK)} <= names
    assert (MAC_BOOK.ipv6[1], "mac", MAC_BOOK.mac) in found
    groups = [q.address for q in network.questions if q.verb == "multicast"]
    assert sorted(set(groups)) == ["224.0.0.251", "ff02::fb"]
    gone = ask(MemoryNetwork(silent={MAC_BOOK.ipv6[1]}), [str(HOME.network)])
    assert not [a for a in gone if a.address == MAC_BOOK.ipv6[1]]


@pytest.mark.parametrize("words", [["10.77.0.10"], ["10.77.0.0/25"]])
def test_nobody_is_woken_to_hear_of_a_few(words: list[str]) -> None:
    network = MemoryNetwork()
    assert ask(network, words) == []
    assert network.questions == []


def test_without_echoes_over_ipv6_names_are_still_told() -> None:
    found = ask(MemoryNetwork(abilities={"multicast", "udp"}), [str(HOME.network)])
    assert "mdns.hostname" in {a.key for a in found}
    assert "mac" not in {a.key for a in found}


def test_garbage_in_between_costs_nothing() -> None:
    network = MemoryNetwork(garbage={("10.77.0.3", PORT): b"\xff" * 60, (NAS.address, PORT): b""})
    assert (PRINTER.address, "mdns.hostname", "NPI8A3F2C.local") in ask(network, [str(HOME.network)])


def test_codes_in_txt_records_are_told_as_what_they_mean() -> None:
    heard = message(
        "_hap._tcp.local. PTR Lamp._hap._tcp.local.",
        'Lamp._hap._tcp.local. TXT "md=LightStrip" "ci=5"',
        'Plug._matterc._udp.local. TXT "VP=4937+1" "DT=266"',
    )
    facts = told(heard)
    assert {("homekit.category", "5"), ("matter.vendor", "4937"), ("matter.device-type", "266")} <= facts
    assert ("mdns.txt", "_hap._tcp md=LightStrip") in facts


def test_an_apple_computer_is_asked_directly_for_its_model() -> None:
    network = MemoryNetwork()
    assert (MAC_BOOK.address, "mdns.txt", "_device-info._tcp model=MacBookAir10,1") in ask(network, [str(HOME.network)])
    direct = [q for q in network.questions if q.verb == "udp" and q.address == MAC_BOOK.address]
    assert len(direct) == 1, "all that is missing in one question"


class Terse(MemoryNetwork):
    """Its devices answer a group with the least they can: names of instances, and nothing of them."""

    def _say_to_group(self, device, group, port, payload):  # type: ignore[no-untyped-def]
        for said in super()._say_to_group(device, group, port, payload):
            if port == PORT:
                short = dns.message.from_wire(said.payload)
                short.additional = []
                yield said._replace(payload=short.to_wire())


def test_who_tells_no_more_than_its_services_is_asked_directly_for_the_rest() -> None:
    network = Terse()
    found = ask(network, [str(HOME.network)])
    assert (PRINTER.address, "mdns.txt", "_ipp._tcp ty=HP LaserJet MFP M428fdw") in found
    assert (PRINTER.address, "mdns.hostname", "NPI8A3F2C.local") in found
    direct = [q.address for q in network.questions if q.verb == "udp"]
    assert len(direct) == len(set(direct)), "each once"


def test_what_everybody_has_is_asked_for_at_once_and_what_few_have_later() -> None:
    network = MemoryNetwork()
    ask(network, [str(HOME.network)])
    first = [q for q in network.questions if q.verb == "multicast"]
    asked = [name.to_text() for q in first for name in (each.name for each in dns.message.from_wire(q.sent).question)]
    assert "_googlecast._tcp.local." in asked
    assert len(asked) == len(set(asked)) * len({q.address for q in first}), "nothing is asked for twice"


RECORDS = (
    "_ipp._tcp.local. PTR NPI._ipp._tcp.local.",
    "NPI._ipp._tcp.local. SRV 0 0 631 NPI.local.",
    "NPI._ipp._tcp.local. TXT ty=HP",
    "NPI.local. A 10.0.0.5",
    "NPI.local. AAAA fe80::5",
    "5.0.0.10.in-addr.arpa. PTR NPI.local.",
)
_FIELDS = struct.Struct("!HHIH")


def fields(payload: bytes) -> list[int]:
    """Where type, class, lifetime and length of each record are."""
    parser = dns.wire.Parser(payload)
    parser.seek(12)
    found = []
    for _ in RECORDS:
        parser.seek(parser.current + dns.name.from_wire(payload, parser.current)[1])
        found.append(parser.current)
        parser.seek(parser.current + _FIELDS.size + _FIELDS.unpack_from(payload, parser.current)[3])
    return found


@given(st.data())
def test_records_of_any_type_and_class_with_any_data_are_read_without_stumbling(data: st.DataObject) -> None:
    payload = bytearray(message(*RECORDS))
    for place in data.draw(st.sets(st.sampled_from(fields(bytes(payload))), min_size=1)):
        kind, group, lifetime, length = _FIELDS.unpack_from(payload, place)
        kind = data.draw(st.sampled_from([kind, 1, 12, 16, 28, 33, 41, 47, 249, 250, 255]) | st.integers(0, 0xFFFF))
        group = data.draw(st.sampled_from([group, 0x8001, 3, 4, 7, 254, 255]) | st.integers(0, 0xFFFF))
        _FIELDS.pack_into(payload, place, kind, group, lifetime, length)
        if length and data.draw(st.booleans()):
            payload[place + 10 : place + 10 + length] = data.draw(st.binary(min_size=length, max_size=length))
    heard = bytes(payload)
    told(heard)
    types(heard)
    reverse_names(heard, "10.0.0.5")
    addresses(heard, "fe80::5")
    list(parse_mdns(heard, "10.0.0.5"))
    Speaker().hear(Datagram("10.0.0.5", PORT, heard))


@pytest.mark.parametrize("group", [3, 7, 0x8007, 254, 255])
@pytest.mark.parametrize("number", range(len(RECORDS)))
def test_a_record_of_another_class_tells_nothing_and_hides_no_other(number: int, group: int) -> None:
    payload = bytearray(message(*RECORDS))
    payload[(place := fields(bytes(payload))[number] + 2) : place + 2] = group.to_bytes(2, "big")
    rest = message(*(record for n, record in enumerate(RECORDS) if n != number))
    assert told(bytes(payload)) == told(rest)
    assert reverse_names(bytes(payload), "10.0.0.5") == reverse_names(rest, "10.0.0.5")


def test_a_message_that_cannot_be_read_costs_no_other_device(monkeypatch: pytest.MonkeyPatch) -> None:
    def stumble(message: bytes, source: str) -> frozenset[str]:
        if source == NAS.address:
            raise AttributeError("as no reader should")
        return addresses(message, source)

    monkeypatch.setattr("netinv.probes.mdns.addresses", stumble)

    async def go() -> list[Answer | Notice]:
        return [a async for a in PROBE.ask(MemoryNetwork(), parse_targets([str(HOME.network)]))]

    found = asyncio.run(go())
    assert {a for a in found if isinstance(a, Notice)} == {Notice(UNREAD, NAS.address, None, "AttributeError")}
    assert {PRINTER.address, MAC_BOOK.address} <= {a.address for a in found if isinstance(a, Answer) and a.key == "mdns.hostname"}
