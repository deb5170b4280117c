"""What goes wrong on a LAN as a whole."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netinv.lab import crowd, packets
from netinv.lab.counters import Counters
from netinv.lab.household import Household
from netinv.lab.impairments import Impairments, StormControl, beacon_after
from netinv.lab.simulation import Simulation
from tests.lab import frames


def passed(given: Impairments, moments: list[float], frame: bytes = frames.BROADCAST) -> list[float]:
    control = StormControl(given)
    return [at for at in moments if control.passes(frame, at)]


def steady(rate: float, seconds: float) -> list[float]:
    return [1000.0001 + n / rate for n in range(int(rate * seconds))]


def test_what_stays_below_the_ceiling_passes() -> None:
    moments = steady(900, 2)
    assert passed(Impairments(ceiling=1000), moments) == moments


def test_above_the_ceiling_a_bucket_and_its_refill_pass() -> None:
    assert len(passed(Impairments(ceiling=1000), steady(5000, 1))) == pytest.approx(100 + 1000, abs=5)


def test_a_window_bears_its_budget_and_then_nothing_until_it_is_over() -> None:
    through = passed(Impairments(ceiling=450, ceiling_window_ms=200), steady(1000, 1))
    for window in range(5):
        within = [at for at in through if 1000 + window * 0.2 - 1e-9 <= at < 1000 + (window + 1) * 0.2 - 1e-9]
        assert len(within) == 90
        assert within[-1] - within[0] < 0.1


def test_the_ceiling_is_for_what_goes_to_a_group_unless_it_is_for_all() -> None:
    assert len(passed(Impairments(ceiling=10), steady(1000, 1), frames.MAC)) == 1000
    assert len(passed(Impairments(ceiling=10, ceiling_all=True), steady(1000, 1), frames.MAC)) < 20


@given(st.floats(1e9, 2e9))
def test_a_beacon_comes_within_its_interval(at: float) -> None:
    assert -1e-6 <= beacon_after(at) - at <= 0.1024 + 1e-6


def asked(population: Household, trouble: Impairments, *, by_broadcast: bool = True) -> tuple[int, Counters, list[float]]:
    """How many addresses answer one ARP request each, a millisecond apart; the counts; how late the answers are."""
    simulation = Simulation(population, impairments=trouble)
    found, late = 0, []
    for number, device in enumerate(population.devices):
        moment = 5 + number / 1000
        mac = bytes.fromhex((device.mac or "").replace(":", ""))
        answers = simulation.hear(frames.arp(device.address, to=frames.BROADCAST if by_broadcast else mac), moment)
        found += bool(answers)
        late += [due - moment for due, _ in answers]
    return found, Counters(**simulation.tally.reading()), late


def test_frames_get_lost_each_way_in_the_shares_told() -> None:
    there, counters, _ = asked(crowd(1000, "10.9.0.0/22"), Impairments(loss_in=0.2))
    assert 740 < there < 860
    assert counters.lost == 1000 - there
    back, counters, _ = asked(crowd(1000, "10.9.0.0/22"), Impairments(loss_out=0.2))
    assert 740 < back < 860
    assert counters.lost == 1000 - back == 1000 - counters.replies
    both, _, _ = asked(crowd(1000, "10.9.0.0/22"), Impairments(loss_in=0.2, loss_out=0.2))
    assert 570 < both < 710


def test_wifi_waits_for_the_beacon_and_loses_broadcasts_but_not_unicast() -> None:
    home, trouble = crowd(253, wifi=1.0), Impairments(wifi_loss=0.2)
    found, counters, late = asked(home, trouble)
    assert 170 < found < 230
    assert counters.lost == 253 - found
    assert max(late) > 0.05
    found, counters, late = asked(home, trouble, by_broadcast=False)
    assert (found, counters.lost, max(late)) == (253, 0, 0.0)


def test_what_storm_control_holds_back_is_counted_and_not_answered() -> None:
    found, counters, _ = asked(crowd(253), Impairments(ceiling=100))
    assert counters.frames == len(counters.asked["arp"]) == 253
    assert counters.held_back == 253 - found
    assert 10 <= found < 40


def test_the_router_answers_in_its_own_name_for_those_behind_its_proxy() -> None:
    home = crowd(60, proxy="10.9.0.128/28")
    simulation = Simulation(home)
    router = bytes.fromhex((home.truth[home.gateway].mac or "").replace(":", ""))
    for number in range(128, 144):
        ((_, answer),) = simulation.hear(frames.arp(f"10.9.0.{number}"), 1.0)
        assert packets.ARP_FRAME.unpack(answer)[8] == router
    assert not any(f"10.9.0.{number}" in home.truth for number in range(128, 144))
