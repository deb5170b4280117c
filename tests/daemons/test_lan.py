"""A LAN of real daemons: all found, each known for what it is, every name shown, and in seconds."""

import os
from pathlib import Path

import pytest

from netinv.lab import namespace
from tests.conftest import REQUIRED as LAB_REQUIRED
from tests.daemons.judging import Outcome, table
from tests.daemons.lan import Lan, NotReadyError, impossible, lan
from tests.daemons.machine import Machine, machines
from tests.daemons.trial import scan
from tests.workers import SAID

pytestmark = [pytest.mark.lab, pytest.mark.quiet]

REQUIRED = LAB_REQUIRED or os.environ.get("NETINV_REQUIRE_DAEMONS") == "1"
"""Where daemons are too few, it is a failure."""
ENOUGH = 10
"""Different daemons."""
RIGHT = 0.95
"""The share of the kinds."""
SECONDS = 8.0
"""A whole scan of 32 devices shall take, from the command to its result, on a machine that does nothing else."""
FRAMES = 2_000
"""It sends, which at the default pace is less than seven of them."""
TRIES = 3
"""The best counts: a test may share its machine with others."""


def unable(reason: str) -> None:
    if REQUIRED:
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> list[Outcome]:
    """Of one scan after the other, until one is quick enough; while the first was made, some machines came home."""
    if reason := impossible():
        request.config.stash.setdefault(SAID, []).append(f"real daemons: none ran: {reason}")
        unable(f"no daemons: {reason}")
    home = tmp_path_factory.mktemp("daemons")
    found: list[Outcome] = []
    with lan([machine for machine in machines() if not machine.missing], home) as up:
        while len(found) < TRIES and (not found or found[-1].seconds > SECONDS):
            found.append(scan(up, home))
    best = min(found, key=lambda outcome: outcome.seconds)
    at_best = f"; {best.seconds:.1f} s at best" if best is not found[0] else ""
    request.config.stash.setdefault(SAID, []).append(f"real daemons: {found[0]}{at_best}")
    return found


@pytest.fixture(scope="module")
def outcome(outcomes: list[Outcome]) -> Outcome:
    return outcomes[0]


def test_there_are_enough_real_daemons(outcome: Outcome) -> None:
    if len(outcome.daemons) < ENOUGH:
        unable(f"only {len(outcome.daemons)} daemons are installed: {', '.join(sorted(outcome.daemons))}")


@pytest.mark.parametrize("machine", machines(), ids=lambda machine: machine.name)
def test_a_machine_is_found_and_all_that_can_be_told_of_it_is(outcome: Outcome, machine: Machine) -> None:
    if machine.missing:
        pytest.skip(f"not installed: {', '.join(machine.missing)}")
    (judged,) = (each for each in outcome.judged if each.machine == machine)
    assert judged.device, "not found"
    assert judged.unheard == (), judged.device["names"]
    assert judged.wrong == ()


def test_the_kinds_are_right(outcome: Outcome) -> None:
    right = [judged.is_right for judged in outcome.judged]
    assert sum(right) >= RIGHT * len(right), "\n".join(table(outcome))


def test_nobody_is_found_who_is_not_there(outcome: Outcome) -> None:
    assert outcome.strangers == ()


def test_every_reason_cites_what_was_heard_of_that_very_device(outcome: Outcome) -> None:
    for judged in (each for each in outcome.judged if each.device and each.is_right):
        assert judged.device
        known = {evidence["id"] for evidence in judged.device["evidence"]}
        assert judged.device["because"]
        for reason in judged.device["because"]:
            assert reason["evidence"], reason
            assert known.issuperset(reason["evidence"]), reason


def test_it_takes_seconds_and_few_frames_at_the_default_pace(outcomes: list[Outcome]) -> None:
    assert min(outcome.seconds for outcome in outcomes) <= SECONDS
    assert min(outcome.scan["traffic"]["frames"] for outcome in outcomes) <= FRAMES
    assert all(outcome.scan["traffic"]["peak_pps"] <= 300 for outcome in outcomes)


@pytest.mark.skipif(bool(impossible()), reason=impossible() or "")
def test_a_lan_ends_with_all_that_ran_on_it_whatever_happens(tmp_path: Path) -> None:
    some = [machine for machine in machines() if machine.name in ("attic", "pi") and not machine.missing]
    running: list[Lan] = []

    def fail() -> None:
        with lan(some, tmp_path) as up:
            running.append(up)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert all(process.poll() is not None for process in running[0].processes)
    namespace.verify()  # no interface is left


@pytest.mark.skipif(bool(impossible()), reason=impossible() or "")
def test_a_daemon_that_does_not_come_up_is_named_with_what_it_said(tmp_path: Path) -> None:
    broken = Machine(
        "broken", machines()[0].mac, "", (), (), (), "echo no such daemon >&2; exit 1", daemons=("sh",), opens=("tcp 1",),
        address="192.168.77.9",
    )  # fmt: skip
    with pytest.raises(NotReadyError, match=r"(?s)broken: not open: tcp 1.*no such daemon"), lan([broken], tmp_path):
        pass
    namespace.verify()
