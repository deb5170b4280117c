"""Asking groups: several questions at once, and one broken question is the asker's to know."""

import asyncio

import pytest

from netinv.lab.memory import MemoryNetwork
from netinv.net.network import Datagram
from netinv.net.scope import Scope
from netinv.net.targets import parse_targets
from netinv.probes.groups import Question, answers, groups
from tests.probes.asked import HOME


def scope(*words: str, exclude: tuple[str, ...] = ()) -> Scope:
    return Scope(MemoryNetwork().interface, parse_targets(words, exclude=exclude))


def test_groups_are_asked_only_where_a_whole_link_is() -> None:
    assert groups(scope(str(HOME.network)), "a", "b") == ("a", "b")
    assert groups(scope(str(HOME.network), exclude=("10.77.0.1",)), "a", "b") == ("a",)
    assert groups(scope("10.77.0.1"), "a", "b") == ()


class Echo(MemoryNetwork):
    """Says the same to each question, twice."""

    def _say_to_group(self, device, group, port, payload):  # type: ignore[no-untyped-def]
        if device.address == HOME.gateway:
            yield from [Datagram(device.address, port, b"same"), Datagram(device.address, port, payload)] * 2


def hear(network: MemoryNetwork, *questions: Question) -> list[Datagram]:
    async def go() -> list[Datagram]:
        return [each async for each in answers(network, questions)]

    return asyncio.run(go())


def test_all_answers_come_each_once() -> None:
    heard = hear(Echo(), Question("239.255.255.250", 1900, b"one"), Question("239.255.255.250", 1900, b"two"))
    assert sorted(each.payload for each in heard) == [b"one", b"same", b"two"]


def test_no_questions_have_no_answers() -> None:
    assert hear(Echo()) == []


def test_what_a_question_dies_of_is_told() -> None:
    with pytest.raises(OSError, match="down"):
        hear(Echo(failing={"multicast": OSError(100, "down")}), Question("239.255.255.250", 1900, b"one"))
