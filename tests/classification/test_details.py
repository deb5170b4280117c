"""Vendor, model, system, firmware and serial number: who is believed, what tells nothing, and what each rests on."""

import tomllib
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netinv.classification import knowledge
from netinv.classification.argument import argue
from netinv.classification.details import FIELDS, NAMED_FROM, cleaned
from netinv.classification.kinds import kinds
from netinv.classification.rules import load_rules
from netinv.classification.verdict import classify
from netinv.classification.vocabulary import STRENGTHS, vocabulary
from netinv.model import Detail, Evidence, Verdict
from tests.classification.heard import heard


def told(*facts: tuple[str, str]) -> Verdict:
    return classify(heard(*facts))


def detail(verdict: Verdict, field: str) -> Detail:
    (found,) = [detail for detail in verdict.details if detail.field == field]
    return found


@pytest.mark.parametrize(
    ("facts", "field", "value"),
    [
        ([("upnp.model", "Philips hue bridge 2015"), ("upnp.model-number", "BSB002")], "model", "Philips hue bridge 2015"),
        ([("upnp.manufacturer", "ACME Lamps GmbH")], "vendor", "ACME Lamps"),
        ([("upnp.serial", "001788010203")], "serial", "001788010203"),
        ([("mdns.txt", "_ipp._tcp ty=EPSON ET-2850 Series"), ("mdns.service", "_ipp._tcp")], "model", "EPSON ET-2850 Series"),
        ([("mdns.txt", "_ipp._tcp product=(HP LaserJet M404)"), ("mdns.service", "_ipp._tcp")], "model", "HP LaserJet M404"),
        ([("mdns.txt", "_device-info._tcp model=MacBookPro18,3")], "os", "macOS"),
        ([("mdns.txt", "_device-info._tcp osxvers=23"), ("mdns.txt", "_device-info._tcp model=Mac14,7")], "os", "macOS 14"),
        ([("mdns.txt", "_hap._tcp md=LIFX Mini")], "model", "LIFX Mini"),
        ([("mdns.txt", "_airplay._tcp serialNumber=C02ABCDEFGHJ")], "serial", "C02ABCDEFGHJ"),
        ([("ipp.device-id", "MFG:EPSON;CMD:ESCPL2;MDL:ET-2850 Series;SN:X5AB012345;")], "serial", "X5AB012345"),
        ([("wsd.scope", "onvif://www.onvif.org/hardware/DS-2CD2042WD")], "model", "DS-2CD2042WD"),
        ([("snmp.sysdescr", "Linux web01 5.10.0-28-amd64 #1 SMP Debian")], "os", "Linux 5.10.0-28-amd64"),
        (
            [("snmp.sysdescr", "Cisco IOS Software, C2960X Software (C2960X-UNIVERSALK9-M), Version 15.2(4)E8, RELEASE")],
            "os",
            "Cisco IOS 15.2(4)E8",
        ),
        ([("snmp.sysdescr", "RouterOS RB750Gr3")], "model", "RB750Gr3"),
        ([("lldp.system-description", "HP J9773A 2530-24G Switch, revision YA.15.16.0005")], "firmware", "YA.15.16.0005"),
        ([("ssh.banner", "SSH-2.0-OpenSSH_8.9p1 Ubuntu-3ubuntu0.10")], "os", "Ubuntu 22.04"),
        ([("ssh.banner", "SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3")], "os", "Debian 12"),
        ([("dhcp.vendor-class", "MSFT 5.0")], "os", "Windows"),
        ([("dhcp.vendor-class", "android-dhcp-13")], "os", "Android 13"),
        ([("smb.os", "Windows 10.0.22621")], "os", "Windows 11"),
        ([("http.title", "NETGEAR Router WNR2000v4")], "model", "WNR2000v4"),
        ([("cdp.platform", "cisco WS-C3750X-48P")], "model", "cisco WS-C3750X-48P"),
        ([("kasa.model", "HS110(EU)"), ("kasa.firmware", "1.5.8 Build 180815")], "firmware", "1.5.8 Build 180815"),
    ],
)  # fmt: skip
def test_what_a_device_says_of_itself_is_told(facts: list[tuple[str, str]], field: str, value: str) -> None:
    verdict = told(*facts)
    assert getattr(verdict, field) == value
    assert detail(verdict, field).confidence >= NAMED_FROM


