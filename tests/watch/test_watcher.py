"""When a watch looks, what it makes of what it is told, and what it does where a look fails; time is told to it."""

import gc
import tracemalloc
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from netinv.errors import InterfaceError, NetinvError, TargetError
from netinv.model import Evidence, Problem, Traffic
from netinv.net.targets import parse_targets
from netinv.net.transcript import Door, Header
from netinv.survey import Ended, Heard, Progress, Settled
from netinv.watch.clock import Clock
from netinv.watch.events import Event
from netinv.watch.keeper import Began, Message, Over
from netinv.watch.ledger import Ledger
from netinv.watch.looks import Order
from netinv.watch.watcher import SILENCE, Watcher
from tests.inventory.scans import HOME, OFFICE, PHONE, ROUTER, START, TV, heard

EVERY = 300.0
SELF = "02:00:00:00:00:99"


@dataclass
class Hours:
    """A clock that stands until it is moved."""

    elapsed: float = 1000.0
    slept: float = 0.0
    jumped: float = 0.0

    def now(self) -> datetime:
        return START + timedelta(seconds=self.elapsed + self.slept + self.jumped)

    def clock(self) -> Clock:
        return Clock(lambda: self.elapsed, lambda: self.slept, self.now)


@dataclass
class Looks:
    """Whoever looks, with what will be told by turns."""

    told: list[Message] = field(default_factory=list)
    begun: list[Order] = field(default_factory=list)
    ends: list[str] = field(default_factory=list)

    def begin(self, order: Order) -> None:
        self.begun.append(order)

    def stop(self) -> None:
        self.ends.append("stop")

    def kill(self) -> None:
        self.ends.append("kill")

    stands_still: Callable[[], None] = lambda: None
    """What happens while it is waited for what they tell."""

    def read(self, timeout: float) -> Iterable[Message]:
        self.stands_still()
        self.stands_still = lambda: None
        told, self.told = self.told, []
        return told


class House:
    """A watch of a made-up house, and all it said."""

    def __init__(self, folder: Path) -> None:
        self.hours = Hours()
        self.looks = Looks()
        self.events: list[Event] = []
        self.said: list[str] = []
        self.ledger = Ledger(str(folder / "inventory.db"), self.said.append)
        self.watcher = Watcher(
            self.looks, self.ledger, every=EVERY, tell=self.events.append, say=self.said.append, clock=self.hours.clock()
        )
        self.sweeps = 0
        self.door = HOME

    def tell(self, *messages: Message) -> None:
        self.looks.told += messages
        self.watcher.step(0.0)

    def pass_by(self, seconds: float) -> None:
        """Time passes, while the look gives signs of life."""
        while seconds > 0:
            self.hours.elapsed += min(seconds, 60.0)
            seconds -= 60.0
            self.tell(Progress(1, 1, 1.0))

    def sweep(self, *devices: Iterable[Evidence], is_partial: bool = False) -> None:
        """A whole sweep that is through, and goes on listening."""
        self.sweeps += 1
        self.tell(self.began(), *self.heard(*devices, heard("10.0.0.99", SELF, local_self="eth0")))
        problems = (Problem("interface", "it went down"),) if is_partial else ()
        self.tell(Ended(Traffic(), problems, ("arp",), is_partial))

    def over(self, error: NetinvError | None = None) -> None:
        """The look ends, and the next begins as soon as it is due."""
        self.tell(Over(error))

    def round(self, *devices: Iterable[Evidence]) -> list[str]:
        """A sweep, its listening, and its end; what was told meanwhile."""
        before = len(self.events)
        self.sweep(*devices)
        self.pass_by(EVERY + 1)
        self.over()
        self.watcher.step(0.0)
        return [e.kind for e in self.events[before:]]

    def began(self) -> Began:
        targets = parse_targets(["10.0.0.0/24"])
        started = self.hours.now().isoformat()
        return Began(Header(f"scan-{self.sweeps}", started, targets.text, len(targets), (Door(self.door, targets),), ("arp",)))

    def heard(self, *devices: Iterable[Evidence]) -> list[Heard]:
        now = self.hours.now()
        return [Heard(Evidence(e.address, e.key, e.value, e.probe, now)) for device in devices for e in device]


@pytest.fixture
def house(tmp_path: Path) -> House:
    made = House(tmp_path)
    made.watcher.step(0.0)
    return made


ROUTERS, TVS, PHONES = heard("10.0.0.1", ROUTER), heard("10.0.0.2", TV), heard("10.0.0.3", PHONE)


def test_who_is_here_when_a_network_is_first_watched_is_no_news(house: House) -> None:
    assert house.round(ROUTERS, TVS) == []
    assert house.said == ["3 devices are here, the first time this network is watched; news follows"]
    assert house.round(ROUTERS, TVS, PHONES) == ["new"]
    assert house.events[0].device
    assert house.events[0].device.ip == "10.0.0.3"


