"""What devices are taken for, how surely, and when netinv keeps silent."""

from time import perf_counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netinv.classification.calibration import Calibration
from netinv.classification.facts import facts
from netinv.classification.kinds import UNKNOWN, category, kinds
from netinv.classification.rule_base import Rules
from netinv.classification.rule_reader import parse_rules
from netinv.classification.rules import load_rules
from netinv.classification.verdict import classify, weigh
from netinv.classification.vocabulary import STRENGTHS
from netinv.model import Evidence, Verdict
from tests.classification.heard import heard, named, ports

AVM, BROTHER, SYNOLOGY, HP, DELL = (f"{p}:01:02:03" for p in ("3c:a6:2f", "00:1b:a9", "00:11:32", "3c:d9:2b", "f8:bc:12"))
APPLE, INTEL, TP_LINK, CISCO, SAMSUNG = (f"{p}:01:02:03" for p in ("3c:22:fb", "00:1b:21", "50:c7:bf", "00:1b:54", "8c:79:f5"))
QEMU, RASPBERRY, ESPRESSIF, HIKVISION = (f"{p}:01:02:03" for p in ("52:54:00", "b8:27:eb", "5c:cf:7f", "44:19:b6"))
RANDOM = "f2:4a:90:0c:3e:77"
GATEWAY = heard(("route.gateway", "eth0"))


def mac(address: str) -> tuple[Evidence, ...]:
    return heard(("mac", address))


def ttl(value: int) -> tuple[Evidence, ...]:
    return heard(("icmp.ttl", str(value)))


SELF = heard(("local.self", "eth0"), ("local.os", "Linux 6.1"), ("local.hostname", "fenrir"))


@pytest.mark.parametrize(
    ("evidence", "kind"),
    [
        (GATEWAY, "router"),
        (GATEWAY + mac(AVM) + named("fritz.box") + ports(open=(53, 80, 443)), "router"),
        (mac(BROTHER), "printer"),
        (mac(BROTHER) + ports(open=(80, 443, 631)) + ttl(255), "printer"),
        (mac(HP) + ports(open=(80, 443, 631)) + ttl(64), "printer"),
        (ports(open=(80, 631)), "printer"),
        (named("HPE4A2F1.lan"), "printer"),
        (mac(DELL) + ttl(128) + ports(open=(139, 445)), "computer"),
        (ttl(128) + ports(open=(445, 3389)), "computer"),
        (named("DESKTOP-4F2K9LQ.fritz.box"), "computer"),
        (mac(APPLE) + ports(open=(22, 445, 5900)) + ttl(64), "computer"),
        (mac(RASPBERRY) + named("raspberrypi.lan") + ports(open=(22,)), "computer"),
        (mac(DELL) + named("web01.example.com") + ports(open=(22, 80, 443)), "server"),
        (mac(QEMU) + ports(open=(22, 80)) + ttl(64), "vm"),
        (mac(RANDOM) + ports(open=(62078,)) + ttl(64), "phone"),
        (named("iPhone-von-Anna.fritz.box") + mac(RANDOM), "phone"),
        (named("Annas-iPad"), "tablet"),
        (mac(SYNOLOGY) + ports(open=(22, 80, 443, 445, 5000)), "nas"),
        (mac(HIKVISION) + ports(open=(80, 554)), "camera"),
        (mac(SAMSUNG) + named("LivingRoomTV"), "tv"),
        (named("chromecast"), "media_player"),
        (ports(open=(1400,)), "speaker"),
        (named("PS5-123"), "game_console"),
        (mac(ESPRESSIF) + named("shelly1-AABBCC"), "smart_home"),
        (named("SEP001BD4123456"), "voip"),
        (named("idrac-7XK2M13"), "management"),
        (named("plc3"), "industrial"),
        (named("ups1"), "ups"),
        (named("GS108Ev3"), "switch"),
        (named("UAP-AC-Lite"), "access_point"),
        (named("pfsense"), "firewall"),
        (mac("00:0b:3b:01:02:03"), "network_other"),  # devolo
    ],
)
def test_a_telling_device_is_recognised(evidence: tuple[Evidence, ...], kind: str) -> None:
    verdict = classify(evidence)
    assert (verdict.kind, verdict.category) == (kind, category(kind))
    assert verdict.confidence >= 0.6
    assert verdict.because


