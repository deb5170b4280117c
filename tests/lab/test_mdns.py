"""The simulated mDNS responders, asked as one asks who listens at a port of his own."""

import dns.message
import dns.rdataclass
import dns.reversename
import pytest
from hypothesis import given
from hypothesis import strategies as st

from netinv.lab import household, mdns

NAS = household().truth["10.77.0.10"]


def ask(name: str, kind: str) -> str | None:
    answer = mdns.answer(NAS, dns.message.make_query(name, kind).to_wire())
    return answer and dns.message.from_wire(answer).to_text()


def test_it_lists_its_services_and_says_where_they_are() -> None:
    types = ask("_services._dns-sd._udp.local.", "PTR")
    assert types
    assert "_smb._tcp.local." in types
    smb = ask("_smb._tcp.local.", "PTR")
    assert smb
    assert "diskstation._smb._tcp.local." in smb
    assert all(address in smb for address in NAS.addresses)


@pytest.mark.parametrize("address", NAS.addresses)
def test_it_knows_its_own_name_by_each_of_its_addresses(address: str) -> None:
    said = ask(dns.reversename.from_address(address).to_text(), "PTR")
    assert said
    assert "diskstation.local." in said


def test_it_says_nothing_of_others_and_a_device_without_mdns_nothing_at_all() -> None:
    assert ask("octopi.local.", "A") is None
    assert ask("5.0.77.10.in-addr.arpa.", "PTR") is None
    question = dns.message.make_query("_services._dns-sd._udp.local.", "PTR").to_wire()
    assert mdns.answer(household().truth["10.77.0.1"], question) is None


@given(st.binary(max_size=64))
def test_no_bytes_make_it_stumble(question: bytes) -> None:
    mdns.answer(NAS, question)
