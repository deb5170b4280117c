"""Who is missing is told apart from who sleeps: no false departures, and true ones soon."""

from random import Random

import pytest

from netinv.inventory.presence import Custom, Habit

UNKNOWN = Custom()
STEADY = Custom(heard=200, paused=2)


def after(
    scans: str, kind: str = "unknown", *, is_private: bool = False, is_drowsy: bool = False, custom: Custom = UNKNOWN
) -> Habit:
    """`after("H..H")`: heard, silent twice, heard."""
    habit = Habit()
    for scan in scans:
        silent = habit.kept_silent(kind, is_private=is_private, is_drowsy=is_drowsy, custom=custom)
        habit = habit.answered() if scan == "H" else silent
    return habit


@pytest.mark.parametrize("kind", ["router", "printer", "nas", "unknown", "phone", "tv"])
@pytest.mark.parametrize("is_private", [True, False])
def test_who_always_answered_is_gone_by_the_second_scan_that_hears_nothing(kind: str, is_private: bool) -> None:
    assert after("H" * 20 + ".", kind, is_private=is_private).presence(was_heard=False) == "asleep"
    assert after("H" * 20 + "..", kind, is_private=is_private).presence(was_heard=False) == "gone"


def test_a_router_need_not_have_been_heard_often() -> None:
    assert after("H..", "router").is_gone
    assert not after("H..", "phone").is_gone


@pytest.mark.parametrize("record", ["H", "HH", "HHHHH"])
def test_who_came_lately_is_gone_by_the_second_silence_where_its_sort_does_not_sleep(record: str) -> None:
    for kind in ("unknown", "phone", "smart_home"):
        assert after(record + "..", kind, custom=STEADY).is_gone
        assert not after(record + ".", kind, custom=STEADY).is_gone
        assert not after(record + "..", kind, custom=Custom(200, 20)).is_gone, "others of its sort sleep"
        assert not after(record + "..", kind, custom=Custom(30, 0)).is_gone, "too few answers to know"


def test_who_was_heard_to_pause_is_judged_by_itself() -> None:
    assert not after("HH.H..", custom=STEADY).is_gone
    assert after("H" * 12 + ".H" + "." * 10, custom=STEADY).is_gone


def test_who_answers_only_when_asked_again_may_sleep() -> None:
    assert after("HHH..", "printer").is_gone
    assert not after("HHH..", "printer", is_drowsy=True).is_gone


def test_one_silence_is_never_a_departure() -> None:
    assert not any(after("H" * n + ".", kind).is_gone for n in range(1, 200) for kind in ("router", "phone"))


def test_who_slept_as_long_before_is_not_gone() -> None:
    """A phone that sleeps eight hours every night, asked every hour."""
    days, habit, departures = "H" * 16 + "." * 8, Habit(), 0
    for scan in days * 30:
        was_gone = habit.is_gone
        habit = habit.answered() if scan == "H" else habit.kept_silent("phone", is_private=True)
        departures += habit.is_gone > was_gone
    assert departures == 0, "nor in its first night"
    assert after(days * 4 + "H" * 16 + "." * 30, "phone").is_gone


def test_nobody_is_waited_for_without_end() -> None:
    assert after("H" + "." * 17, "phone", is_private=True).is_gone


def test_who_comes_back_is_there_again_and_its_absence_is_no_habit() -> None:
    back = after("H" * 20 + "." * 99 + "H")
    assert back.presence(was_heard=True) == "here"
    assert (back.missed, back.longest) == (0, 0)
    assert after("H" * 20 + "." * 99 + "H" * 12 + "..").is_gone


def test_who_was_not_asked_by_the_latest_scan_is_neither_here_nor_gone() -> None:
    assert after("HHH").presence(was_heard=False) == "unasked"


def test_old_habits_fade() -> None:
    """It slept half of the time, and then was put on a charger."""
    assert after("H." * 30 + "H" * 200 + "..", "phone").is_gone
    assert not after("H." * 30 + "HH..", "phone").is_gone


@pytest.mark.parametrize("kind", ["phone", "unknown"])
@pytest.mark.parametrize("answers", [0.5, 0.7, 0.9])
def test_twenty_scans_declare_hardly_any_sleeper_gone(kind: str, answers: float) -> None:
    random, false = Random(1), 0
    for _ in range(1000):
        habit, was_gone = Habit().answered(), False
        for _ in range(19):
            heard = random.random() < answers
            habit = habit.answered() if heard else habit.kept_silent(kind, is_private=kind == "phone")
            was_gone |= habit.is_gone
        false += was_gone
    assert false <= (20 if kind == "phone" else 50)