def test_who_makes_the_device_outranks_who_made_its_network_interface() -> None:
    verdict = told(("mac", "3c:d9:2b:01:02:03"), ("upnp.manufacturer", "BROTHER INDUSTRIES, LTD."))
    assert verdict.vendor == "Brother"


def test_the_fuller_name_of_a_model_is_told_and_the_shorter_speaks_for_it() -> None:
    alone = told(("upnp.model", "HP LaserJet M404dn"))
    both = told(("upnp.model", "HP LaserJet M404dn"), ("snmp.device-description", "LaserJet M404"))
    assert both.model == "HP LaserJet M404dn"
    assert {"upnp.model", "snmp.device-description"} <= set(detail(both, "model").sources)
    assert detail(both, "model").confidence > detail(alone, "model").confidence


def test_a_kernel_speaks_for_the_distribution_made_of_it() -> None:
    verdict = told(
        ("ssh.banner", "SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3"),
        ("snmp.sysdescr", "Linux web01 6.1.0-18-amd64 #1 SMP"),
        ("ssdp.server", "Linux/6.1.0 UPnP/1.0 MiniUPnPd/2.2"),
    )
    assert verdict.os == "Debian 12"


def test_the_same_protocol_twice_is_one_witness() -> None:
    once = told(("mdns.txt", "_hap._tcp md=LIFX Mini"))
    twice = told(("mdns.txt", "_hap._tcp md=LIFX Mini"), ("mdns.txt", "_lifx._udp model=LIFX Mini"))
    assert detail(once, "model").confidence == detail(twice, "model").confidence


def test_of_those_who_disagree_the_most_trusted_is_believed_and_the_argument_knows_the_others() -> None:
    evidence = heard(("upnp.model", "Generic Renderer X"), ("web.model", "DSP-500"))
    assert classify(evidence).model == "DSP-500"
    assert [d.value for d in argue(evidence).details if d.field == "model"] == ["DSP-500", "Generic Renderer X"]


def test_a_trace_alone_tells_no_system_but_lends_weight() -> None:
    assert told(("icmp.ttl", "128")).os is None
    assert [d.value for d in argue(heard(("icmp.ttl", "128"))).details] == ["Windows"]
    asked = told(("dhcp.vendor-class", "MSFT 5.0"))
    both = told(("dhcp.vendor-class", "MSFT 5.0"), ("icmp.ttl", "128"))
    assert detail(both, "os").confidence > detail(asked, "os").confidence


def test_a_print_server_is_not_the_printer_it_announces() -> None:
    queue = (("mdns.txt", "_ipp._tcp ty=EPSON ET-2850 Series"), ("ipp.model", "EPSON ET-2850 Series"))
    server = told(("smb.os", "Windows Server 2016 Standard 14393"), ("tcp.3389", "open"), ("dns.ptr", "srv01"), *queue)
    assert (server.kind, server.model) == ("server", None)
    assert told(("tcp.631", "open"), ("mdns.service", "_ipp._tcp"), *queue).model == "EPSON ET-2850 Series"


def test_the_media_server_a_computer_runs_is_not_its_model() -> None:
    verdict = told(
        ("upnp.manufacturer", "Justin Maggard"), ("upnp.model", "Windows Media Connect compatible (MiniDLNA)"), ("tcp.22", "open")
    )
    assert (verdict.vendor, verdict.model) == (None, None)


@pytest.mark.parametrize(
    ("field", "said"),
    [
        *product(("model", "vendor", "serial"), ("", "Unknown", "N/A", "none", "0", "To be filled by O.E.M.", "Default string")),
        *(("model", said) for said in ("Linux", "Printer", "Network Camera", "IPC", "0,1,2", "http://10.0.0.5/", "10.0.0.5")),
        *(("model", said) for said in ("2f402f80-da50-11e1-9b23-001788010203", "uuid:2f402f80-da50-11e1-9b23-001788010203")),
        ("model", "aa:bb:cc:dd:ee:ff"),
        ("vendor", "Internet Widgits Pty Ltd"),
        *(("serial", said) for said in ("000000000000", "123456789", "2f402f80-da50-11e1-9b23-001788010203", "none yet", "abc")),
        ("firmware", "latest"),
        ("os", "7"),
    ],
)  # fmt: skip
def test_what_stands_where_nobody_filled_it_in_tells_nothing(field: str, said: str) -> None:
    assert cleaned(field, said) is None


