"""A command measured on netinv's own lab."""

import sys

import pytest

from tests.benchmark.lans import Conditions, own_lan

ASKS = "import socket; s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.sendto(b'', ('10.9.0.1', 9)); print('@IF', '@NET')"


@pytest.mark.lab
def test_a_command_is_measured_from_its_beginning_to_its_end() -> None:
    conditions = Conditions(hosts=5, duplicates=1)
    run = own_lan(conditions, 1, [sys.executable, "-I", "-c", ASKS, "@IF", "@NET"], True, 20)
    assert run.output == "@IF @NET\n", "only whole words stand for something"
    assert (run.code, run.is_late) == (0, False)
    assert 0 < run.cpu <= run.wall * 2 < 20
    assert run.memory > 1_000_000
    assert 2 <= run.frames <= 4
    assert len(run.truth) == 6
    assert conditions.own not in {address for address, _ in run.truth}


@pytest.mark.lab
def test_a_command_that_does_not_end_is_ended_and_an_ordinary_user_is_one() -> None:
    code = "import os, time; print(os.getuid(), flush=True); time.sleep(60)"
    run = own_lan(Conditions(hosts=2), 1, [sys.executable, "-I", "-c", code], False, 0.8)
    assert run.is_late
    assert run.output == "1000\n"
    assert run.wall < 5
