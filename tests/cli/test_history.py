"""`netinv history`, `diff`, `scans`, `networks` and `list` with its filters, as a user meets them."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from netinv.cli.app import run
from netinv.inventory.store import open_inventory
from tests.inventory.scans import OFFICE, PHONE, ROUTER, TV, at, heard, scan

HOUSE = (
    heard("10.0.0.1", ROUTER, dns_ptr="router.lan", route_gateway="eth0"),
    heard("10.0.0.20", TV, dns_ptr="tv.lan"),
    heard("10.0.0.30", PHONE, dns_ptr="phone.lan"),
)
NEW = heard("10.0.0.40", "3c:22:fb:00:00:04", dns_ptr="visitor.lan")


@pytest.fixture
def past(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Twenty scans of a house; then the phone leaves, the television moves and a visitor comes; and one scan of an office."""
    path = tmp_path / "past.db"
    monkeypatch.setenv("NETINV_STORE", str(path))
    with open_inventory(path) as store:
        for hours in range(20):
            store.record(scan(*HOUSE, hours=hours))
        moved = heard("10.0.0.21", TV, dns_ptr="tv.lan", tcp_22="open")
        store.record(scan(HOUSE[0], moved, hours=20))
        office = heard("192.168.7.1", "3c:22:fb:00:07:01")
        store.record(scan(office, hours=21, interface=OFFICE, targets="192.168.7.0/24"))
        store.record(scan(HOUSE[0], moved, NEW, hours=22))
    return path


def said(words: list[str], capsys: pytest.CaptureFixture[str], code: int = 0) -> str:
    assert run(words) == code
    return capsys.readouterr().out


