"""netinv explain, as a user meets it."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from netinv.classification.argument import argue
from netinv.cli.argued import told
from netinv.cli.explain import document, explain
from netinv.errors import DeviceError
from netinv.inventory.devices import derive
from netinv.inventory.store import open_inventory
from netinv.model import Evidence, Scan
from tests.classification.heard import NOON, heard

app = typer.Typer()
app.command()(explain)

NAS = heard(
    ("mac", "00:11:32:01:02:03"), ("route.gateway", "eth0"), ("icmp.ttl", "64"), ("dns.ptr", "vault.lan"),
    *((f"tcp.{port}", "open") for port in (22, 80, 443, 445, 5000)),
)  # fmt: skip


@pytest.fixture
def store(tmp_path: Path) -> Path:
    path = tmp_path / "inventory.db"
    scan = Scan(
        id="s1", started=NOON, finished=datetime(2026, 3, 14, 12, 1, tzinfo=UTC), interfaces=(), targets="10.0.0.0/24", asked=254,
        devices=(derive(NAS, now=NOON),),
    )  # fmt: skip
    with open_inventory(path) as inventory:
        inventory.record(scan)
    return path


def text(evidence: tuple[Evidence, ...], width: int = 96) -> str:
    return "\n".join(told(derive(evidence, now=NOON), argue(evidence), width))


def test_a_device_of_the_inventory_is_argued_about_in_plain_words(store: Path) -> None:
    done = CliRunner().invoke(app, ["vault", "--store", str(store)], catch_exceptions=False)
    assert done.exit_code == 0
    assert "netinv takes this for a NAS" in done.stdout
    assert "Synology made it" in done.stdout
    assert "default gateway" in done.stdout
    assert "without the MAC address 00:11:32:01:02:03, it would be" in done.stdout
    assert "\x1b" not in done.stdout


def test_the_whole_argument_is_json_that_cites_evidence_by_id(store: Path) -> None:
    done = CliRunner().invoke(app, ["10.0.0.5", "--json", "--store", str(store)], catch_exceptions=False)
    read = json.loads(done.stdout)
    assert read["schema"] == "netinv/1"
    assert (read["device"]["kind"], read["argument"]["about"]) == ("nas", "nas")
    ids = {fact["id"] for fact in read["device"]["evidence"]}
    assert read["argument"]["for"]
    assert all(ids.issuperset(reason["evidence"]) for reason in read["argument"]["for"])
    assert {"for", "against", "rivals", "derived", "silent", "without", "hearing"} < set(read["argument"])


def test_a_device_nobody_knows_is_an_error(store: Path) -> None:
    with pytest.raises(DeviceError):
        CliRunner().invoke(app, ["10.9.9.9", "--store", str(store)], catch_exceptions=False)


def test_lines_of_prose_keep_to_the_width() -> None:
    for line in text(NAS, 60).splitlines():
        plain = line.replace("\x1b[1m", "").replace("\x1b[0m", "")
        assert len(plain) <= 62 or plain.count("  ") > 1, plain


def test_silence_is_explained_with_the_nearest_guess() -> None:
    said = text(heard(("mac", "f2:4a:90:0c:3e:77"), ("icmp.ttl", "64")))
    assert "netinv does not know what this is" in said
    assert "nearest guess would be a phone" in " ".join(said.split())
    assert "What would change the verdict" in said


def test_a_category_without_a_kind_is_said_to_be_one() -> None:
    said = text(heard(("mac", "f8:bc:12:01:02:03"), ("tcp.22", "open"), ("icmp.ttl", "64")))
    assert "sure that this is a kind of computer, but not of which kind" in " ".join(said.split())


def test_the_scanning_host_is_told_to_be_itself() -> None:
    said = text(heard(("local.self", "eth0"), ("local.os", "Linux 6.1"), ("local.hostname", "fenrir")))
    assert "the machine netinv runs on" in said
    assert "running Linux 6.1" in said


def test_a_device_of_which_nothing_was_heard_has_little_to_be_said() -> None:
    device = replace(derive(NAS, now=NOON), evidence=(), name=None)
    assert "does not know" in "\n".join(told(device, argue(())))
    assert json.loads(json.dumps(document(device, argue(()))))["argument"]["about"] == "unknown"


def test_a_long_hearing_is_cut_short_and_says_so() -> None:
    said = text(heard(*((f"tcp.{port}", "closed") for port in range(1, 61))))
    assert "... and 20 more (--json shows all)" in said
