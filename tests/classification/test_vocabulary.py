"""The one vocabulary of evidence: what probes tell and rules listen to."""

from netinv.classification.facts import DERIVED
from netinv.classification.naming import SOURCES
from netinv.classification.rules import load_rules
from netinv.classification.vocabulary import STRENGTHS, key, vocabulary
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


def test_ports_stand_for_themselves() -> None:
    assert key("tcp.22") is key("tcp.PORT") or key("tcp.22") == vocabulary()["tcp.PORT"]
    assert key("udp.161") == vocabulary()["udp.PORT"]
    assert not any(map(key, ("tcp.PORT", "tcp.0", "tcp.65536", "tcp.022", "tcp.", "tcp.22x", "smell")))
