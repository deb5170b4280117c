"""What can go wrong with a file: each is told with its cause and a hint, and nothing that was saved is lost."""

import ctypes
import json
import os
import resource
import shutil
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager, nullcontext, suppress
from dataclasses import replace
from pathlib import Path
from random import Random
from textwrap import dedent
from threading import Thread

import pytest

from netinv.errors import DeviceError, StoreError
from netinv.inventory.store import open_inventory
from tests.inventory.scans import ROUTER, TV, heard, scan

FIRST = scan(heard("10.0.0.1", ROUTER), heard("10.0.0.5", TV, dns_ptr="tv.lan"))
SECOND = scan(heard("10.0.0.1", ROUTER), heard("10.0.0.5", TV, dns_ptr="film.lan"), hours=1)
KNOWN = tuple(replace(device, network="10.0.0.0/24", sensor="local") for device in FIRST.devices)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """An inventory of one scan."""
    with open_inventory(tmp_path / "i.db") as store:
        store.record(FIRST)
    return tmp_path / "i.db"


def use(path: Path, *, read_only: bool = False) -> None:
    """Open, list and write."""
    with open_inventory(path, read_only=read_only, timeout=0.05) as store:
        store.check()
        for device in store.devices():
            store.recognise(device)
            with suppress(DeviceError):
                store.find(device.id)
        store.scans()
        store.record(SECOND)


def refusal(path: Path, *, read_only: bool = False) -> StoreError:
    """Why it cannot be used."""
    with pytest.raises(StoreError) as caught:
        use(path, read_only=read_only)
    assert caught.value.hint
    assert str(path) in caught.value.message
    return caught.value


# -- whose file it is


def test_a_newer_schema_is_refused_and_left_as_it_is(path: Path) -> None:
    with closing(sqlite3.connect(path)) as file:
        file.execute("PRAGMA user_version = 99")
        file.execute("DROP TABLE evidence")
    before = path.read_bytes()
    for read_only in (True, False):
        error = refusal(path, read_only=read_only)
        assert "newer netinv" in error.message
        assert "upgrade" in (error.hint or "")
    assert path.read_bytes() == before


def test_a_database_of_another_program_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    with closing(sqlite3.connect(path)) as file:
        file.execute("CREATE TABLE precious (thing)")
        file.execute("PRAGMA user_version = 1")
    before = path.read_bytes()
    assert "another program" in refusal(path).message
    assert path.read_bytes() == before


