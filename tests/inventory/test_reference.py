import pytest

from netinv.inventory.devices import derive
from netinv.inventory.reference import ambiguous, as_address, as_id, as_mac, unknown
from tests.inventory.scans import TV, heard


@pytest.mark.parametrize("word", [TV, TV.upper(), TV.replace(":", "-"), TV.replace(":", ""), "3c22.fb00.0002", "3c:22:fb:0:0:2"])
def test_a_mac_is_understood_in_every_spelling(word: str) -> None:
    assert as_mac(word) == TV


@pytest.mark.parametrize("word", ["", "tv", "3c:22:fb", "3c22fb00000", "10.0.0.5", "::::::", "3c:22:fb:0:0:xyz"])
def test_what_is_no_mac_is_none(word: str) -> None:
    assert as_mac(word) is None


def test_addresses_have_one_spelling() -> None:
    assert as_address("FE80:0::1") == "fe80::1"
    assert as_address("10.0.0.256") is None


def test_an_id_needs_three_digits() -> None:
    assert as_id("AB1") == "ab1"
    assert as_id("ab") is None
    assert as_id("abz") is None


def test_the_nearest_names_are_offered() -> None:
    error = unknown("Kitchn-tv", ["kitchen-tv", "printer", "Kitchen-TV"])
    assert "itchen-" in (error.hint or "")
    assert "'Kitchn-tv'" in error.message


def test_hostile_words_are_shown_harmlessly() -> None:
    assert "\x1b" not in unknown("\x1b[2J", []).message


def test_the_candidates_are_listed() -> None:
    devices = [derive(heard(f"10.0.0.{n}")) for n in range(1, 9)]
    error = ambiguous("tv", devices)
    assert "8 devices" in error.message
    assert devices[0].id in (error.hint or "")
    assert "3 more" in (error.hint or "")
