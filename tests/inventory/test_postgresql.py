"""The inventory on a real server keeps the same contract; and what only a server can do to it."""

import json
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import replace
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from netinv.cli.app import run
from netinv.errors import StoreError
from netinv.inventory import postgresql
from netinv.inventory.base import Inventory
from netinv.inventory.connecting import parameters, shown
from netinv.inventory.opening import open_database
from netinv.inventory.schema import STEPS, TABLES, VERSION
from netinv.inventory.store import open_inventory
from netinv.lab.memory import MemoryNetwork
from netinv.model import Annotations, Finding
from tests.inventory.contract import Contract
from tests.inventory.scans import PHONE, ROUTER, TV, heard, scan
from tests.inventory.server import Server

FIRST = scan(heard("10.0.0.1", ROUTER), heard("10.0.0.5", TV, dns_ptr="tv.lan"))
SECOND = scan(heard("10.0.0.1", ROUTER), heard("10.0.0.5", TV, dns_ptr="film.lan"), hours=1)


class TestPostgreSQL(Contract):
    @pytest.fixture
    def open_store(self, schema: str) -> Iterator[Callable[..., Inventory]]:
        with ExitStack() as stack:

            def open_it(*, read_only: bool = False, anew: bool = False) -> Inventory:
                if anew:
                    empty(schema)
                return stack.enter_context(open_inventory(schema, read_only=read_only))

            yield open_it


def empty(url: str) -> None:
    with closing(open_database(url)) as database, database.writing():
        database.run(f"TRUNCATE {', '.join(TABLES)} RESTART IDENTITY")


def connected(url: str) -> Any:
    import psycopg

    return psycopg.connect(url, autocommit=True)


@pytest.fixture
def url(schema: str) -> str:
    """An inventory of one scan."""
    with open_inventory(schema) as store:
        store.record(FIRST)
    return schema


def refusal(url: str, *, read_only: bool = False, timeout: float = 0.2) -> StoreError:
    """Why it cannot be used."""

    def use() -> None:
        with open_inventory(url, read_only=read_only, timeout=timeout) as store:
            store.devices()
            store.record(SECOND)

    with pytest.raises(StoreError) as caught:
        use()
    assert caught.value.hint
    assert caught.value.exit_code == 5
    return caught.value


# -- whose tables they are


def test_reading_makes_no_tables(schema: str) -> None:
    assert "no inventory yet" in refusal(schema, read_only=True).message
    with connected(schema) as server:
        assert server.execute("SELECT count(*) FROM pg_namespace WHERE nspname = 'netinv'").fetchone() == (0,)


def test_without_a_search_path_it_has_a_schema_of_its_own(postgresql: Server) -> None:
    with open_inventory(postgresql.url()) as store:
        store.record(FIRST)
    with connected(postgresql.url()) as server:
        assert server.execute("SELECT count(*) FROM netinv.devices").fetchone() == (2,)
        server.execute("DROP SCHEMA netinv CASCADE")


def test_a_newer_schema_is_refused_and_left_as_it_is(url: str) -> None:
    with connected(url) as server:
        server.execute("UPDATE netinv_schema SET version = 99")
    for read_only in (True, False):
        error = refusal(url, read_only=read_only)
        assert "newer netinv" in error.message
        assert "upgrade" in (error.hint or "")
    with connected(url) as server:
        assert server.execute("SELECT version FROM netinv_schema").fetchone() == (99,)


def test_who_was_open_while_it_was_upgraded_writes_no_more(url: str) -> None:
    with open_inventory(url) as store:
        with connected(url) as server:
            server.execute("UPDATE netinv_schema SET version = 99")
        with pytest.raises(StoreError, match="newer netinv"):
            store.record(SECOND)


def test_tables_of_another_program_are_left_as_they_are(schema: str) -> None:
    name = schema.rpartition("%3D")[2]
    with connected(schema) as server:
        server.execute(f"CREATE SCHEMA {name}")
        server.execute("CREATE TABLE devices (precious text)")
    assert "another program" in refusal(schema).message
    with connected(schema) as server:
        assert server.execute("SELECT count(*) FROM devices").fetchone() == (0,)


def older(monkeypatch: pytest.MonkeyPatch, more: tuple[str, ...]) -> None:
    """From now on this netinv is one whose schema has gone a step further."""
    monkeypatch.setattr(postgresql, "STEPS", (*STEPS, more))
    monkeypatch.setattr(postgresql, "VERSION", VERSION + 1)