@pytest.mark.parametrize("content", [b"not a database, but a text of some length" * 99, b"\0" * 5000, b"SQLite format 3\0", b"x"])
def test_what_is_no_database_is_refused_and_left_as_it_is(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "notes.txt"
    path.write_bytes(content)
    refusal(path)
    refusal(path, read_only=True)
    assert path.read_bytes() == content


def test_an_empty_file_is_an_empty_inventory(tmp_path: Path) -> None:
    """Left by a program that was killed before it saved anything."""
    path = tmp_path / "i.db"
    path.touch()
    with open_inventory(path, read_only=True) as store:
        assert store.devices() == ()
    assert path.read_bytes() == b""
    with open_inventory(path) as store:
        assert len(store.record(FIRST).scan.devices) == 2


# -- damage


@pytest.mark.parametrize(
    ("table", "column", "value"),
    [
        ("opinions", "name", b"tv"), ("opinions", "vendor", b"7"), ("opinions", "names", '[["tv"]]'), ("opinions", "macs", "{"),
        ("opinions", "addresses", "[7]"), ("opinions", "verdict", '["a","b",[],0.5,[]]\n[]\n[]'), ("devices", "id", b"x"),
        ("devices", "rtt", "fast"), ("devices", "last_seen", "now"), ("devices", "first_seen", 1 << 62),
        ("devices", "silent", -1),
    ],
)  # fmt: skip
def test_a_list_tells_damage_from_devices(path: Path, table: str, column: str, value: object) -> None:
    with open_inventory(path) as store:
        assert len(store.devices(brief=True)) == 2
    with closing(sqlite3.connect(path)) as file, file:
        file.execute(f"UPDATE {table} SET {column} = ? WHERE rowid = 1", (value,))
    with open_inventory(path, read_only=True) as store, pytest.raises(StoreError) as caught:
        store.devices(brief=True)
    assert "is damaged" in caught.value.message


def test_what_a_list_shows_is_safe_whoever_wrote_it(path: Path) -> None:
    with closing(sqlite3.connect(path)) as file, file:
        file.execute("UPDATE opinions SET name = ?, names = ?", ("a\x1b[31mb", '[["\\u202ec","dns.ptr"]]'))
    with open_inventory(path, read_only=True) as store:
        for device in store.devices(brief=True):
            assert device.name == "a [31mb"
            assert [name.name for name in device.names] == ["c"]


def test_a_truncated_file_is_damaged_and_left_as_it_is(path: Path) -> None:
    whole = path.read_bytes()
    for size in range(512, len(whole), 4096):
        path.write_bytes(whole[:size])
        refusal(path)
        assert path.read_bytes() == whole[:size]


def test_flipped_bits_raise_nothing_but_store_errors(path: Path) -> None:
    whole, random = path.read_bytes(), Random(1)
    for _ in range(150):
        damaged = bytearray(whole)
        for _ in range(random.choice((1, 8, 64))):
            damaged[random.randrange(len(whole))] = random.randrange(256)
        path.write_bytes(damaged)
        with suppress(StoreError):
            use(path)


COLUMNS = {
    "devices": ("id", "first_seen", "last_seen", "first_scan"),
    "evidence": ("address", "key", "value", "probe", "last_seen"),
    "opinions": ("verdict", "names"),
    "scans": ("sensor", "started", "targets", "asked", "traffic", "problems"),
    "networks": ("prefix",),
}


@pytest.mark.parametrize(("table", "column"), [(table, column) for table, columns in COLUMNS.items() for column in columns])
@pytest.mark.parametrize("value", [b"\xff\x00", -7.5, "{}"])
def test_a_value_of_the_wrong_kind_is_damage_and_no_traceback(path: Path, table: str, column: str, value: object) -> None:
    with closing(sqlite3.connect(path)) as file, file:
        file.execute(f"UPDATE {table} SET {column} = ? WHERE rowid = 1", [value])
    if not isinstance(value, bytes) and column in ("id", "address", "key", "value", "probe", "sensor", "targets", "prefix"):
        with open_inventory(path) as store:
            assert store.devices()
    else:
        assert "damaged" in refusal(path).message


def test_text_that_is_not_utf8_is_damage(path: Path) -> None:
    with closing(sqlite3.connect(path)) as file, file:
        file.execute("UPDATE evidence SET value = CAST(x'ff' AS TEXT)")
    assert "damaged" in refusal(path).message


def test_a_missing_table_is_damage(path: Path) -> None:
    with closing(sqlite3.connect(path)) as file:
        file.execute("DROP TABLE evidence")
    assert "damaged" in refusal(path).message


def test_damage_can_be_looked_for(path: Path) -> None:
    with closing(sqlite3.connect(path)) as file:
        file.execute("PRAGMA writable_schema = ON")
        file.execute("UPDATE sqlite_master SET rootpage = (SELECT rootpage FROM sqlite_master WHERE name = 'clues_of_device')"
                     " WHERE name = 'evidence_of_device'")  # fmt: skip
        file.commit()
    with open_inventory(path) as store:
        assert store.check()


def test_a_clue_to_no_device_is_damage(path: Path) -> None:
    with closing(sqlite3.connect(path)) as file, file:
        file.execute("UPDATE clues SET device = 7")
    assert "damaged" in refusal(path).message


def test_a_file_that_others_gave_a_write_ahead_log_is_as_good(path: Path) -> None:
    with closing(sqlite3.connect(path)) as other:
        other.execute("PRAGMA journal_mode = WAL")
        use(path)
        use(path)
    with open_inventory(path, read_only=True) as store:
        assert len(store.scans()) == 2


def test_opinions_may_be_lost(path: Path) -> None:
    with closing(sqlite3.connect(path)) as file, file:
        file.execute("DELETE FROM opinions")
    with open_inventory(path) as store:
        assert store.devices() == KNOWN
        assert [c.field for c in store.record(SECOND).changes] == ["name"]


# -- others at the same time


def test_a_locked_store_is_waited_for_and_then_an_error(path: Path) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        assert "in use" in refusal(path).message
        assert "in use" in refusal(path, read_only=True).message
    with open_inventory(path) as store:
        assert store.devices() == KNOWN


def test_who_waits_saves_as_soon_as_the_other_is_done(path: Path) -> None:
    with closing(sqlite3.connect(path, isolation_level=None, check_same_thread=False)) as other, open_inventory(path) as store:
        other.execute("BEGIN IMMEDIATE")
        thread = Thread(target=lambda: other.execute("COMMIT"))
        thread.start()
        assert store.record(SECOND).changes
        thread.join()


def test_a_reader_is_not_in_the_way_of_a_writer(path: Path) -> None:
    with open_inventory(path, read_only=True) as reader, open_inventory(path, timeout=0.05) as writer:
        reader.devices()
        writer.record(SECOND)
        assert len(reader.scans()) == 2


def test_an_opinion_that_cannot_be_kept_at_once_is_not_kept(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("netinv.inventory.known.fingerprint", lambda: "newer")
    before = path.read_bytes()
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with open_inventory(path, read_only=True, timeout=60) as store:
            assert store.devices() == KNOWN
    assert path.read_bytes() == before


def test_writers_at_the_same_time_neither_lose_nor_double_anything(tmp_path: Path) -> None:
    path, children = tmp_path / "new" / "i.db", []
    for writer in range(4):
        if not (child := os.fork()):
            code = 1
            try:
                with open_inventory(path, timeout=30) as store:
                    for n in range(10):
                        here = heard(f"10.0.0.{10 + writer}", f"3c:22:fb:00:00:1{writer}", dns_ptr=f"w{writer}-{n}.lan")
                        store.record(scan(heard("10.0.0.1", ROUTER), here, name=f"{writer}-{n}", targets="10.0.0.1, 10.0.0.10"))
                code = 0
            finally:
                os._exit(code)
        children.append(child)
    assert [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children] == [0] * 4
    with open_inventory(path) as store:
        assert sorted(s.id for s in store.scans()) == sorted(f"{w}-{n}" for w in range(4) for n in range(10))
        assert [d.name for d in store.devices()][1:] == [f"w{w}-9" for w in range(4)]
        assert sum(s.new for s in store.scans()) == len(store.devices()) == 5
        assert store.check() == ()


# -- what may not be written, or has no room


@pytest.fixture
def ordinary(path: Path) -> Iterator[Path]:
    """The inventory, while permission bits hold us back as everybody but root."""
    with without_privilege() if os.geteuid() == 0 else nullcontext():
        yield path
    path.parent.chmod(0o700)


@contextmanager
def without_privilege() -> Iterator[None]:
    """Root, if only of the suite's namespace, without CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH (capabilities(7))."""
    libc, header = ctypes.CDLL(None), (ctypes.c_uint32 * 2)(0x20080522, 0)
    before, without = (ctypes.c_uint32 * 6)(), (ctypes.c_uint32 * 6)()
    if libc.capget(header, before) or libc.capget(header, without):
        pytest.skip("the system does not say what root may do")
    without[0] &= ~(1 << 1 | 1 << 2)
    libc.capset(header, without)
    try:
        yield
    finally:
        libc.capset(header, before)


def test_a_store_that_may_only_be_read_is_listed_and_not_written(ordinary: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("netinv.inventory.known.fingerprint", lambda: "newer")
    ordinary.chmod(0o400)
    ordinary.parent.chmod(0o500)
    with open_inventory(ordinary, read_only=True) as store:
        assert store.devices() == KNOWN
        assert store.find("tv").name == "tv"
    error = refusal(ordinary)
    assert "cannot be opened or written" in error.message
    assert "may you write to it" in (error.hint or "")
    assert "--no-save" not in (error.hint or "")  # which the commands that do not scan do not have


def test_a_directory_that_may_only_be_read_is_an_error_for_writers_only(ordinary: Path) -> None:
    ordinary.parent.chmod(0o500)
    with open_inventory(ordinary, read_only=True) as store:
        assert store.devices() == KNOWN
    refusal(ordinary)
    refusal(ordinary.parent / "new" / "i.db")


def test_a_store_that_may_not_be_read_is_an_error(ordinary: Path) -> None:
    ordinary.chmod(0)
    refusal(ordinary, read_only=True)
    ordinary.parent.chmod(0)
    refusal(ordinary, read_only=True)
    refusal(ordinary)


def test_the_journal_is_as_private_as_the_file(path: Path) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as file:
        file.execute("BEGIN IMMEDIATE")
        file.execute("DELETE FROM clues")
        modes = {p.name: stat.S_IMODE(p.stat().st_mode) for p in path.parent.iterdir()}
    assert modes == {"i.db": 0o600, "i.db-journal": 0o600}


LIMITED = """
    import json, sys
    from netinv.errors import StoreError
    from netinv.inventory.store import open_inventory
    from tests.inventory.scans import heard, scan

    path, limit = sys.argv[1:]
    big = scan(*(heard(f"10.0.0.{n}", f"3c:22:fb:00:01:{n:02x}", dns_ptr="x" * 500) for n in range(1, 250)), hours=1)
    with open_inventory(path) as store:
        before = store.devices()
        exec(limit)
        try:
            store.record(big)
            said = None
        except StoreError as error:
            said = [error.message, error.hint]
        exec(sys.stdin.read())
        same = store.devices() == before and len(store.scans()) == 1
        saved = len(store.record(big).scan.devices)
    print(json.dumps([said, same, saved]))
"""


def limited(path: Path, limit: str, lift: str, *wrapper: str) -> list[object]:
    """Save a big scan where there is no room for it, and once more where there is."""
    command = [*wrapper, sys.executable, "-c", dedent(LIMITED), str(path), limit]
    ran = subprocess.run(command, input=lift, capture_output=True, text=True, cwd=Path(__file__).parents[2], check=False)
    assert ran.returncode == 0, ran.stderr
    found = json.loads(ran.stdout)
    assert isinstance(found, list)
    return found


@pytest.mark.parametrize("room", [0, 4, 16, 64])
def test_a_full_disk_costs_the_new_scan_and_nothing_else(path: Path, room: int) -> None:
    """On a small tmpfs with so many KiB free, in a mount namespace of its own."""
    own = ("unshare", "--user", "--map-root-user", "--mount")
    if not shutil.which("unshare") or subprocess.run([*own, "true"], capture_output=True, check=False).returncode:
        pytest.skip("namespaces are not allowed here")
    disk = path.parent / "disk"
    disk.mkdir()
    mounted = (
        *own,
        "sh",
        "-c",
        'mount -t tmpfs -o size=2m none "$0" && cp "$1" "$0" && shift && exec "$@"',
        str(disk),
        str(path),
    )
    filler = str(disk / "filler")
    fill = dedent(f"""
        import os
        left = os.statvfs({str(disk)!r})
        open({filler!r}, "wb").write(bytes(left.f_bavail * left.f_bsize - {room * 1024}))""")
    said, same, saved = limited(disk / "i.db", fill, f"import os; os.unlink({filler!r})", *mounted)
    assert isinstance(said, list)
    assert "no space is left" in said[0]
    assert "--store" in said[1]
    assert (same, saved) == (True, 249)


def test_a_file_that_may_not_grow_costs_the_new_scan_and_nothing_else(path: Path) -> None:
    hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
    set_limit = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, ({}, {}))"
    size = path.stat().st_size + 8192
    said, same, saved = limited(path, set_limit.format(size, hard), set_limit.format(hard, hard))
    assert isinstance(said, list)
    assert said[1]
    assert (same, saved) == (True, 249)