@pytest.mark.parametrize(
    "evidence",
    [
        (),
        mac(APPLE),
        mac(SAMSUNG),
        mac(HP),
        mac(INTEL),
        mac(CISCO),
        mac(TP_LINK),
        mac(RANDOM),
        ports(open=(80, 443)),
        ports(open=(22, 80, 443)),
        ports(closed=(22, 80, 443, 445)),
        ttl(64),
        ttl(128),
        ttl(255),
        mac(TP_LINK) + ports(open=(80, 443)) + ttl(64),
        ttl(64) + ports(open=(22,)),
        named("10-0-0-5.lan"),
        named("localhost"),
    ],
)
def test_generic_evidence_is_answered_with_silence(evidence: tuple[Evidence, ...]) -> None:
    verdict = classify(evidence)
    assert (verdict.kind, verdict.category, verdict.confidence, verdict.because) == (UNKNOWN, UNKNOWN, 0.0, ())


@pytest.mark.parametrize(
    ("name", "trap"),
    [
        ("jonas-pc", "nas"),
        ("jonas", "nas"),
        ("nasa.example.com", "nas"),
        ("spring-server-printer-queue", "printer"),
        ("spring-server-printer-queue", "server"),
        ("printer-test", "printer"),
        ("echo-test", "speaker"),
        ("tvheadend", "tv"),
        ("cameron", "camera"),
        ("phonebook", "voip"),
        ("tapir", "access_point"),
        ("switcheroo", "switch"),
        ("upsala", "ups"),
        ("ilona", "management"),
        ("nuclear-pc", "smart_home"),
        ("annas-pc.fritz.box", "router"),
        ("iphone-backup", "phone"),
        ("pixel-art-server", "phone"),
        ("xboxes", "game_console"),
        ("macbook-charger", "computer"),
    ],
)
def test_part_of_a_name_is_no_trap(name: str, trap: str) -> None:
    assert classify(named(name)).kind != trap


def test_a_gateway_that_stores_or_serves_stays_what_it_is() -> None:
    assert classify(GATEWAY + mac(SYNOLOGY)).kind == "nas"
    assert classify(GATEWAY + mac(SYNOLOGY) + ports(open=(22, 53, 80, 443, 445, 5000))).kind == "nas"
    assert classify(GATEWAY + named("server.lan") + ports(open=(22, 53))).kind == "server"
    assert classify(GATEWAY + ttl(128) + ports(open=(445, 3389))).kind == "computer"


def test_the_machine_netinv_runs_on_is_a_computer_or_a_virtual_one() -> None:
    assert classify(SELF).kind == "computer"
    assert classify(SELF).os == "Linux 6.1"
    assert "netinv runs on" in classify(SELF).because[0].says
    assert classify(SELF + mac(RANDOM)).kind == "computer"
    assert classify(SELF + mac(QEMU)).kind == "vm"


def test_where_the_kind_is_open_the_category_may_be_said() -> None:
    verdict = classify(mac(DELL) + ports(open=(22,)) + ttl(64))
    assert (verdict.category, verdict.kind) == ("computer", UNKNOWN)
    assert {other.kind for other in verdict.alternatives[:2]} == {"computer", "server"}
    assert verdict.confidence > max(other.confidence for other in verdict.alternatives)
    assert verdict.because


