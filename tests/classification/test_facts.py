"""What is worked out of evidence before rules listen."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netinv.classification.facts import DERIVED, MOST, Fact, facts, head_word
from netinv.classification.patterns import LONGEST
from netinv.probes import probes
from tests.classification.heard import heard, named


def derived(key: str, value: str) -> dict[str, str]:
    return {fact.key: fact.value for fact in facts(heard((key, value))) if fact.key in DERIVED}


@pytest.mark.parametrize(
    ("host", "word"),
    [
        ("jonas-pc", "pc"),
        ("spring-server-printer-queue", "queue"),
        ("echo-test", "test"),
        ("office-printer", "printer"),
        ("printer-2-kitchen", "printer"),
        ("tv-living-room", "tv"),
        ("printer-server-room", "printer"),
        ("server-room-printer", "printer"),
        ("LivingRoomTV", "tv"),
        ("JonasPC", "pc"),
        ("OfficePrinter", "printer"),
        ("Annas-iPad", "ipad"),
        ("iPhone-von-Anna", "iphone"),
        ("iPhone-15-Pro-Max", "iphone"),
        ("MacBook-Pro-von-Ben", "macbook"),
        ("nas01", "nas"),
        ("x", "x"),
        ("kitchen", None),
        ("42", None),
        ("", None),
    ],
)
def test_the_last_word_of_a_name_that_is_no_place_rules(host: str, word: str | None) -> None:
    assert head_word(host) == word


@pytest.mark.parametrize(
    ("ttl", "initial"),
    [
        ("64", "64"),
        ("63", "64"),
        ("33", "64"),
        ("32", "32"),
        ("128", "128"),
        ("65", "128"),
        ("129", "255"),
        ("255", "255"),
        ("1", "32"),
    ],
)
def test_the_initial_ttl_is_the_next_of_those_systems_begin_with(ttl: int, initial: int) -> None:
    assert derived("icmp.ttl", str(ttl)) == {"icmp.initial-ttl": str(initial)}


@pytest.mark.parametrize("ttl", ["0", "256", "9999999999", "-1", "x", "", "６４x", "²"])
def test_no_initial_ttl_follows_from_nonsense(ttl: str) -> None:
    assert derived("icmp.ttl", ttl) == {}


def test_the_vendor_follows_from_the_mac() -> None:
    assert derived("mac", "00:1b:a9:01:02:03") == {"mac.vendor": "Brother"}
    assert derived("mac", "00-1B-A9-01-02-03") == {"mac.vendor": "Brother"}
    assert derived("mac", "not a MAC") == {}


def test_a_txt_item_without_a_key_is_a_description() -> None:
    told = {"said": "IC-3115W Network Camera", "described": "IC-3115W Network Camera"}
    assert derived("mdns.txt", "IC-3115W Network Camera") == told
    assert derived("mdns.txt", "_http._tcp IC-3115W Network Camera=") == told
    assert derived("mdns.txt", "_http._tcp flag") == derived("mdns.txt", "_http._tcp How to choose a camera") == {}


@pytest.mark.parametrize(
    "name", ["printer.example.com", "camera.shop.com", "router.project-osrm.org", "*.switch.ch", "nas.example."]
)
def test_the_domain_a_certificate_is_for_describes_nothing(name: str) -> None:
    assert derived("tls.subject", f"CN={name}").get("said") is None
    assert derived("tls.subject", f"CN={name}, O=Acme").get("said") == "Acme"
    assert derived("tls.subject", f"CN={name}").get("name.host") is None


def test_what_a_certificate_says_of_a_product_does_and_a_local_name_in_it_is_a_name() -> None:
    assert derived("tls.subject", "CN=HP LaserJet 400, O=HP")["described"] == "HP LaserJet 400, HP"
    local = derived("tls.subject", "CN=BRWB4B5B6A1B2C3.local")
    assert (local["name.host"], local.get("described")) == ("BRWB4B5B6A1B2C3", None)


def test_a_name_is_told_whole_and_in_parts() -> None:
    assert derived("dns.ptr", "Office-Printer.example.com.") == {
        "name": "Office-Printer.example.com",
        "name.host": "Office-Printer",
        "name.head": "printer",
    }


@pytest.mark.parametrize("name", ["10-0-0-5.lan", "localhost", "_gateway", "dhcp105.example.com", "unknown"])
def test_nothing_follows_from_a_name_that_tells_nothing(name: str) -> None:
    assert derived("dns.ptr", name) == {}


def test_every_derived_fact_cites_the_evidence_it_came_from() -> None:
    (evidence,) = named("office-printer")
    assert {fact.evidence for fact in facts([evidence])} == {evidence.id}
    assert Fact("name.head", "printer", evidence.id) in facts([evidence])


def test_derived_keys_come_from_keys_that_probes_tell() -> None:
    told = {key for probe in probes() for key in probe.tells}
    assert told.isdisjoint(DERIVED)
    assert all(set(sources) & told for sources in DERIVED.values())


keys = st.sampled_from(["mac", "icmp.ttl", "dns.ptr", "local.hostname", "tcp.22", "route.gateway"]) | st.text(max_size=12)


@given(st.lists(st.tuples(keys, st.text(max_size=600)), max_size=20))
def test_whatever_is_heard_facts_are_bounded_and_never_fail(pairs: list[tuple[str, str]]) -> None:
    found = facts(heard(*pairs))
    assert all(len(fact.value) <= LONGEST for fact in found)
    assert found == facts(reversed(heard(*pairs)))


def test_a_flood_of_evidence_is_cut_off() -> None:
    assert len(facts(heard(*(("tcp.22", str(n)) for n in range(10_000))))) == MOST
