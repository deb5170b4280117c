"""What can befall an inventory's file, done to it: kills, errors of the system, full disks, locks, damage.

    python -m tests.inventory.injuries [--kills N] [--every N]

prints a table: how often each was tried, how often nothing was lost, and what the user was told. `--every 5` spares four of five
calls to the system. Without strace(1) those are left out, and said to be.
"""

import argparse
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from random import Random
from typing import NamedTuple

from netinv.errors import StoreError
from netinv.inventory.store import open_inventory
from netinv.model import Annotations
from tests.inventory import test_kills
from tests.inventory.test_kills import generation

ROOT = Path(__file__).parents[2]
CALLS = ("openat", "pwrite64", "fdatasync", "fsync", "unlink", "rename", "ftruncate")
"""By which a file is changed (strace knows those that do not occur, too)."""
MOST_CALLS = 2000
"""Of one kind in one piece of work: a mistake must not run for ever."""
UNREACHED, BROKEN, SAID = 0, 1, 3
"""Exit codes of a piece of work: it was done; an exception nobody expected; it failed and said why. A kill is a negative one."""


class Row(NamedTuple):
    """One injury, and what came of it."""

    injury: str
    tries: int
    whole: int
    """How often the inventory was as before, or as after."""
    says: str = ""
    """What the user is told."""


# -- the work that is interrupted


def first(path: Path) -> None:
    """The first scan, into a file that is not there yet."""
    with open_inventory(path) as store:
        store.record(generation(1))


def save(path: Path) -> None:
    with open_inventory(path) as store:
        store.record(generation(2))


def act(path: Path) -> None:
    """Merge, split, name, and take one back."""
    with open_inventory(path) as store:
        one, other, *_ = (device.id for device in store.devices())
        store.merge(one, other)
        store.split(one, ["10.0.0.2"])
        store.annotate({one: Annotations(name="attic")})
        store.undo()


def upgrade(path: Path) -> None:
    open_inventory(path).close()


def vacuum(path: Path) -> None:
    with open_inventory(path) as store:
        store.vacuum()


def _empty(path: Path) -> None:
    pass


def _saved(path: Path) -> None:
    first(path)


def _old(path: Path) -> None:
    from tests.inventory.test_upgrade import as_first_written  # pytest takes longer to load than the work, which does without

    as_first_written(path)


WORK: dict[str, tuple[Callable[[Path], None], Callable[[Path], None]]] = {
    "first": (_empty, first),
    "save": (_saved, save),
    "act": (_saved, act),
    "upgrade": (_old, upgrade),
    "vacuum": (_saved, vacuum),
}
"""What is there before, and what is done to it."""


def state(path: Path) -> object:
    """All that an inventory knows, but for when its user did what; StoreError if it is damaged. Opening it mends what can be."""
    if not path.exists():
        return None
    with open_inventory(path) as store:
        if said := store.check():
            raise StoreError(f"damaged: {said[0]}")
        devices = [
            (d.id, d.macs, d.annotations, sorted((e.address, e.key, e.value) for e in d.evidence), d.presence)
            for d in store.devices()
        ]
        scans = [(s.id, s.found, sorted(store.seen_in(s.id))) for s in store.scans()]
        return (devices, scans) if devices or scans else None


# -- kills


def random_kills(folder: Path, kills: int) -> Row:
    """Kill at random moments of saves without end; the inventory holds what was promised, or one scan more."""
    random, path, number, whole = Random(), folder / "0.db", 0, 0
    for kill in range(kills):
        if kill % 20 == 0:
            path, number = folder / f"{kill}.db", 0
        heard_of, told = os.pipe()
        if not (child := os.fork()):
            try:
                test_kills.save_for_ever(path, number, told)
            finally:
                os._exit(1)
        os.close(told)
        time.sleep(random.random() * 0.06)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        with os.fdopen(heard_of, "rb") as pipe:
            promised = int.from_bytes(pipe.read()[-4:] or number.to_bytes(4, "big"), "big")
        try:
            number = test_kills.last_saved(path)
        except (AssertionError, StoreError) as error:
            print(f"kill {kill}: {error}", file=sys.stderr)
            number = promised
            continue
        whole += number in (promised, promised + 1)
    return Row("kill -9 at a random moment of a save", kills, whole)