def test_a_departure_is_told_once_and_so_is_the_return(house: House) -> None:
    for _ in range(25):
        assert house.round(ROUTERS, TVS) == []
    told = [house.round(ROUTERS) for _ in range(6)]
    assert told[:2] == [[], ["gone"]]
    assert told[2:] == [[]] * 4
    assert house.round(ROUTERS, TVS) == ["back"]
    assert house.round(ROUTERS, TVS) == []


def test_somebody_new_is_told_of_between_two_sweeps(house: House) -> None:
    house.sweep(ROUTERS, TVS)
    house.pass_by(60)
    house.tell(*house.heard(PHONES), Settled("10.0.0.3"))
    assert not house.events
    house.pass_by(2.5)
    assert [e.kind for e in house.events] == ["new"]
    house.pass_by(EVERY)
    house.over()
    assert house.round(ROUTERS, TVS, PHONES) == []


def test_who_is_not_identified_in_time_is_told_of_as_they_are_known(house: House) -> None:
    house.sweep(ROUTERS)
    house.tell(*house.heard(PHONES))
    house.pass_by(2.5)
    assert not house.events
    house.pass_by(6)
    assert [e.kind for e in house.events] == ["new"]


def test_what_is_known_is_no_news_when_it_is_heard_again(house: House) -> None:
    house.round(ROUTERS, TVS)
    house.sweep(ROUTERS, TVS)
    house.tell(*house.heard(ROUTERS, TVS))
    house.pass_by(60)
    assert not house.events


def test_a_sign_of_life_between_two_sweeps_counts_against_a_departure(house: House) -> None:
    for _ in range(25):
        house.round(ROUTERS, TVS)
    for _ in range(4):  # silent when asked, heard in between
        house.sweep(ROUTERS)
        house.tell(*house.heard(TVS), Settled("10.0.0.2"))
        house.pass_by(EVERY + 1)
        house.over()
        house.watcher.step(0.0)
    assert not house.events


def test_a_sweep_begins_every_so_often_whatever_the_clock_says(house: House) -> None:
    assert len(house.looks.begun) == 1
    house.sweep(ROUTERS)
    house.hours.jumped = -1e6
    house.pass_by(EVERY - 1)
    house.over()
    house.watcher.step(0.0)
    assert len(house.looks.begun) == 1
    house.hours.jumped = 1e6
    house.pass_by(2)
    assert len(house.looks.begun) == 2


@pytest.mark.parametrize("jump", [-40 * 86_400.0, -3600.0, -1.0, 3600.0, 40 * 86_400.0])
def test_a_clock_that_is_set_makes_nobody_leave_and_hides_no_departure(house: House, jump: float) -> None:
    for _ in range(25):
        assert house.round(ROUTERS, TVS, PHONES) == []
    house.hours.jumped = jump
    for _ in range(3):
        assert house.round(ROUTERS, TVS, PHONES) == []
    told = [kind for _ in range(6) for kind in house.round(ROUTERS, PHONES)]
    assert told == ["gone"]
    house.hours.jumped = 0
    told = [kind for _ in range(3) for kind in house.round(ROUTERS, TVS, PHONES)]
    assert told == ["back"]


def test_only_who_is_new_is_asked_what_it_is_until_a_day_has_passed(house: House) -> None:
    house.round(ROUTERS, TVS)
    assert house.looks.begun[0].familiar == frozenset()
    assert house.looks.begun[1].familiar >= {ROUTER, TV}
    house.hours.elapsed += 86_400
    house.round(ROUTERS, TVS)
    house.watcher.step(0.0)
    assert house.looks.begun[-1].familiar == frozenset()


def test_an_interface_that_goes_is_told_once_and_waited_for(house: House) -> None:
    house.sweep(ROUTERS, TVS)
    for n in range(5):
        house.over(InterfaceError("eth0 is gone"))
        began = len(house.looks.begun)
        house.pass_by(0.5)
        assert len(house.looks.begun) == began, "not at once"
        house.pass_by(2.0**n)
        assert len(house.looks.begun) == began + 1
    assert [s for s in house.said if "eth0" in s] == ["eth0 is gone; trying again"]
    assert house.watcher.trouble
    assert house.round(ROUTERS, TVS) == []
    assert house.said[-1] == "the network can be looked at again"
    assert house.watcher.trouble is None


def test_who_wants_so_many_sweeps_does_not_wait_for_an_interface(house: House) -> None:
    watcher = Watcher(house.looks, house.ledger, every=EVERY, tell=print, say=print, waits=False, clock=house.hours.clock())
    watcher.step(0.0)
    house.looks.told += [Over(InterfaceError("there is no interface to scan from", hint="plug it in"))]
    with pytest.raises(InterfaceError) as refused:
        watcher.step(0.0)
    assert refused.value.hint == "plug it in"


