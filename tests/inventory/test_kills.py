"""kill -9 at any moment: the inventory opens, and holds the old scan or the new one, never half of one."""

import os
import signal
import time
from collections.abc import Iterable
from pathlib import Path
from random import Random

from netinv.inventory.devices import build
from netinv.inventory.store import open_inventory
from netinv.model import Annotations, Device, Evidence, Scan, Verdict
from tests.inventory.scans import heard, scan

KILLS = int(os.environ.get("NETINV_KILLS", "60"))
DEVICES = 40


def generation(number: int) -> Scan:
    """A scan in which every device tells the number of the scan, and one device is new."""
    told = [heard(f"10.0.0.{n}", f"3c:22:fb:00:00:{n:02x}", dns_ptr=f"host-{n}-of-{number}.lan") for n in range(1, DEVICES)]
    new = heard(
        "10.0.0.200", f"3c:22:fc:{number >> 16:02x}:{number >> 8 & 255:02x}:{number & 255:02x}", dns_ptr=f"new-of-{number}.lan"
    )
    return scan(*told, new, hours=number, name=str(number), judge=unjudged)


def unjudged(evidence: Iterable[Evidence]) -> Device:
    """Without asking the rules, which take longer than a save: most kills are to hit one."""
    return build(evidence, verdict=Verdict(), name=None, names=(), vendor=None)


def save_for_ever(path: Path, number: int, told: int) -> None:
    with open_inventory(path) as store:
        while True:
            number += 1
            store.record(generation(number))
            os.write(told, number.to_bytes(4, "big"))


def last_saved(path: Path) -> int:
    """The number of the last scan; everything in the inventory is of this scan."""
    with open_inventory(path) as store:
        scans = store.scans()
        assert store.check() == ()
        devices = store.devices()
        if not scans:
            assert devices == ()
            return 0
        number = int(scans[0].id)
        present = store.seen_in(scans[0].id)
    assert [int(s.id) for s in scans] == list(range(number, 0, -1))
    assert all(s.found == DEVICES for s in scans)
    assert len(devices) == sum(s.new for s in scans)
    names = {e.value for d in devices if d.id in present for e in d.evidence if e.key == "dns.ptr"}
    assert names == {f"host-{n}-of-{number}.lan" for n in range(1, DEVICES)} | {f"new-of-{number}.lan"}
    return number


def test_a_killed_save_leaves_the_old_scan_or_the_new_one(tmp_path: Path) -> None:
    random, path, number = Random(), tmp_path / "i.db", 0
    halves = 0
    for kill in range(KILLS):
        if kill % 20 == 0:  # from the very first file on, and so that a long run stays quick
            path, number = tmp_path / f"{kill}.db", 0
        heard_of, told = os.pipe()
        if not (child := os.fork()):
            try:
                save_for_ever(path, number, told)
            finally:
                os._exit(1)
        os.close(told)
        time.sleep(random.random() * 0.06)  # the moment itself is what is tried
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        with os.fdopen(heard_of, "rb") as pipe:
            promised = int.from_bytes(pipe.read()[-4:] or number.to_bytes(4, "big"), "big")
        halves += path.with_name(f"{path.name}-journal").exists()
        number = last_saved(path)
        assert number in (promised, promised + 1)
    print(f"{KILLS} kills, {halves} with a journal left behind")


def test_a_killed_save_is_undone_by_readers_too(tmp_path: Path) -> None:
    """A journal left behind is rolled back by whoever opens the file next, be it for reading."""
    path = tmp_path / "i.db"
    with open_inventory(path) as store:
        store.record(generation(1))
    for _ in range(200):
        if not (child := os.fork()):
            try:
                save_for_ever(path, last_saved(path), os.open(os.devnull, os.O_WRONLY))
            finally:
                os._exit(1)
        journal = path.with_name("i.db-journal")
        while not journal.exists() and os.waitpid(child, os.WNOHANG) == (0, 0):
            pass
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        if journal.exists():
            break
    with open_inventory(path, read_only=True) as store:
        number = int(store.scans()[0].id)
        assert store.devices()
    assert last_saved(path) == number


def act_for_ever(path: Path, seed: int) -> None:
    """Whatever a user does, one act after another."""
    random = Random(seed)
    with open_inventory(path) as store:
        while True:
            first, *others = store.devices()
            match random.randrange(4):
                case 0:
                    store.annotate({first.id: Annotations(name=str(random.random()))})
                case 1 if others:
                    store.merge(first.id, others[0].id)
                case 2 if len(first.addresses) > 1:
                    store.split(first.id, first.addresses[1:2])
                case _:
                    store.undo()


def test_a_killed_act_is_done_or_not_begun(tmp_path: Path) -> None:
    path, random = tmp_path / "i.db", Random()
    with open_inventory(path) as store:
        before = store.record(generation(1)).scan.devices
    for seed in range(KILLS // 3):
        if not (child := os.fork()):
            try:
                act_for_ever(path, seed)
            finally:
                os._exit(1)
        time.sleep(random.random() * 0.05)
        os.kill(child, signal.SIGKILL)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
        with open_inventory(path) as store:
            assert store.check() == ()
            devices = store.devices()
            assert sorted(e.value for d in devices for e in d.evidence) == sorted(e.value for d in before for e in d.evidence)
            assert store.seen_in("1") == {d.id for d in devices}