def at_each_call(folder: Path, name: str, injury: str, *, every: int = 1) -> Row:
    """A piece of work killed (`signal=KILL`), or told of an error (`error=EIO`), at each call that concerns its file in turn."""
    before, work = WORK[name]
    untouched, done = folder / "untouched.db", folder / "done.db"
    for path in (untouched, done):
        before(path)
    work(done)
    allowed = [state(done)] if name == "upgrade" else [state(untouched), state(done)]
    if name == "act":
        allowed += _between(folder, before)
    tries = whole = told = 0
    for call in CALLS:
        for nth in range(1, MOST_CALLS, every):
            place = folder / f"{call}-{nth}"
            place.mkdir()
            path = place / "i.db"
            before(path)
            code, says = _injured(path, name, f"{call}:{injury}:when={nth}")
            if code == UNREACHED:
                break
            tries += 1
            told += code == SAID and all(says)
            try:
                is_whole = state(path) in allowed and (code < 0 or code == SAID)
            except StoreError as error:
                is_whole = False
                print(f"{name}, {call} {nth}: {error}", file=sys.stderr)
            if not is_whole:
                print(f"{name}, {call} {nth} {injury}: exit code {code}, {says}", file=sys.stderr)
            whole += is_whole
            if code == BROKEN:
                return Row(f"{name}: the program is broken", tries, 0)
            shutil.rmtree(place)
    what = "killed" if "KILL" in injury else injury.removeprefix("error=")
    return Row(
        f"{name}: {what} at each {'call' if every == 1 else f'{every}th call'}",
        tries,
        whole,
        f"{told} told with cause and hint" if told else "",
    )


def _between(folder: Path, before: Callable[[Path], None]) -> list[object]:
    """What an inventory may be between two acts."""
    path = folder / "between.db"
    before(path)
    found = []
    with open_inventory(path) as store:
        one, other, *_ = (device.id for device in store.devices())
        for do in (
            lambda: store.merge(one, other),
            lambda: store.split(one, ["10.0.0.2"]),
            lambda: store.annotate({one: Annotations(name="attic")}),
        ):
            do()
            found.append(state(path))
    return found


def _injured(path: Path, name: str, injection: str) -> tuple[int, list[str]]:
    """The exit code of the work, and what it said; strace counts only calls that concern the file, its journal and its folder."""
    call = injection.partition(":")[0]
    watched = [
        word for end in ("", "-journal", ".schema1", ".schema1-journal", ".schema1.part") for word in ("-P", f"{path}{end}")
    ]
    command = [
        "strace",
        "-f",
        "-qq",
        "-o",
        os.devnull,
        *watched,
        "-P",
        str(path.parent),
        "-e",
        f"trace={call}",
        "-e",
        f"inject={injection}",
    ]
    ran = subprocess.run(
        [*command, sys.executable, "-m", __spec__.name if __spec__ else "tests.inventory.injuries", "--work", name, str(path)],
        capture_output=True, text=True, cwd=ROOT, check=False,
    )  # fmt: skip
    try:
        return ran.returncode, json.loads(ran.stdout)
    except ValueError:
        return ran.returncode, []


# -- what the command line says


NETINV = (sys.executable, "-m", "netinv", "demo", "--in-memory")


def _scan(path: Path, *wrapper: str) -> tuple[bool, str]:
    """A scan of the virtual LAN into a store that cannot take it: whether the result came all the same, and what was said."""
    command = [*wrapper, *NETINV, "--store", str(path), "--", "--presence", "--csv", "-q"]
    ran = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
    said = [line.replace(str(path), "FILE") for line in ran.stderr.splitlines() if line.startswith(("error:", "hint:"))]
    came = len(ran.stdout.splitlines()) > 20 and ran.returncode not in (0, 1) and len(said) == 2
    return came, f"exit {ran.returncode}: {'; '.join(said) or ran.stderr[-300:]}"


