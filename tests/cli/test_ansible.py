"""`netinv ansible`: what Ansible asks, and Ansible asking it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from netinv.cli.app import run
from tests.formats.written import program


def test_the_list_is_groups_and_all_variables(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["ansible", "--list", "--store", str(store)]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["kind_nas"] == {"hosts": ["vault"]}
    assert answer["_meta"]["hostvars"]["vault"]["ansible_host"] == "10.0.0.5"
    assert answer["all"]["hosts"] == ["vault", "unnamed-010203"]
    assert run(["ansible", "--store", str(store)]) == 0
    assert json.loads(capsys.readouterr().out) == answer


def test_a_host_is_its_variables(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["ansible", "--host", "vault", "--store", str(store)]) == 0
    assert json.loads(capsys.readouterr().out)["netinv_macs"] == ["00:11:32:01:02:03"]


@pytest.mark.parametrize("word", ["10.0.0.5", "VAULT"])
def test_a_host_may_be_meant_as_devices_are_elsewhere(store: Path, capsys: pytest.CaptureFixture[str], word: str) -> None:
    assert run(["ansible", "--host", word, "--store", str(store)]) == 0
    assert json.loads(capsys.readouterr().out)["netinv_name"] == "vault"


def test_an_unknown_host_and_two_questions_at_once_are_errors(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["ansible", "--host", "nobody", "--store", str(store)]) == 1
    assert "no host is called 'nobody' here" in capsys.readouterr().err
    assert run(["ansible", "--list", "--host", "vault", "--store", str(store)]) == 2


def test_ansible_itself_asks(store: Path, tmp_path: Path) -> None:
    inventory = program("ansible-inventory")
    script = tmp_path / "lan.sh"
    script.write_text(f'#!/bin/sh\nexec {sys.executable} -m netinv ansible "$@"\n')
    script.chmod(0o755)
    environment = {"HOME": str(tmp_path), "PATH": os.environ["PATH"], "NETINV_STORE": str(store), "LC_ALL": "C.UTF-8"}
    environment |= {name: os.environ[name] for name in ("PYTHONPATH",) if name in os.environ}
    done = subprocess.run(
        [inventory, "-i", script, "--host", "vault"], env=environment, capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["netinv_kind"] == "nas"