def test_a_device_has_its_history(past: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = said(["history", "tv"], capsys)
    assert told.startswith("10.0.0.21 tv: here; seen in 22 of 22 scans")
    assert "address 10.0.0.20 -> 10.0.0.21" in told
    assert "port 22 opened" in told
    assert told.splitlines()[-1].endswith("first seen")
    assert "gone, last seen" in said(["history", "phone"], capsys)


def test_all_that_happened_is_cut_where_asked(past: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["history", "-n", "2"]) == 0
    captured = capsys.readouterr()
    assert len(captured.out.splitlines()) == 2
    assert "--limit 0" in captured.err
    assert "nothing changed" in said(["history", "--since", "1h"], capsys)


def test_scans_are_cut_for_people_and_not_for_programs_and_never_without_a_word(
    past: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("netinv.cli.history.LIMIT", 5)
    cut = "only the latest {}; --limit 0 shows all\n"
    for words, told, note in (
        ([], 5, cut.format(5)),
        (["-n", "0"], 23, ""),
        (["--json"], 23, ""),
        (["--json", "-n", "7"], 7, cut.format(7)),
        (["--json", "-n", "23"], 23, ""),
    ):
        assert run(["scans", *words]) == 0
        out, err = capsys.readouterr()
        assert (len(json.loads(out)["scans"]) if "--json" in words else len(out.splitlines()), err) == (told, note), words


def test_of_a_long_list_only_what_came_or_went_is_told(past: Path, capsys: pytest.CaptureFixture[str]) -> None:
    many = [heard(f"10.0.0.{host}", ROUTER)[0] for host in range(100, 200)]
    with open_inventory(past) as store:
        store.record(scan([*HOUSE[0], *many], HOUSE[1], hours=30))
        store.record(scan([*HOUSE[0], heard("10.0.0.3", ROUTER)[0], *many], HOUSE[1], hours=31))
    told = said(["diff"], capsys)
    assert "address 10.0.0.3 added\n" in told
    assert "10.0.0.1" not in told.partition("address ")[2], told
    first = said(["history", "10.0.0.1"], capsys)
    assert "address 10.0.0.100, 10.0.0.101, " in first
    assert " 10.0.0.115 and 84 more added" in first


def test_the_last_two_scans_of_the_network_are_compared(past: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = said(["diff"], capsys).splitlines()
    assert [line[:1] for line in lines[1:]] == ["+", "-"]
    assert "visitor" in lines[1]
    assert "phone" in lines[2]


@pytest.mark.parametrize("words", [["-2"], ["first"], ["scan-0", "scan-22"], ["first", "last"], ["scan-22", "scan-0"]])
def test_scans_are_named_in_many_ways(past: Path, capsys: pytest.CaptureFixture[str], words: list[str]) -> None:
    lines = said(["diff", *words, "--exit-code"], capsys, 1).splitlines()
    assert [line[:1] for line in lines[1:]] == ["+", "-", "~"]


def test_of_today_is_shown_what_is_new_since_it_began(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("NETINV_STORE", str(tmp_path / "now.db"))
    hours = (datetime.now(UTC) - at(0)) / timedelta(hours=1)
    with open_inventory(tmp_path / "now.db") as store:
        store.record(scan(*HOUSE, hours=hours - 24, name="a-day-ago"))
        store.record(scan(*HOUSE, NEW, hours=hours, name="just-now"))
    told = said(["diff", "today"], capsys)
    assert told.startswith("a-day-ago")
    assert "visitor" in told
    assert run(["diff", "last"]) == 0
    assert "means the very scan" in capsys.readouterr().err


def test_no_differences_are_said_to_be_none(past: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert said(["diff", "scan-3", "scan-9", "--exit-code"], capsys).splitlines()[-1] == "no differences"


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (["diff", "--jsno"], "--help"),
        (["diff", "scan-21", "scan-22"], "two scans of one"),
        (["diff", "nonsense"], "netinv scans"),
        (["diff", "-99"], "the first is"),
        (["diff", "--network", "offce"], "there are"),
        (["list", "--kind", "ruoter"], "router"),
        (["list", "--sort", "lastseen"], "last_seen"),
        (["list", "--since", "whenever"], "yesterday"),
        (["history", "nobody"], "netinv list"),
    ],
)
def test_what_means_nothing_is_answered_with_a_hint(
    past: Path, capsys: pytest.CaptureFixture[str], words: list[str], hint: str
) -> None:
    assert run(words) in (1, 2)
    captured = capsys.readouterr()
    assert captured.out == ""
    assert hint in captured.err.splitlines()[1]


def test_a_list_can_be_of_some_and_in_another_order(past: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def names(*words: str) -> list[str]:
        rows = said(["list", "--csv", *words], capsys).splitlines()[1:]
        return [row.split(",")[2] for row in rows]

    assert names("--new", "--network", "10.0.0.0/24") == ["visitor"]
    assert names("--gone") == ["phone"]
    assert names("--gone", "--since", "2026-03-01") == ["phone"]
    assert names("--gone", "--since", "2026-03-03") == []
    assert names("--changed", "--since", "2026-03-01") == ["tv"]
    assert names("--kind", "router") == ["router"]
    assert names("--sort", "name", "--network", "here") == ["phone", "router", "tv", "visitor"]
    assert names("--sort=-name", "--network", "here") == ["visitor", "tv", "router", "phone"]
    assert names("--sort", "last_seen", "--network", "here")[-1] == "phone"


def test_networks_are_named_and_listed(past: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said(["set", "--network", "10.0.0.0/24", "--name", "home"], capsys)
    lines = said(["networks"], capsys).splitlines()
    assert lines[0].startswith("home ")
    assert "3 devices, 1 gone; 22 scans" in lines[0]
    assert len(said(["scans", "--network", "home"], capsys).splitlines()) == 22


def test_json_is_what_the_schema_promises(
    past: Path, promised: Callable[[str, str], Any], capsys: pytest.CaptureFixture[str]
) -> None:
    found = promised("diff", said(["diff", "first", "--json"], capsys))
    assert {d["kind"] for d in found["differences"]} == {"new", "gone", "changed"}
    found = promised("history", said(["history", "tv", "--json"], capsys))
    assert (found["device"]["seen"], found["is_cut"]) == (22, False)
    assert promised("history", said(["history", "--json"], capsys))["device"] is None
    assert len(promised("scans", said(["scans", "--json"], capsys))["scans"]) == 23
    assert len(promised("networks", said(["networks", "--json"], capsys))["networks"]) == 2
    assert promised("report", said(["list", "--gone", "--json"], capsys))["devices"][0]["presence"] == "gone"


def test_without_a_second_scan_there_is_nothing_to_compare(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["diff", "--store", str(store)]) == 2
    assert "scan again" in capsys.readouterr().err