def full_disks(folder: Path, rooms: Sequence[int] = (0, 4, 16, 64)) -> Iterator[Row]:
    """A disk of two mebibytes with so much free, in a mount namespace of its own."""
    for room in rooms:
        for name, there in (("a store", True), ("no store yet", False)):
            place = folder / f"full-{room}-{there}"
            place.mkdir()
            if there:
                first(place / "source.db")
            script = f"""
                set -e; mount -t tmpfs -o size=2m none "$0/disk"
                [ ! -e "$0/source.db" ] || cp "$0/source.db" "$0/disk/i.db"
                free=$(stat -f -c %a "$0/disk"); head -c $((free * 4096 - {room} * 1024)) /dev/zero > "$0/disk/filler"
                "$@" || code=$?
                rm "$0/disk/filler"; cp -r "$0/disk" "$0/after"; exit ${{code:-0}}"""
            (place / "disk").mkdir()
            came, said = _scan(place / "disk" / "i.db", *_APART, "sh", "-c", script, str(place))
            kept = state(place / "after" / "i.db")
            is_saved = not came and "exit 0" in said
            whole = (came and kept == (state(place / "source.db") if there else None)) or (is_saved and kept is not None)
            yield Row(f"full disk, {room} KiB left, {name}", 1, int(whole), "room enough: saved" if is_saved else said)


def refusals(folder: Path) -> Iterator[Row]:
    """Files that may not or must not be written: each stays as it is, to the byte."""
    path = folder / "refused.db"
    first(path)
    whole = path.read_bytes()

    def tried(injury: str, content: bytes, *wrapper: str) -> Row:
        path.write_bytes(content)
        came, said = _scan(path, *wrapper)
        return Row(injury, 1, int(came and path.read_bytes() == content), said)

    read_only = ("sh", "-c", 'mount --bind "$0" "$0" && mount -o remount,ro,bind "$0" && exec "$@"', str(folder))
    yield tried("read-only file system", whole, *_APART, *read_only)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        path.write_bytes(whole)
        other.execute("BEGIN EXCLUSIVE")
        begin = time.monotonic()
        came, said = _scan(path)
        waited = time.monotonic() - begin
    yield Row(f"locked by another program (waited, {waited:.0f} s in all)", 1, int(came and waited > 5), said)
    with closing(sqlite3.connect(path)) as file:
        file.execute("PRAGMA user_version = 99")
    yield tried("schema of a newer netinv", path.read_bytes())
    with closing(sqlite3.connect(path)) as file:
        file.execute("PRAGMA user_version = 1")
        file.execute("PRAGMA application_id = 1")
    yield tried("another program's database", path.read_bytes())
    yield tried("no database", b"a letter to grandmother\n" * 400)
    yield tried("cut short", whole[: len(whole) // 2])
    yield tried("zeros", bytes(len(whole)))
    yield tried("its pages overwritten", whole[:4096] + Random(1).randbytes(len(whole) - 4096))


_APART = ("unshare", "--mount") if os.geteuid() == 0 else ("unshare", "--user", "--map-root-user", "--mount")


def can_mount() -> bool:
    """Whether there may be disks of our own."""
    return bool(shutil.which("unshare")) and not subprocess.run([*_APART, "true"], capture_output=True, check=False).returncode


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.inventory.injuries", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--kills", type=int, default=1000, help="at random moments (default 1000)")
    parser.add_argument("--every", type=int, default=1, help="only every so manieth call to the system (default 1)")
    parser.add_argument("--work", nargs=2, help=argparse.SUPPRESS)
    wanted = parser.parse_args()
    if wanted.work:
        name, path = wanted.work
        try:
            WORK[name][1](Path(path))
        except StoreError as error:
            print(json.dumps([error.message, error.hint]))
            return SAID
        return UNREACHED
    rows = []
    with _folder() as folder:
        for row in _all(folder, wanted.kills, wanted.every):
            rows.append(row)
            verdict = "nothing lost" if row.whole == row.tries else f"LOST {row.tries - row.whole}"
            print(f"{row.injury:<52}{row.tries:>6}  {verdict:<14}{row.says}", flush=True)
    return int(any(row.whole != row.tries or not row.tries for row in rows))


def _all(folder: Path, kills: int, every: int) -> Iterator[Row]:
    yield random_kills(folder, kills)
    if shutil.which("strace"):
        for name in WORK:
            for injury in ("signal=KILL", "error=EIO", "error=ENOSPC"):
                with tempfile.TemporaryDirectory(dir=folder) as place:
                    yield at_each_call(Path(place), name, injury, every=every)
    else:
        print("strace is not installed: no injuries at each call to the system (apt-get install strace)")
    if can_mount():
        yield from full_disks(folder)
        yield from refusals(folder)
    else:
        print("mount namespaces are not allowed here: no full disk, no read-only file system")


@contextmanager
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="netinv-injuries-") as folder:
        yield Path(folder)


if __name__ == "__main__":
    sys.exit(main())
