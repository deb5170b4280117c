"""The case for and against a verdict."""

import pytest
from hypothesis import given, settings

from netinv.classification.argument import argue
from netinv.classification.facts import facts
from netinv.classification.kinds import UNKNOWN, kinds
from netinv.classification.verdict import classify
from tests.classification.heard import heard, named, ports
from tests.classification.test_verdict import AVM, BROTHER, DELL, GATEWAY, RANDOM, SYNOLOGY, households, mac, ttl


def test_the_argument_is_about_the_verdict_and_gives_its_reasons() -> None:
    evidence = mac(BROTHER) + ports(open=(80, 631)) + ttl(255)
    argument = argue(evidence)
    assert argument.verdict == classify(evidence)
    assert argument.about == "printer"
    assert argument.reasons_for == argument.verdict.because
    assert {e.id for e in argument.heard} == {e.id for e in evidence}
    assert [(fact.key, fact.value) for fact in argument.derived] == [("icmp.initial-ttl", "255"), ("mac.vendor", "Brother")]


def test_the_same_fact_heard_twice_is_listed_once() -> None:
    assert len(argue(mac(BROTHER) + mac(BROTHER)).heard) == 1


def test_reasons_against_are_those_that_took_something_away() -> None:
    argument = argue(named("office-printer") + ports(open=(22,)))
    assert argument.about == "printer"
    assert [reason.rule for reason in argument.reasons_against] == ["service.ssh"]
    assert all(reason.weight < 0 for reason in argument.reasons_against)


def test_a_role_that_lost_is_still_answered() -> None:
    argument = argue(GATEWAY + mac(SYNOLOGY) + ports(open=(22, 80, 443, 445, 5000)))
    assert argument.verdict.kind == "nas"
    router = next(rival for rival in argument.rivals if rival.kind == "router")
    assert "default gateway" in router.because[0].says


def test_what_decides_against_a_rival_is_told_of_it() -> None:
    argument = argue(mac(DELL) + named("tv"))
    assert argument.verdict.kind == UNKNOWN
    tv = next(rival for rival in argument.rivals if rival.kind == "tv")
    assert [(reason.rule, reason.weight > 0) for reason in tv.because] == [("tv.name", True), ("computer.vendor-dell", False)]


def test_where_nothing_is_said_the_nearest_guess_is_argued_about() -> None:
    argument = argue(mac(RANDOM) + ttl(64))
    assert argument.verdict.kind == UNKNOWN
    assert argument.about == "phone"
    assert argument.reasons_for
    assert argue(()).about == UNKNOWN


def test_what_the_verdict_rests_on_is_told_by_taking_it_away() -> None:
    argument = argue(mac(DELL) + named("web01") + ports(open=(22,)))
    (without,) = [w for w in argument.without if ("dns.ptr", "web01") in w.facts]
    assert (without.category, without.kind) == ("computer", UNKNOWN)
    assert without.facts == (("dns.ptr", "web01"),)


def test_what_would_change_the_verdict_was_not_heard_and_really_would() -> None:
    evidence = mac(RANDOM) + ttl(64)
    keys = {fact.key for fact in facts(evidence)}
    argument = argue(evidence)
    assert argument.hearing
    for what_if in argument.hearing:
        assert keys.isdisjoint(key for key, _ in what_if.facts)
        assert what_if.kind != argument.verdict.kind
        assert what_if.confidence >= 0.6


def test_where_nothing_alone_turns_the_verdict_the_argument_says_what_it_could_spare() -> None:
    title, kind = ("http.title", "FRITZ!Box 7590"), ("upnp.device-type", "urn:schemas-upnp-org:device:InternetGatewayDevice:1")
    argument = argue(GATEWAY + heard(title, kind) + ports(open=(53, 80)))
    spared = argument.without[0]
    assert argument.verdict.kind == spared.kind == "router"
    assert spared.confidence <= argument.verdict.confidence
    assert argument.is_settled


@pytest.mark.parametrize(
    "evidence",
    [mac(RANDOM) + ttl(64), mac("d8:1f:12:c7:08:6a") + ttl(255), mac("b8:27:eb:00:00:01"), mac(DELL) + ports(open=(22,)), ()],
)
def test_what_would_change_the_verdict_is_what_such_devices_typically_say(evidence: tuple) -> None:  # type: ignore[type-arg]
    argument = argue(evidence)
    assert argument.hearing
    for what_if in argument.hearing:
        assert set(what_if.facts) <= set(kinds()[what_if.kind].typical)
    assert not argument.is_settled


def test_a_named_device_is_not_told_to_have_another_name() -> None:
    assert not any(key.endswith("hostname") for w in argue(named("ipad") + mac(RANDOM)).hearing for key, _ in w.facts)


def test_what_follows_says_more_than_was_heard_and_is_listened_to() -> None:
    follows = {
        (fact.key, fact.value) for fact in argue(named("DESKTOP-7QK2M1V") + ttl(127) + heard(("upnp.model", "DS220+"))).follows
    }
    assert ("icmp.initial-ttl", "128") in follows
    assert "said" not in {key for key, _ in follows}
    assert "qk" not in {value for _, value in follows}


def test_a_rule_that_nearly_spoke_says_what_it_waits_for_or_what_silenced_it() -> None:
    silent = {s.rule: s for s in argue(ports(open=(22, 80, 631))).silent}
    assert [fact.key for fact in silent["service.ipp-web"].silenced] == ["tcp.22"]
    waiting = {s.rule: s for s in argue(ports(open=(22, 80))).silent}
    assert waiting["service.server"].missing == ("tcp.53",)
    assert "service.server" not in {s.rule for s in argue(ports(open=(22, 80), closed=(53,))).silent}


@pytest.mark.parametrize("evidence", [(), GATEWAY, mac(AVM) + named("fritz.box")])
def test_every_reason_cites_evidence_that_was_heard(evidence: tuple) -> None:  # type: ignore[type-arg]
    argument = argue(evidence)
    ids = {e.id for e in argument.heard}
    for reason in (*argument.reasons_for, *argument.reasons_against, *(r for rival in argument.rivals for r in rival.because)):
        assert ids.issuperset(reason.evidence)


@settings(max_examples=60, deadline=None)
@given(households)
def test_whatever_is_heard_there_is_an_argument(pairs: list[tuple[str, str]]) -> None:
    argument = argue(heard(*pairs))
    assert argument.verdict == classify(heard(*pairs))
    assert len(argument.silent) <= 5
    assert len(argument.hearing) <= 5
