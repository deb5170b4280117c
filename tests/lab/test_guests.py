"""Guests of the virtual LAN answer as long as they are there."""

from netinv.lab import Lan, SimulatedDevice
from netinv.lab.guests import Guests
from netinv.model import MAC
from netinv.scanner import scan

GUEST = SimulatedDevice("10.77.0.90", MAC("b2:5a:d7:0e:63:90"), "phone", "other", "a phone")


def answers() -> bool:
    return any(device.ip == GUEST.address for device in scan(GUEST.address, presence=True, timeout=0.3, retries=1).devices)


def test_a_guest_answers_from_its_arrival_until_it_leaves(lan: Lan) -> None:
    with Guests(lan, (GUEST,)) as guests:
        assert not answers()
        guests.arrive(GUEST.address)
        assert answers()
        guests.leave(GUEST.address)
        assert not answers()
        guests.arrive(GUEST.address, quietly=True)
        assert answers()
