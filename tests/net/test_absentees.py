"""Who was here before and keeps silent is asked again, alone; nobody else is, and nobody waits for who is there."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import aclosing
from ipaddress import IPv4Address
from itertools import pairwise

from netinv.lab import Lan
from netinv.model import MAC
from netinv.net.absentees import MOST, TIMES, Expected
from netinv.net.pace import Pace
from netinv.net.sweep import Sweeper
from netinv.net.targets import parse_targets
from tests.net.media import A, FakeMedium, alike, now, run

HERE = ["10.0.0.1", "10.0.0.7"]
ASLEEP = "10.0.0.9"


def swept(medium: FakeMedium, expected: Sequence[Expected], targets: str = "10.0.0.1-20") -> tuple[set[str], float]:
    """Who answered a sweep of two rounds, and how many seconds it took."""

    async def go() -> tuple[set[str], float]:
        loop = asyncio.get_running_loop()
        begin = loop.time()
        sweep = Sweeper(medium, Pace(5000, clock=now)).sweep(parse_targets([targets]), rounds=2, timeout=0.05, expected=expected)
        async with aclosing(sweep) as replies:
            return {reply.address async for reply in replies}, loop.time() - begin

    try:
        return run(go())
    finally:
        medium.close()


def home(**others: MAC | None) -> Mapping[int, MAC | None]:
    """What is known of `HERE`, and of others at the address `10.0.0.` and their number."""
    macs = {address: macs[0] for address, (macs, _, _) in alike(HERE).items()}
    known = {**macs, **{f"10.0.0.{number.lstrip('n')}": mac for number, mac in others.items()}}
    return {int(IPv4Address(address)): mac for address, mac in known.items()}


def test_one_that_hears_only_what_is_for_it_alone_is_found() -> None:
    medium = FakeMedium({**alike(HERE), ASLEEP: ([A], 4, 0.0)})
    found, _ = swept(medium, [home(n9=A)])
    assert found == {*HERE, ASLEEP}
    assert medium.alone == [(ASLEEP, A)] * 2, "no more often than need be, and nobody else"


def test_one_that_has_left_is_asked_a_few_times_and_no_more() -> None:
    medium = FakeMedium(alike(HERE))
    found, _ = swept(medium, [home(n9=A)])
    assert found == set(HERE)
    assert medium.alone == [(ASLEEP, A)] * TIMES
    asked = [at for at, address, attempt in medium.asked if address == ASLEEP and attempt > 2]
    assert min(after - before for before, after in pairwise(asked)) > 0.9


def test_nobody_waits_where_all_who_are_expected_have_answered() -> None:
    _, usual = swept(FakeMedium(alike(HERE)), [])
    medium = FakeMedium(alike(HERE))
    _, seconds = swept(medium, [home()])
    assert medium.alone == []
    assert seconds < usual + 0.3


def test_in_another_network_with_the_same_addresses_nobody_is_asked_alone() -> None:
    medium = FakeMedium(alike(["10.0.0.2"]))
    swept(medium, [home(n9=A)])
    assert medium.alone == []


def test_who_has_another_address_today_is_not_missing() -> None:
    medium = FakeMedium({**alike(HERE), "10.0.0.12": ([A], 1, 0.0)})
    swept(medium, [home(n9=A)])
    assert medium.alone == []


def test_of_many_who_are_missing_so_many_are_asked_as_do_not_delay_the_scan() -> None:
    medium = FakeMedium(alike(HERE))
    gone = {f"n{n}": MAC.parse(b"\x00\x1b\xaa\x00\x00" + bytes([n])) for n in range(10, 250)}
    swept(medium, [home(**gone)], "10.0.0.1-254")
    assert len(medium.alone) == TIMES * MOST


def test_a_scan_finds_who_dozes_on_the_air_by_what_the_inventory_knows(crowd: Callable[..., Lan]) -> None:
    from netinv import scan

    lan = crowd(hosts=30, wifi=0.1, wifi_loss=0.95)
    dozing = {IPv4Address(d.address) for d in lan.household.devices if d.wifi}
    known = {d.address: d.mac for d in lan.household.devices}
    assert len(dozing) == 3
    first, again = (
        {IPv4Address(d.addresses[0]) for d in scan(presence=True, interface=lan.interface, expected=expected).devices}
        for expected in ((), (known,))
    )
    assert not dozing <= first, "a broadcast hardly reaches them"
    assert dozing <= again
