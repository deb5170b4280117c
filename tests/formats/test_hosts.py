"""The hosts file, read as hosts(5) says."""

from hypothesis import given

from netinv.formats import Report
from tests.formats.reports import device, household, reports
from tests.formats.written import attackers, attacking, is_host_name, written


def _read(text: str) -> dict[str, list[str]]:
    """Names by address, as resolvers read the file: `#` begins a comment."""
    found: dict[str, list[str]] = {}
    for line in text.splitlines():
        if words := line.partition("#")[0].split():
            found.setdefault(words[0], []).extend(words[1:])
    return found


def test_each_address_has_the_name_of_its_device() -> None:
    one = device(10, name="nas.lan", addresses=("192.168.178.10", "2001:db8::10", "fe80::1"))
    assert _read(written("hosts", Report([one]))) == {"192.168.178.10": ["nas", "box"], "2001:db8::10": ["nas", "box"]}


def test_who_told_no_name_is_a_comment() -> None:
    text = written("hosts", Report([device(10, name=None, names=())]))
    assert _read(text) == {}
    assert "# 192.168.178.10" in text


@given(reports | attacking)
def test_whatever_devices_say_there_are_but_addresses_and_host_names(report: Report) -> None:
    known = {address for one in report.devices for address in one.addresses}
    for address, names in _read(written("hosts", report)).items():
        assert address in known
        assert names
        assert all(map(is_host_name, names))


def test_no_attack_names_a_host_that_is_spoken_for() -> None:
    names = [name for names in _read(written("hosts", attackers())).values() for name in names]
    assert not {"localhost", "wpad", "all", "bank.example", "www.bank.example"} & set(names)
    assert len(set(names)) == len(names)


def test_a_household_is_written_in_the_order_of_addresses() -> None:
    assert list(_read(written("hosts", household())))[:2] == ["192.168.178.1", "192.168.178.2"]
