"""Devices that change their MAC address are known again, and hardly any is taken for another; see households.py for 1,000."""

from tests.inventory.households import tally


def test_changed_macs_are_linked_and_nobody_is_taken_for_another() -> None:
    found = tally(60)
    assert found.rotated > 200
    assert found.relinked / found.rotated >= 0.9
    assert found.devices > 500
    assert found.false / found.devices <= 0.01
    assert found.one_row / found.dual >= 0.98