def test_what_can_never_work_ends_the_watch(house: House) -> None:
    with pytest.raises(TargetError):
        house.over(TargetError("nothing to scan"))


def test_a_machine_that_slept_looks_again_and_does_not_believe_the_silence(house: House) -> None:
    for _ in range(25):
        house.round(ROUTERS, TVS)
    for _ in range(6):  # asleep while it asks
        house.tell(house.began(), *house.heard(ROUTERS))
        house.sweeps += 1
        house.hours.slept += 3600
        house.watcher.step(0.0)
        assert house.looks.ends.pop() == "stop"
        house.tell(Ended(Traffic(), (), ("arp",), False), Over())
        house.watcher.step(0.0)
    assert not house.events
    assert "this machine slept for 60 minutes: looking again" in house.said


def test_a_watch_that_stood_still_looks_again_once_and_does_not_believe_the_silence(house: House) -> None:
    for _ in range(25):
        house.round(ROUTERS, TVS)
    house.tell(house.began(), *house.heard(ROUTERS))
    house.looks.stands_still = lambda: setattr(house.hours, "elapsed", house.hours.elapsed + 3 * EVERY)
    house.watcher.step(0.5)
    assert house.looks.ends == ["stop"], "it is no look that does not end"
    assert "this watch stood still for 15 minutes: looking again" in house.said
    began = len(house.looks.begun)
    house.tell(Ended(Traffic(), (), ("arp",), False), Over())
    house.watcher.step(0.0)
    assert len(house.looks.begun) == began + 1, "one for all that were missed"
    house.round(ROUTERS)
    assert not house.events


def test_who_is_alone_in_another_network_says_nothing_of_those_in_the_last(house: House) -> None:
    for _ in range(3):
        house.round(ROUTERS, TVS, PHONES)
    house.door = OFFICE
    house.round()
    assert not any("fault of this link" in line for line in house.said)
    assert house.said[-1] == "1 device is here, the first time this network is watched; news follows"


def test_where_nobody_answers_any_more_the_link_is_at_fault_and_nobody_is_gone(house: House) -> None:
    for _ in range(25):
        house.round(ROUTERS, TVS, PHONES)
    for _ in range(6):
        assert house.round() == []
    assert house.said.count("nobody answered: that is taken for a fault of this link, and for nobody's departure") == 1


def test_a_look_that_gives_no_sign_of_life_is_ended(house: House) -> None:
    house.sweep(ROUTERS)
    house.hours.elapsed += SILENCE - 1
    house.watcher.step(0.0)
    assert house.looks.ends == []
    house.hours.elapsed += 2
    house.watcher.step(0.0)
    assert house.looks.ends == ["kill"]


def test_a_flood_of_newcomers_is_no_flood_of_events(house: House) -> None:
    house.sweep(ROUTERS)
    crowd = [heard(f"10.0.0.{n % 250 + 3}", f"02:aa:00:00:{n // 256:02x}:{n % 256:02x}") for n in range(600)]
    house.tell(*house.heard(*crowd))
    house.pass_by(10)
    house.pass_by(10)
    assert len([e for e in house.events if e.kind == "new"]) <= 256
    assert any("flood" in s for s in house.said)


def test_a_conflict_is_told_once_for_as_long_as_it_lasts(house: House) -> None:
    both = [*TVS, *heard("10.0.0.2", "3c:22:fb:00:00:77")]
    house.round(ROUTERS, TVS)
    assert [house.round(ROUTERS, both).count("conflict") for _ in range(4)] == [1, 0, 0, 0]
    assert house.events[-1].kind in ("conflict", "new")
    found = next(e for e in house.events if e.kind == "conflict")
    assert found.finding
    assert found.finding.addresses == ("10.0.0.2",)


def test_a_sweep_that_hears_nothing_new_leaves_nothing_in_memory(house: House) -> None:
    def hear(rounds: range) -> None:
        for n in rounds:
            names = {"dns_ptr": "tv.lan", "mdns_hostname": "tv.local", "icmp_rtt": f"{n}.5"}
            house.round(*(heard(f"10.0.0.{host}", f"3c:22:fb:00:00:{host:02x}", **names) for host in range(1, 17)))
            house.looks.begun.clear()

    hear(range(10))
    tracemalloc.start()
    try:
        hear(range(10, 40))  # what is kept from one sweep to the next, traced
        gc.collect()
        before, _ = tracemalloc.get_traced_memory()
        hear(range(40, 80))
        gc.collect()
        after, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert after - before < 160 * 1024, "4 KiB for each"


def test_what_goes_wrong_in_every_sweep_is_said_once(house: House) -> None:
    for _ in range(5):
        house.sweep(ROUTERS, is_partial=True)
        house.over()
        house.pass_by(EVERY)
    assert [s for s in house.said if "went down" in s] == ["it went down"]
    assert house.watcher.counts.failures == house.watcher.counts.sweeps == 5
    assert not house.events
