"""Nobody who sleeps is given up, and who leaves is missed by the second scan; see sleepers.py for 1,000 homes."""

from tests.inventory.sleepers import tally


def test_sleepers_are_waited_for_and_departures_are_told_by_the_second_scan() -> None:
    found = tally(40)
    assert found.there.total() > 500
    assert found.false.total() <= 0.005 * found.there.total()
    assert not found.false["phone"] + found.false["laptop"] + found.false["thing"]
    assert found.within(2, "thing that left") == 1
    assert found.within(2, "phone that always answered and left") == 1
    assert found.within(2, "thing seen a few times that left") >= 0.8


def test_where_the_silent_doze_and_wake_when_they_are_asked_alone_nobody_is_given_up() -> None:
    found = tally(20, woken=0.9)
    assert found.false.total() == 0
    assert found.within(2, "thing that left") == 1
