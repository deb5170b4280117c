"""Several sensors that write to one PostgreSQL at once, and a server that is killed meanwhile.

    python -m tests.inventory.sensors [SENSORS [SCANS]]

does it with 8 sensors and 200 scans each, tells what came of it, and exits with 1 if anything was lost, doubled or half saved.
The server is one of its own, on a socket; every second sensor stands in a network of its own, the others share one.
"""

import argparse
import json
import os
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from netinv.inventory.opening import open_database
from netinv.inventory.schema import TABLES
from netinv.inventory.store import open_inventory
from netinv.model import Scan
from tests.inventory.scans import HOME, OFFICE, heard, scan
from tests.inventory.server import Server

DEVICES = 12


class Told(NamedTuple):
    """What a sensor says it did."""

    saved: list[str]
    """Ids of scans."""
    unsaved: list[str]
    """Of those that it said are not saved."""
    slowest: float
    """Seconds that a save took."""


def look(sensor: int, n: int) -> Scan:
    """A scan: most devices are as they were, one has a new name, one comes and stays, and all sensors meet a travelling one."""
    at_home = sensor % 2 == 0
    site, lan = (HOME, "10.0.0") if at_home else (OFFICE, "192.168.7")
    told = [heard(f"{lan}.1", f"3c:22:fb:01:00:{'00' if at_home else f'{sensor:02x}'}")]
    for k in range(DEVICES):
        told.append(
            heard(f"{lan}.{20 + k}", mac(sensor if not at_home else 0, k), dns_ptr=name(sensor, n, k), icmp_rtt=f"{n}.{k}")
        )
    told.append(heard(f"{lan}.200", f"3c:22:fb:07:00:{sensor:02x}", dns_ptr=f"only-{sensor}.lan"))
    told += [heard(f"{lan}.{210 + g % 40}", mac(100 + sensor, g)) for g in range(n // 20)]
    return scan(*told, hours=n, name=f"{sensor}-{n}", interface=site, sensor=f"sensor-{sensor}", targets=f"{lan}.1")


def mac(house: int, k: int) -> str:
    return f"3c:22:fb:{house:02x}:{k:02x}:0a"


def name(sensor: int, n: int, k: int) -> str:
    """Of those whom one sensor sees alone, the first is called otherwise in every scan."""
    return f"host-{k}-{n}.lan" if k == 0 and sensor % 2 else f"host-{k}.lan"


def sense(url: str, sensor: int, scans: int, told: Path) -> None:
    """The whole life of a sensor, which remembers as `netinv scan` does: a scan that could not be saved is said to be so."""
    from netinv.cli.memory import Memory

    saved: list[str] = []
    unsaved: list[str] = []
    slowest = 0.0
    for n in range(scans):
        found, began = look(sensor, n), time.monotonic()
        memory = Memory(url, read_only=False)
        memory.record(found)
        memory.close()
        slowest = max(slowest, time.monotonic() - began)
        (unsaved if memory.error else saved).append(found.id)
        if memory.error:
            print(f"sensor-{sensor}: {found.id}: {memory.error.message}", file=sys.stderr)
    told.write_text(json.dumps(Told(saved, unsaved, slowest)))


def at_once(url: str, sensors: int, scans: int, meanwhile: Callable[[], object] = lambda: None) -> list[Told]:
    """Let all of them write, each a process of its own; `meanwhile` is called again and again until the last has ended."""
    with TemporaryDirectory() as folder:
        children = set()
        for sensor in range(sensors):
            if not (child := os.fork()):
                code = 1
                try:
                    sense(url, sensor, scans, Path(folder) / str(sensor))
                    code = 0
                finally:
                    os._exit(code)
            children.add(child)
        while children:
            ended, status = os.waitpid(next(iter(children)), os.WNOHANG)
            if not ended:
                time.sleep(0.02)
                meanwhile()
                continue
            children.discard(ended)
            if os.waitstatus_to_exitcode(status):
                raise RuntimeError(f"a sensor ended with {status}")
        return [Told(*json.loads((Path(folder) / str(sensor)).read_text())) for sensor in range(sensors)]


def in_line(url: str, sensors: int, scans: int) -> None:
    """The same by one process, a scan of each sensor after another."""
    with open_inventory(url) as store:
        for n in range(scans):
            for sensor in range(sensors):
                store.record(look(sensor, n))


def counted(url: str) -> dict[str, object]:
    """What is kept, but for what the order of the sensors decides."""
    with closing(open_database(url, read_only=True)) as database, database.reading():
        counts: dict[str, object] = {table: database.all(f"SELECT count(*) FROM {table}")[0][0] for table in TABLES}
        counts["scans by sensor"] = sorted(database.all("SELECT sensor, count(*), count(DISTINCT id) FROM scans GROUP BY sensor"))
        counts["events by field"] = sorted(database.all("SELECT field, count(*) FROM events GROUP BY field"))
        counts["facts"] = sorted(database.all("SELECT key, count(*), count(ended) FROM evidence GROUP BY key"))
        counts["seen"] = database.all("SELECT sum(found) FROM scans")[0][0]
        counts["new"] = database.all("SELECT sum(new) FROM scans")[0][0]
    return counts


def faults(url: str, told: Sequence[Told]) -> Iterator[str]:
    """What was lost, doubled or half saved, against what the sensors say."""
    with closing(open_database(url, read_only=True)) as database, database.reading():
        ids = Counter(str(row[0]) for row in database.all("SELECT id FROM scans"))
        said = [found for one in told for found in one.saved]
        if lost := set(said) - ids.keys():
            yield f"{len(lost)} scans lost: {sorted(lost)[:5]}"
        if doubled := [found for found, times in ids.items() if times > 1]:
            yield f"{len(doubled)} scans doubled"
        for found in ids.keys() - set(said) - {one for each in told for one in each.unsaved}:
            yield f"{found} was saved, and nobody said so"
        [[last, count, devices]] = database.all(
            "SELECT (SELECT max(number) FROM scans), (SELECT count(*) FROM scans), (SELECT count(*) FROM devices)"
        )
        if last != count:
            yield f"{count} scans are numbered to {last}"
        if database.all("SELECT coalesce(sum(new), 0) FROM scans") != [(devices,)]:
            yield f"{devices} devices, and other sums of new ones in the scans"
        told_of = database.all("SELECT count(*) FROM events WHERE field = 'device'")[0][0]
        if told_of != devices:
            yield f"{devices} devices, of whom {told_of} were told of"
        for query, what in _HALVES:
            if rows := database.all(query):
                yield f"{what}: {rows[:3]}"
    with open_inventory(url, read_only=True) as store:
        yield from store.check()
        for one in store.scans():
            if len(store.seen_in(one.id)) != one.found:
                yield f"{one.id} found {one.found}, and has {len(store.seen_in(one.id))}"


_HALVES = (
    ("SELECT id FROM devices WHERE last_scan NOT IN (SELECT number FROM scans)", "devices of scans that are not there"),
    ("SELECT number FROM evidence WHERE last_scan NOT IN (SELECT number FROM scans)", "facts of scans that are not there"),
    ("SELECT scan FROM events WHERE scan NOT IN (SELECT number FROM scans)", "events of scans that are not there"),
    ("SELECT number FROM devices WHERE number NOT IN (SELECT device FROM opinions)", "devices nobody has an opinion of"),
    ("SELECT number FROM devices WHERE number NOT IN (SELECT device FROM clues)", "devices without a clue"),
    (
        "SELECT device, network, address, key, probe FROM evidence WHERE ended IS NULL AND key = 'icmp.rtt'"
        " GROUP BY device, network, address, key, probe HAVING count(*) > 1",
        "measurements kept twice",
    ),
)


class Killer:
    """Kills the server with all who serve, every so often, and starts it anew."""

    def __init__(self, server: Server, every: float, away: float) -> None:
        self.kills = 0
        self._server, self._every, self._away = server, every, away
        self._due = time.monotonic() + every

    def __call__(self) -> None:
        if time.monotonic() >= self._due:
            self._server.kill()
            self.kills += 1
            time.sleep(self._away)
            self._server.start()
            self._due = time.monotonic() + self._every


def main(sensors: int = 8, scans: int = 200) -> int:
    """Three runs: at once, in line, and at once with the server killed every two seconds."""
    server = Server(is_hurried=False)
    wrong: list[str] = []
    try:
        server.start()
        began = time.monotonic()
        told = at_once(server.url("crowd"), sensors, scans)
        took = time.monotonic() - began
        wrong += faults(server.url("crowd"), told)
        saved = sum(len(one.saved) for one in told)
        print(f"{sensors} sensors at once: {saved} of {sensors * scans} scans saved in {took:.1f} s, {saved / took:.0f} a second;"
              f" the slowest save {max(one.slowest for one in told):.2f} s")  # fmt: skip
        began = time.monotonic()
        in_line(server.url("line"), sensors, scans)
        print(f"the same by one, in line: {time.monotonic() - began:.1f} s")
        crowd, line = counted(server.url("crowd")), counted(server.url("line"))
        for what in crowd:
            is_same = crowd[what] == line[what]
            print(f"  {what}: {crowd[what] if is_same else f'{crowd[what]} at once, {line[what]} in line'}")
            wrong += [] if is_same else [f"{what} differ"]
        killer = Killer(server, every=2.0, away=0.5)
        began = time.monotonic()
        told = at_once(server.url("killed"), sensors, scans, killer)
        saved, unsaved = sum(len(one.saved) for one in told), sum(len(one.unsaved) for one in told)
        print(f"the server killed {killer.kills} times meanwhile: {saved} scans saved, {unsaved} said to be not saved,"
              f" in {time.monotonic() - began:.1f} s; the slowest save {max(one.slowest for one in told):.2f} s")  # fmt: skip
        wrong += faults(server.url("killed"), told)
        for what, count in counted(server.url("killed")).items():
            if not unsaved and count != line[what]:
                wrong.append(f"{what} differ after kills: {count}, {line[what]} in line")
    finally:
        server.close()
    print("\n".join(wrong) or "nothing lost, nothing doubled, nothing half saved")
    return bool(wrong)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m tests.inventory.sensors", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("sensors", nargs="?", type=int, default=8, help="at once (default 8)")
    parser.add_argument("scans", nargs="?", type=int, default=200, help="that each saves (default 200)")
    sys.exit(main(**vars(parser.parse_args())))