def test_alternatives_are_ranked_and_have_reasons_of_their_own() -> None:
    verdict = classify(mac(HP))
    shares = [other.confidence for other in verdict.alternatives]
    assert shares == sorted(shares, reverse=True)
    assert {"printer", "computer"} <= {other.kind for other in verdict.alternatives}
    assert all(other.because and all(reason.weight > 0 for reason in other.because) for other in verdict.alternatives)


def test_vendor_model_and_system_are_told_by_rules_that_agree() -> None:
    verdict = classify(named("Pixel-7-Pro"))
    assert (verdict.kind, verdict.model, verdict.os) == ("phone", "Pixel-7", "Android")
    assert classify(mac(AVM) + GATEWAY).vendor == "AVM"
    assert classify(named("DESKTOP-4F2K9LQ") + mac(DELL)).os == "Windows"


ECHOES = Rules(
    parse_rules(
        "\n".join(
            f"""
            [[rule]]
            id = "printer.{word}"
            when = {{ "{key}" = '.' }}
            then = {{ kind = "printer" }}
            weight = 3
            says = "It was heard."
            """
            for word, key in (
                ("vendor", "mac.vendor"),
                ("mac", "mac"),
                ("name", "dns.ptr"),
                ("ipp", "tcp.631"),
                ("web", "tcp.80"),
            )
        ),
        "echoes.toml",
    )
)


AS_WRITTEN = Calibration(dict.fromkeys(STRENGTHS, 1.0))


def weights(*evidence: Evidence) -> dict[str, float]:
    return {r.rule: r.weight for r in weigh(ECHOES.speaking(facts(evidence)), AS_WRITTEN).speaking_for("printer")}


def test_one_piece_of_evidence_counts_once_however_many_rules_it_feeds() -> None:
    assert weights(*mac(BROTHER)) == {"printer.mac": 3.0}


def test_evidence_of_one_family_confirms_itself_only_in_part() -> None:
    assert weights(*mac(BROTHER), *named("anything")) == {"printer.mac": 3.0, "printer.name": 1.5}
    assert weights(*ports(open=(631, 80))) == {"printer.ipp": 3.0, "printer.web": 1.5}


def test_evidence_of_another_family_counts_in_full() -> None:
    assert weights(*mac(BROTHER), *ports(open=(631,))) == {"printer.mac": 3.0, "printer.ipp": 3.0}


def test_shares_of_all_kinds_and_unknown_add_up() -> None:
    shares = weigh(load_rules().speaking(facts(mac(DELL) + GATEWAY))).shares
    assert sum(shares.values()) == pytest.approx(1)
    assert set(shares) == {*kinds(), UNKNOWN}


def test_without_rules_nothing_is_known() -> None:
    assert classify(GATEWAY, Rules(())) == Verdict()


MACS = [AVM, BROTHER, SYNOLOGY, HP, DELL, APPLE, INTEL, TP_LINK, CISCO, SAMSUNG, QEMU, RASPBERRY, ESPRESSIF, RANDOM]
NAMES = ["printer-2", "anna-pc", "fritz.box", "web01", "nas", "tv", "Pixel-7", "xyz", "sw1", "localhost"]
PORTS = [22, 53, 80, 139, 443, 445, 548, 554, 631, 3389, 5900, 8080, 1400, 5000, 8009, 62078]
facts_heard = st.one_of(
    st.tuples(st.just("mac"), st.sampled_from(MACS)),
    st.tuples(st.just("icmp.ttl"), st.sampled_from(["63", "64", "127", "128", "255"])),
    st.tuples(st.just("dns.ptr"), st.sampled_from(NAMES)),
    st.tuples(st.sampled_from(PORTS).map("tcp.{}".format), st.sampled_from(["open", "closed"])),
    st.sampled_from([("route.gateway", "eth0"), ("local.self", "eth0"), ("local.os", "Linux 6.1"), ("local.hostname", "fenrir")]),
)
households = st.lists(facts_heard, min_size=1, max_size=10, unique_by=lambda pair: pair[0])


