"""The one vocabulary of evidence: what probes tell and rules listen to."""

import tomllib

from netinv.classification import knowledge
from netinv.classification.facts import DERIVED
from netinv.classification.naming import SOURCES
from netinv.classification.rules import load_rules
from netinv.classification.vocabulary import HIDES, STRENGTHS, key, vocabulary
from netinv.probes import probes
from netinv.text import clean


def test_every_probe_tells_keys_of_the_vocabulary() -> None:
    assert [told for probe in probes() for told in probe.tells if not key(told)] == []


def test_every_rule_listens_to_the_vocabulary_or_to_what_follows_from_it() -> None:
    assert [heard for heard in sorted(load_rules().keys) if not key(heard) and heard not in DERIVED] == []


def test_every_key_says_what_it_means_and_looks_as_evidence_does() -> None:
    for known in vocabulary().values():
        assert known.strength in STRENGTHS, known.name
        assert known.means, known.name
        assert known.looks, known.name
        assert clean(known.looks) == known.looks, known.name
        assert known.name.count(".") <= 1, known.name


def test_names_and_derived_facts_come_from_the_vocabulary() -> None:
    assert all(map(key, SOURCES))
    assert all(key(source) for sources in DERIVED.values() for source in sources)
    assert not any(map(key, DERIVED))


def test_every_key_says_what_it_hides_and_every_name_is_masked() -> None:
    written = tomllib.loads((knowledge.DATA / "evidence.toml").read_text("utf-8"))
    for known in vocabulary().values():
        assert known.hides in HIDES, known.name
        # what tells nothing of what a device is, tells which one it is, unless somebody has thought about it
        assert known.strength != "fact" or "hides" in written[known.name], known.name
        assert known.strength != "name" or known.hides == "name", known.name
        assert "serial" not in known.tells or known.hides == "number", known.name


def test_what_devices_are_known_again_by_is_in_the_vocabulary_and_told() -> None:
    told = {one for probe in probes() for one in probe.tells}
    for name in ("ssh.hostkey", "tls.fingerprint", "snmp.engine-id", "dhcp.client-id", "upnp.udn"):
        assert key(name), name
        assert name in told, name


def test_ports_stand_for_themselves() -> None:
    assert key("tcp.22") is key("tcp.PORT") or key("tcp.22") == vocabulary()["tcp.PORT"]
    assert key("udp.161") == vocabulary()["udp.PORT"]
    assert not any(map(key, ("tcp.PORT", "tcp.0", "tcp.65536", "tcp.022", "tcp.", "tcp.22x", "smell")))
