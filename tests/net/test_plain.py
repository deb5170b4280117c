"""What passes the door can be written down and read again, and nothing else can be read."""

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netinv.model import MAC, Interface, Problem, Traffic
from netinv.net.network import Datagram, Reply, Stream
from netinv.net.overheard import Overheard
from netinv.net.plain import can_be_meant, meant, plain
from netinv.net.targets import Targets, parse_targets
from netinv.net.verbs import states, unknown, verbs

MACS = st.binary(min_size=6, max_size=6).map(MAC.parse)
VALUES = st.one_of(
    st.builds(Reply, st.text(), st.none() | MACS, st.none() | st.floats(0, 1e6), st.none() | st.integers(0, 255)),
    st.builds(Stream, st.sampled_from(["open", "closed"]), st.binary()),
    st.builds(Datagram, st.text(), st.integers(0, 65535), st.binary()),
    st.builds(Overheard, st.sampled_from(["arp", "mdns"]), st.none() | MACS, st.none() | st.text(), st.binary()),
    st.builds(Problem, st.text(), st.text(), st.none() | st.text()),
    st.builds(Traffic, st.integers(0), st.integers(0)),
)
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(VALUES)
def test_what_was_written_down_is_read_as_it_was(value: Any) -> None:
    assert meant(json.loads(json.dumps(plain(value))), type(value)) == value


@given(
    ANYTHING,
    st.sampled_from([Reply, Stream, Datagram, Overheard, Interface, Targets, bytes | None, tuple[str, ...], frozenset[str]]),
)
def test_anything_else_is_understood_or_refused(value: Any, hint: Any) -> None:
    with suppress(ValueError):
        assert plain(meant(value, hint)) is not None or hint == bytes | None


def test_targets_and_interfaces_come_back_whole() -> None:
    targets = parse_targets(["10.0.0.0/24", "10.0.1.7"], exclude=["10.0.0.9"])
    again = meant(json.loads(json.dumps(plain(targets))), Targets)
    assert (list(again), again.text, again.networks, again.excluded) == (
        list(targets), targets.text, targets.networks, targets.excluded,
    )  # fmt: skip


def test_what_can_be_read_is_kept_as_text() -> None:
    assert plain(Stream("open", b"SSH-2.0-x\r\n")) == {"state": "open", "data": {"text": "SSH-2.0-x\r\n"}}
    assert plain(b"\x00\xff") == {"hex": "00ff"}


def test_what_is_made_of_something_else_cannot_be_written_down() -> None:
    with pytest.raises(TypeError):
        plain(object())
    assert not can_be_meant(object)


def test_the_recorder_knows_everything_that_the_door_can_do() -> None:
    assert unknown() == frozenset(), "a verb or property of Network that cannot be recorded: see netinv/net/verbs.py"
    assert {"sweep", "tcp", "udp", "multicast", "listen"} <= verbs().keys()
    assert {"interface", "abilities", "traffic", "problems"} <= states().keys()