def test_an_older_schema_is_upgraded_once_it_is_copied(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    older(monkeypatch, ("ALTER TABLE devices ADD COLUMN colour TEXT NOT NULL DEFAULT 'red'",))
    assert "older netinv" in refusal(url, read_only=True).message
    for number in (1, 2):
        with open_inventory(url) as store:
            assert len(store.record(replace(SECOND, id=str(number))).scan.devices) == 2
    name = url.rpartition("%3D")[2]
    with connected(url) as server:
        assert server.execute("SELECT version FROM netinv_schema").fetchone() == (VERSION + 1,)
        assert server.execute("SELECT DISTINCT colour FROM devices").fetchall() == [("red",)]
        [(kept,)] = server.execute(f"SELECT count(*) FROM {name}_schema{VERSION}.scans").fetchall()
        assert kept == 1
        assert server.execute(f"SELECT to_regnamespace('{name}_schema{VERSION}_2')").fetchone() == (None,)


def test_an_upgrade_that_fails_leaves_it_as_it_was(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    older(monkeypatch, ("ALTER TABLE devices ADD COLUMN colour TEXT", "ALTER TABLE nobody ADD COLUMN colour TEXT"))
    assert "damaged" in refusal(url).message
    monkeypatch.undo()
    with open_inventory(url) as store:
        assert len(store.record(SECOND).scan.devices) == 2
    with connected(url) as server:
        name = url.rpartition("%3D")[2]
        assert server.execute(f"SELECT to_regnamespace('{name}_schema{VERSION}')").fetchone() == (None,)


def test_many_who_make_and_upgrade_it_at_once_make_one(schema: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for further in (False, True):
        if further:
            older(monkeypatch, ("ALTER TABLE devices ADD COLUMN colour TEXT",))
        children = []
        for child in range(8):
            if not (pid := os.fork()):
                code = 1
                try:
                    with open_inventory(schema) as store:
                        store.record(replace(FIRST, id=f"{further}-{child}"))
                    code = 0
                finally:
                    os._exit(code)
            children.append(pid)
        assert [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children] == [0] * 8
    with open_inventory(schema, read_only=True) as store:
        assert len(store.scans()) == 16
        assert len(store.devices()) == sum(s.new for s in store.scans()) == 2


# -- what is damaged, and what is not allowed


def test_a_value_of_the_wrong_kind_is_damage(url: str) -> None:
    with connected(url) as server:
        server.execute("UPDATE opinions SET verdict = '{'")
    assert "damaged" in refusal(url).message


def test_a_missing_table_is_damage_and_is_found(url: str) -> None:
    with connected(url) as server:
        server.execute("DROP TABLE traces")
    with open_inventory(url) as store:
        assert any("traces" in line for line in store.check())
    assert "damaged" in refusal(url).message


def test_a_role_that_may_only_read_reads(url: str) -> None:
    name = url.rpartition("%3D")[2]
    with connected(url) as server:
        server.execute(f"CREATE ROLE reader_{name} LOGIN; GRANT USAGE ON SCHEMA {name} TO reader_{name};"
                       f"GRANT SELECT ON ALL TABLES IN SCHEMA {name} TO reader_{name}")  # fmt: skip
    reading = url.replace("user=netinv", f"user=reader_{name}")
    with open_inventory(reading, read_only=True) as store:
        assert [d.name for d in store.devices()] == [None, "tv"]
    error = refusal(reading)
    assert "may not be used so" in error.message
    assert "GRANT" in (error.hint or "")
    with open_inventory(reading) as store, pytest.raises(StoreError) as caught:
        store.annotate({store.find("tv").id: Annotations(owner="Anna")})
    assert f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {name}" in (caught.value.hint or "")
    with connected(url) as server:
        server.execute(f"CREATE SCHEMA {name}_bare; GRANT USAGE ON SCHEMA {name}_bare TO reader_{name}")
    assert f"GRANT USAGE, CREATE ON SCHEMA {name}_bare" in (refusal(f"{reading}_bare").hint or "")


def test_a_database_that_is_not_there_is_an_error_at_once(postgresql: Server) -> None:
    error = refusal(postgresql.url().replace("///postgres", "///nowhere"), timeout=30)
    assert "does not exist" in error.message
    assert "createdb" in (error.hint or "")


# -- others at the same time


def test_who_waits_for_too_long_is_told(url: str) -> None:
    with closing(open_database(url)) as other, other.writing():
        assert "in use" in refusal(url).message
        with open_inventory(url, read_only=True) as store:
            assert len(store.devices()) == 2, "readers wait for nobody"
    with open_inventory(url) as store:
        assert store.record(SECOND).changes


def test_who_waits_saves_as_soon_as_the_other_is_done(url: str) -> None:
    with closing(open_database(url)) as other, open_inventory(url) as store:
        with other.writing():
            thread = Thread(target=store.record, args=(SECOND,))
            thread.start()
        thread.join()
        assert len(store.scans()) == 2


def test_an_opinion_that_cannot_be_kept_at_once_is_not_kept(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("netinv.inventory.known.fingerprint", lambda: "newer")
    with closing(open_database(url)) as other, other.writing(), open_inventory(url, read_only=True) as store:
        assert len(store.devices()) == 2
    with closing(open_database(url)) as database:
        assert ("newer",) not in database.all("SELECT rules FROM opinions")


# -- a connection that is lost


def cut(url: str) -> None:
    """End all other connections, as a server does that shuts down."""
    with connected(url) as server:
        server.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname IS NOT NULL"
        )


def test_a_connection_that_was_lost_meanwhile_is_made_anew(url: str) -> None:
    with open_inventory(url) as store:
        cut(url)
        assert len(store.devices()) == 2
        cut(url)
        assert store.record(SECOND).changes


def test_a_scan_whose_saving_was_cut_off_is_saved_again_and_once(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Cut off before its end, and at its very end, where nobody can say whether it was saved."""
    from netinv.inventory import saving

    whole = saving.save

    def cut_off(*words: Any) -> Any:
        monkeypatch.undo()
        saved = whole(*words)
        cut(url)
        return saved

    with open_inventory(url) as store:
        monkeypatch.setattr(saving, "save", cut_off)
        told = store.record(SECOND).changes
        assert [c.field for c in told] == ["name"]
        database = store._db  # type: ignore[attr-defined]
        commit = database._commit

        def lose_the_answer() -> None:
            monkeypatch.undo()
            commit()
            cut(url)
            database.all("SELECT 1")

        monkeypatch.setattr(database, "_commit", lose_the_answer)
        third = scan(heard("10.0.0.5", TV, dns_ptr="late.lan"), hours=2)
        assert [(c.field, c.after) for c in store.record(third).changes] == [("name", "late")]
        assert [s.id for s in store.scans()] == [third.id, SECOND.id, FIRST.id]
        assert len(store.history()) == 4


# -- from file to server and back


def rows(where: str | Path) -> dict[str, list[tuple[object, ...]]]:
    """All that is kept, by table."""
    with closing(open_database(where, read_only=True)) as database:
        listed = {table: ", ".join(sorted(database.columns(table))) for table in TABLES}
        return {table: sorted(database.all(f"SELECT {columns} FROM {table}"), key=repr) for table, columns in listed.items()}


def lived_in(where: str | Path) -> None:
    """An inventory with a row at least in every table."""
    with open_inventory(where) as store:
        store.record(replace(FIRST, findings=(Finding("sleepy", "one slept", addresses=("10.0.0.5",)),)))
        store.record(SECOND)
        store.record(scan(heard("10.0.0.30", PHONE, mdns_hostname="Annas-iPhone.local", icmp_rtt="1.25"), hours=2))
        again = heard("10.0.0.31", "da:a1:19:00:00:99", mdns_hostname="Annas-iPhone.local")
        store.record(scan(again, heard("10.0.0.40", "3c:22:fb:00:00:40"), heard("10.0.0.41", "3c:22:fb:00:00:40"), hours=3))
        store.annotate({store.find("film").id: Annotations(name="KÜCHE", tags=("a", "b"), trusted=True)})
        store.split(store.find("10.0.0.40").id, ["10.0.0.41"])
        store.name_network("here", "home")


def test_a_copy_to_a_server_and_back_is_the_same_row_for_row(schema: str, tmp_path: Path) -> None:
    first, second = tmp_path / "first.db", tmp_path / "second.db"
    lived_in(first)
    assert run(["store", "copy", str(first), schema]) == 0
    assert run(["store", "copy", str(second), "--store", schema]) == 0
    kept = rows(first)
    assert all(kept.values()), "every table is tried"
    assert rows(schema) == kept
    assert rows(second) == kept
    more = scan(heard("10.0.0.60", "3c:22:fb:00:00:60", dns_ptr="new.lan"), heard("10.0.0.5", TV, dns_ptr="late.lan"), hours=9)
    told = []
    for where in (first, schema, second):
        with open_inventory(where) as store:
            told.append((store.devices(), store.scans(), store.history()))
            store.record(more)
            assert store.undo()
            assert store.check() == ()
    assert told[0] == told[1] == told[2]
    assert rows(first)["devices"] == rows(schema)["devices"] == rows(second)["devices"], "they go on counting alike"


def test_nothing_is_copied_over_what_is_there(url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "i.db"
    lived_in(path)
    before = rows(url)
    assert run(["store", "copy", str(path), url]) == 5
    assert "already" in capsys.readouterr().err
    assert run(["store", "copy", str(path), "--store", url]) == 5
    assert rows(url) == before
    assert len(rows(path)["scans"]) == 4


def test_what_every_scan_changes_has_room_beside_it_also_in_an_inventory_made_without(schema: str) -> None:
    def roomy() -> list[tuple[object, ...]]:
        here = "relnamespace = current_schema()::regnamespace"
        with closing(open_database(schema)) as database:
            return database.all(f"SELECT relname FROM pg_class WHERE {here} AND 'fillfactor=50' = ANY (reloptions) ORDER BY 1")

    open_inventory(schema).close()
    assert roomy() == [("devices",), ("evidence",)]
    with closing(open_database(schema)) as database, database.writing():
        database.run("ALTER TABLE devices RESET (fillfactor)")
        database.run("ALTER TABLE evidence RESET (fillfactor)")
    assert roomy() == []
    with open_inventory(schema) as store:
        store.vacuum()
    assert roomy() == [("devices",), ("evidence",)]


def test_a_server_is_looked_after_as_a_file_is(schema: str, capsys: pytest.CaptureFixture[str]) -> None:
    lived_in(schema)
    for words, said in (
        (["check"], "is whole"),
        (["prune", "--keep", "2026-03-02", "--dry-run"], "would be forgotten"),
        (["prune", "--keep", "2026-03-02"], "3 scans"),
        (["vacuum"], "KiB now"),
        (["check"], "is whole"),
    ):
        assert run(["store", *words, "--store", schema]) == 0
        assert said in capsys.readouterr().err


# -- as its users meet it


def test_a_scan_is_saved_under_the_name_of_its_sensor_and_listed_by_it(schema: str, capsys: pytest.CaptureFixture[str]) -> None:
    def told(*words: str) -> Any:
        assert run([*words, "--store", schema, "--json"], network=MemoryNetwork()) == 0
        return json.loads(capsys.readouterr().out)

    found = told("scan", "-q", "--sensor", "attic")
    assert found["scan"]["sensor"] == "attic"
    assert {d["sensor"] for d in found["devices"]} == {"attic"}
    assert [s["sensor"] for s in told("scans")["scans"]] == ["attic"]
    assert {c["sensor"] for c in told("history")["changes"]} == {"attic"}
    assert len(told("list", "--sensor", "ATTIC")["devices"]) == len(told("list")["devices"]) > 0
    usual = told("scan", "-q")
    assert usual["scan"]["sensor"] == os.uname().nodename
    assert told("list", "--sensor", "attic")["devices"] == []
    difference = told("diff")
    assert (difference["before"]["sensor"], difference["after"]["sensor"]) == ("attic", os.uname().nodename)
    assert run(["list", "--sensor", "atic", "--store", schema]) == 2
    assert "did you mean attic?" in capsys.readouterr().err
    assert run(["scans", "--store", schema]) == 0
    assert "by attic" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("postgresql://me:secret@[2001:db8::7]:5433/lan", "postgresql://me@[2001:db8::7]:5433/lan"),
        ("postgresql://[fe80::1]/lan", "postgresql://[fe80::1]/lan"),
        ("postgresql://db.lan/lan", "postgresql://db.lan/lan"),
        ("postgresql://db.lan:5433,[2001:db8::7]:5434/lan", "postgresql://db.lan:5433,[2001:db8::7]:5434/lan"),
        ("postgresql://db.lan,[::1]/lan?port=5433", "postgresql://db.lan:5433,[::1]:5433/lan"),
    ],
)
def test_a_url_is_shown_as_it_would_be_written(url: str, told: str) -> None:
    assert shown(parameters(url, {}), "") == told
    assert shown(parameters(told, {}), "") == told


def test_a_schema_is_shown_as_a_url_can_name_it() -> None:
    told = shown(parameters("postgresql://db.lan/lan?options=-csearch_path%3Dhome", {}), "home")
    assert told == "postgresql://db.lan/lan?options=-csearch_path%3Dhome"
    assert parameters(told, {})["options"] == "-csearch_path=home"


def test_a_password_is_never_shown(schema: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    secret = schema.replace("user=netinv", "user=netinv&password=hunter2")
    for words in (
        ["scan", "-q"],
        ["list"],
        ["list", "--json"],
        ["export", "-", "--format", "html"],
        ["store", "check"],
        ["doctor"],
    ):
        run([*words, "--store", secret], network=MemoryNetwork())
    monkeypatch.setenv("NETINV_STORE", secret)
    for more in ((), ("--json",)):
        assert run(["config", "show", *more]) == 0
    run(["list", "--store", secret.replace("///postgres", "///nowhere")])
    said = capsys.readouterr()
    assert "is whole" in said.err
    assert "does not exist" in said.err
    assert "password=***" in said.out
    assert "hunter2" not in said.out + said.err
