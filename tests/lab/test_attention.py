"""Who hears a question, and when they answer."""

import random
from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from netinv.lab.attention import AWAKE, Attention
from netinv.lab.household import SimulatedDevice
from netinv.lab.impairments import Impairments


def attention(**trouble: float) -> tuple[Attention, Counter[str]]:
    counts: Counter[str] = Counter()
    return Attention(random.Random(1), Impairments(**trouble), counts), counts


def test_a_plain_device_answers_at_once() -> None:
    heed, _ = attention()
    assert heed.due(SimulatedDevice("10.0.0.1"), 5.0) == 5.0


@given(st.floats(0.1, 1000))
def test_a_delay_varies_by_a_third(delay_ms: float) -> None:
    heed, _ = attention()
    due = heed.due(SimulatedDevice("10.0.0.1", delay_ms=delay_ms), 0.0)
    assert due is not None
    assert delay_ms * 0.66 <= due * 1000 <= delay_ms * 1.34


def test_a_sleeper_hears_only_the_second_of_distinct_questions() -> None:
    heed, counts = attention()
    phone = SimulatedDevice("10.0.0.1", wakes_on=2)
    assert heed.due(phone, 0.0) is None
    assert heed.due(phone, 0.01) is None, "the same question, repeated"
    assert heed.due(phone, 0.1) == 0.1
    assert heed.due(phone, 0.11) == 0.11, "awake"
    assert counts["asleep"] == 2
    assert heed.due(phone, 0.11 + AWAKE) is None, "asleep again"


def test_a_late_riser_answers_everything_once_it_is_up() -> None:
    heed, _ = attention()
    phone = SimulatedDevice("10.0.0.1", wakes_after_ms=150)
    assert heed.due(phone, 1.0) == 1.15
    assert heed.due(phone, 1.1) == 1.15, "still getting up"
    assert heed.due(phone, 1.2) == 1.2
    assert heed.due(phone, 1.2 + AWAKE) == 1.2 + AWAKE + 0.15


def test_questions_are_lost_in_the_share_asked_for_and_counted() -> None:
    heed, counts = attention(loss_in=0.25)
    answers = [heed.due(SimulatedDevice("10.0.0.1"), 0.0) for _ in range(2000)]
    assert counts["lost"] == answers.count(None)
    assert 0.2 < counts["lost"] / 2000 < 0.3


def test_what_belongs_to_a_connection_is_never_lost() -> None:
    heed, _ = attention(loss_in=1.0)
    assert heed.due(SimulatedDevice("10.0.0.1"), 1.0, may_be_lost=False) == 1.0