@settings(max_examples=400, deadline=None)
@given(households)
def test_taking_away_the_cited_evidence_lowers_or_changes_the_verdict(pairs: list[tuple[str, str]]) -> None:
    evidence = heard(*pairs)
    verdict = classify(evidence)
    for reason in verdict.because:
        assert reason.weight > 0
        assert reason.evidence
        without = classify(e for e in evidence if e.id not in reason.evidence)
        same = (without.kind, without.category) == (verdict.kind, verdict.category)
        assert not same or without.confidence < verdict.confidence, reason


@given(st.permutations(list(SELF + GATEWAY + mac(AVM) + ttl(64) + named("fritz.box") + ports(open=(53, 80)))))
def test_the_order_of_hearing_does_not_matter(evidence: list[Evidence]) -> None:
    assert classify(evidence) == classify(reversed(evidence))


any_keys = st.sampled_from(["mac", "icmp.ttl", "dns.ptr", "tcp.22", "local.os", "x.y"])


@given(st.lists(st.tuples(any_keys, st.text(max_size=300)), max_size=12))
def test_whatever_is_heard_the_verdict_keeps_to_the_vocabulary(pairs: list[tuple[str, str]]) -> None:
    verdict = classify(heard(*pairs))
    assert verdict.kind in kinds() or verdict.kind == UNKNOWN
    assert 0 <= verdict.confidence < 1
    assert (verdict.category == UNKNOWN) is (not verdict.because)


@pytest.mark.quiet
def test_ten_thousand_devices_are_judged_within_ten_seconds() -> None:
    some = [
        mac(f"{prefix}:{n % 256:02x}:00:01") + ttl(64) + named(f"{word}{n}.lan") + ports(open=(22, 80))
        for n, prefix in enumerate(("3c:d9:2b", "f8:bc:12", "8c:79:f5", "00:1b:54") * 125)
        for word in ("printer", "qx")
    ]
    load_rules()
    began = perf_counter()
    for evidence in some:
        classify(evidence)
    assert (perf_counter() - began) / len(some) < 10 / 10_000


@pytest.mark.quiet
def test_a_thousand_devices_of_which_only_the_mac_is_known_are_judged_at_once() -> None:
    prefixes = (AVM, BROTHER, SYNOLOGY, HP, DELL, APPLE, INTEL, TP_LINK, CISCO, SAMSUNG)
    some = [
        heard(("mac", f"{prefixes[n % 10][:8]}:{n >> 8:02x}:{n & 255:02x}:01"), address=f"10.0.{n >> 8}.{n & 255}")
        for n in range(1000)
    ]
    load_rules()
    began = perf_counter()
    verdicts = [classify(evidence) for evidence in some]
    assert perf_counter() - began < 0.5  # 60 ms where nothing else runs
    assert verdicts[1].kind == "printer"
    assert verdicts[1].because[0].evidence == (some[1][0].id,)
    assert verdicts[11].because[0].evidence == (some[11][0].id,)


def test_where_much_is_known_the_verdict_stands_and_cites_what_would_be_missed_together() -> None:
    evidence = heard(
        ("ssdp.server", "Linux UPnP/1.0 HP LaserJet M404dn/2.1"),
        ("mdns.service", "_ipp._tcp"),
        ("mdns.service", "_pdl-datastream._tcp"),
        ("snmp.description", "HP ETHERNET MULTI-ENVIRONMENT,JETDIRECT"),
        ("upnp.device-type", "urn:schemas-upnp-org:device:Printer:1"),
        ("http.title", "HP LaserJet MFP M227fdw"),
        ("tcp.631", "open"),
        ("mac", "3c:52:82:01:02:03"),
    )
    verdict = classify(evidence)
    assert verdict.kind == "printer"
    assert verdict.because
    cited = {i for reason in verdict.because for i in reason.evidence}
    without = classify([e for e in evidence if e.id not in cited])
    assert (without.kind, without.confidence) != (verdict.kind, verdict.confidence)
