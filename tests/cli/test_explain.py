"""netinv explain, as a user meets it."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from netinv.classification.argument import argue
from netinv.cli.argued import told
from netinv.cli.explain import document, explain
from netinv.errors import DeviceError
from netinv.inventory.devices import derive
from netinv.model import Evidence
from tests.classification.heard import NOON, heard
from tests.cli.conftest import NAS, SOME_COMPUTER

app = typer.Typer()
app.command()(explain)


def text(evidence: tuple[Evidence, ...], width: int = 96) -> str:
    return "\n".join(told(derive(evidence, now=NOON), argue(evidence), width))


def test_a_device_of_the_inventory_is_argued_about_in_plain_words(store: Path) -> None:
    done = CliRunner().invoke(app, ["vault", "--store", str(store)], catch_exceptions=False)
    assert done.exit_code == 0
    assert "netinv takes this for a NAS" in done.stdout
    assert "Its network interface is by Synology" in done.stdout
    assert "default gateway" in done.stdout
    assert "without the MAC address 00:11:32:01:02:03, it would be" in done.stdout
    assert "\x1b" not in done.stdout


def test_the_whole_argument_is_json_that_cites_evidence_by_id(store: Path, promised: Callable[[str, str], Any]) -> None:
    done = CliRunner().invoke(app, ["10.0.0.5", "--json", "--store", str(store)], catch_exceptions=False)
    read = promised("explain", done.stdout)
    assert (read["device"]["kind"], read["argument"]["about"]) == ("nas", "nas")
    ids = {fact["id"] for fact in read["device"]["evidence"]}
    assert read["argument"]["for"]
    assert all(ids.issuperset(reason["evidence"]) for reason in read["argument"]["for"])
    assert {"for", "against", "rivals", "derived", "silent", "without", "hearing"} < set(read["argument"])


def test_a_device_nobody_knows_is_an_error(store: Path) -> None:
    with pytest.raises(DeviceError):
        CliRunner().invoke(app, ["10.9.9.9", "--store", str(store)], catch_exceptions=False)


@pytest.mark.parametrize("width", [40, 60, 96])
def test_every_line_keeps_to_the_width(width: int) -> None:
    long = heard(("dns.ptr", "a-name-that-is-rather-long-and-longer-still-than-any-terminal-is-wide-" + "x" * 60 + ".lan"))
    for line in text((*NAS, *long), width).splitlines():
        plain = line.replace("\x1b[1m", "").replace("\x1b[0m", "")
        assert len(plain) <= width, plain


def test_no_other_device_is_imagined_to_be_the_machine_netinv_runs_on() -> None:
    heard_of = (NAS, SOME_COMPUTER, heard(("icmp.ttl", "64")))
    keys = {key for evidence in heard_of for what_if in argue(evidence).hearing for key, _ in what_if.facts}
    assert keys
    assert not any(key.startswith("local.") for key in keys)


def test_facts_stand_in_the_order_of_their_ports() -> None:
    said = text(heard(*((f"tcp.{port}", "open") for port in (8080, 443, 5000, 22))))
    assert [line.split()[1] for line in said.splitlines() if "  tcp." in line] == ["tcp.22", "tcp.443", "tcp.5000", "tcp.8080"]


def test_silence_is_explained_with_the_nearest_guess() -> None:
    said = text(heard(("mac", "f2:4a:90:0c:3e:77"), ("icmp.ttl", "64")))
    assert "netinv does not know what this is" in said
    assert "nearest guess would be a phone" in " ".join(said.split())
    assert "What would change the verdict" in said


def test_a_category_without_a_kind_is_said_to_be_one() -> None:
    said = text(heard(("mac", "f8:bc:12:01:02:03"), ("tcp.22", "open"), ("icmp.ttl", "64")))
    assert re.search(r"\d\d% sure that this is a computer of some kind", " ".join(said.split()))


def test_the_scanning_host_is_told_to_be_itself() -> None:
    said = text(heard(("local.self", "eth0"), ("local.os", "Linux 6.1"), ("local.hostname", "fenrir")))
    assert "the machine netinv runs on" in said
    assert "running Linux 6.1" in said


def test_a_device_of_which_nothing_was_heard_has_little_to_be_said() -> None:
    device = replace(derive(NAS, now=NOON), evidence=(), name=None)
    assert "does not know" in "\n".join(told(device, argue(())))
    assert json.loads(json.dumps(document(device, argue(()))))["argument"]["about"] == "unknown"


def test_a_long_hearing_is_cut_short_and_says_so() -> None:
    many = heard(*(("mdns.txt", f"_x._tcp n={number}") for number in range(120)))
    assert "... and 20 more (--all shows them)" in text(many)
    assert "_x._tcp n=119" in "\n".join(told(derive(many, now=NOON), argue(many), shown=None))


def test_closed_ports_take_one_line_and_a_fact_heard_twice_one_row() -> None:
    said = text(
        (*heard(*((f"tcp.{port}", "closed") for port in (21, 23, 554))), *heard(("wsd.type", "Computer"), ("tcp.22", "open")))
    )
    assert "closed ports  tcp 21, tcp 23, tcp 554" in said
    computer = Evidence("fe80::5", "wsd.type", "Computer", "ws-discovery", NOON)
    said = text((*heard(("wsd.type", "Computer")), computer))
    (row,) = [line for line in said.splitlines() if "  wsd.type  " in line]
    assert f"also {computer.id}" in row


def test_what_follows_is_said_once_and_only_what_somebody_listens_to() -> None:
    said = text(
        heard(
            *(("dns.ptr", "DESKTOP-7QK2M1V.lan"), ("netbios.name", "DESKTOP-7QK2M1V")),
            *(("upnp.model", "FRITZ!Box 7590"), ("upnp.description", "FRITZ!Box 7590"), ("upnp.friendly-name", "FRITZ!Box 7590")),
        )
    )
    follows = said.partition("What follows")[2].partition("\x1b[1m")[0]
    assert follows.count("DESKTOP-7QK2M1V") == 1
    assert "qk" not in follows
    assert "FRITZ" not in follows, "that was heard as it is"


def test_reasons_that_weigh_nothing_are_left_to_the_json(store: Path) -> None:
    evidence = heard(("mac", "f8:bc:12:01:02:03"), ("tcp.22", "open"), ("icmp.ttl", "64"))
    argument = argue(evidence)
    faint = replace(argument.reasons_for[0], weight=0.14, says="Faint.")
    lines = list(told(derive(evidence, now=NOON), replace(argument, reasons_for=(*argument.reasons_for, faint))))
    assert not any("Faint." in line for line in lines)
    assert not any(re.search(r"[+-]0\.[01]  ", line) for line in lines)


def test_a_verdict_that_rests_on_much_is_argued_by_what_it_could_spare() -> None:
    said = " ".join(
        text(
            heard(
                ("upnp.device-type", "urn:schemas-upnp-org:device:InternetGatewayDevice:1"),
                *(("route.gateway", "eth0"), ("http.title", "FRITZ!Box 7590"), ("dns.ptr", "fritz.box"), ("tcp.53", "open")),
            )
        ).split()
    )
    assert re.search(r"even without [^,]+, it would still be a router \(9\d%\)", said)
    assert "no single description of itself" in said