@pytest.mark.parametrize(
    ("field", "said", "kept"),
    [
        ("model", ' "HL-L2350DW series" ', "HL-L2350DW series"),
        ("model", "7960", "7960"),
        ("model", "\x1b[31mEvil\u202e model\n2", "[31mEvil model 2"),
        ("model", "x" * 500, "x" * 80),
        ("vendor", "SAMSUNG ELECTRONICS CO., LTD.", "Samsung"),
        ("vendor", "Hewlett-Packard Company", "HP"),
        ("firmware", "v6.5.54.14712", "v6.5.54.14712"),
    ],
)
def test_what_is_told_is_cleaned_text(field: str, said: str, kept: str) -> None:
    assert cleaned(field, said) == kept


TELLING = sorted(name for name, known in vocabulary().items() if known.tells)
SAMPLES = [
    *((name, vocabulary()[name].looks) for name in TELLING),
    *(pair for rule in load_rules() if rule.tells for example in rule.examples[:1] for pair in example.items()),
]
TOLD_ANYWHERE = [pair for pair in SAMPLES if pair[0] in vocabulary()]


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(TOLD_ANYWHERE), min_size=1, max_size=8))
def test_taking_away_the_cited_evidence_lowers_or_changes_what_is_told(pairs: list[tuple[str, str]]) -> None:
    evidence = heard(*dict.fromkeys(pairs))
    verdict = classify(evidence)
    ids = {e.id for e in evidence}
    for found in verdict.details:
        assert getattr(verdict, found.field) == found.value
        assert found.evidence
        assert ids.issuperset(found.evidence)
        without = classify(e for e in evidence if e.id not in found.evidence)
        same = [d for d in without.details if (d.field, d.value) == (found.field, found.value)]
        # what the evidence of its own kind told may now be told as of another kind
        assert not same or same[0].confidence < found.confidence or without.kind != verdict.kind, found


@given(st.lists(st.tuples(st.sampled_from([*TELLING, "mdns.txt", "snmp.sysdescr", "x.y"]), st.text(max_size=300)), max_size=12))
def test_whatever_is_heard_what_is_told_is_short_printable_and_argued_for(pairs: list[tuple[str, str]]) -> None:
    verdict = classify(heard(*pairs))
    assert [d.field for d in verdict.details] == [field for field in FIELDS if getattr(verdict, field)]
    for found in verdict.details:
        assert found.value.isprintable()
        assert 0 < len(found.value) <= 80
        assert NAMED_FROM <= found.confidence < 1
        assert found.sources
        assert found.evidence


@given(st.permutations(list(heard(*SAMPLES[:12]))))
def test_the_order_of_hearing_does_not_matter(evidence: list[Evidence]) -> None:
    assert classify(evidence).details == classify(reversed(evidence)).details


def test_keys_and_rules_tell_known_details_of_known_kinds_as_far_as_they_may_be_trusted() -> None:
    for known in vocabulary().values():
        assert set(known.tells) <= set(FIELDS), known.name
        assert all(0 < trust < 1 for trust in known.tells.values()), known.name
        assert set(known.of) <= set(kinds()), known.name
    assert set(tomllib.loads((Path(knowledge.DATA) / "details.toml").read_text("utf-8"))["trust"]) == set(STRENGTHS)


@pytest.mark.parametrize("name", TELLING)
def test_the_example_of_a_key_that_tells_a_detail_is_one(name: str) -> None:
    known = vocabulary()[name]
    for field in known.tells:
        assert cleaned(field, known.looks), name


def test_a_model_that_only_repeats_the_maker_is_none() -> None:
    said = heard(("upnp.manufacturer", "AVM Berlin"), ("upnp.model", "FRITZ!Box 7590"), ("upnp.model-number", "avm"))
    models = [detail.value for detail in argue(said).details if detail.field == "model"]
    assert models == ["FRITZ!Box 7590"]
    alone = argue(heard(("upnp.manufacturer", "Sonos, Inc."), ("upnp.model", "SONOS"))).details
    assert not [detail for detail in alone if detail.field == "model"]
