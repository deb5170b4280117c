"""The Ansible inventory: its groups and variables, and that nothing in it is a template."""

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given

from netinv.formats import Report
from netinv.formats.ansible import dynamic, groups, hosts
from netinv.model import Evidence
from tests.formats.reports import NOON, device, household, reports
from tests.formats.written import attackers, attacking, program, written


def _read(text: str) -> dict[str, Any]:
    """The little YAML that is written: mappings by indentation, and JSON for keys and values."""
    root: dict[str, Any] = {}
    open_at: list[dict[str, Any]] = [root]
    for line in text.splitlines():
        if line.startswith("#"):
            continue
        depth = (len(line) - len(line.lstrip(" "))) // 2
        match = re.fullmatch(r' *("(?:[^"\\]|\\.)*"|[a-z_0-9A-Z]+):(?: (.*))?', line)
        assert match, line
        key = json.loads(match[1]) if match[1].startswith('"') else match[1]
        value = {} if match[2] is None else json.loads(match[2])
        open_at[depth][key] = value
        del open_at[depth + 1 :]
        open_at.append(value)
    return root


def test_a_device_is_a_host_with_variables() -> None:
    facts = tuple(Evidence("192.168.178.10", f"tcp.{port}", "open", "tcp", NOON) for port in (443, 22))
    one = device(10, name="Nas", evidence=facts)
    assert hosts(Report([one])) == {
        "nas": {
            "ansible_host": "192.168.178.10", "netinv_id": "d00000a", "netinv_name": "Nas", "netinv_category": "computer",
            "netinv_kind": "server", "netinv_vendor": "Acme", "netinv_os": "Linux", "netinv_macs": ["02:00:00:00:00:0a"],
            "netinv_addresses": ["192.168.178.10"], "netinv_open_ports": [22, 443],
        }
    }  # fmt: skip
    assert groups(Report([one])) == {"category_computer": ["nas"], "kind_server": ["nas"], "speaks_ssh": ["nas"]}


def test_the_file_and_the_answer_say_the_same() -> None:
    report = household()
    everything = _read(written("ansible", report))["all"]
    answer = dynamic(report)
    assert everything["hosts"] == answer["_meta"]["hostvars"]  # type: ignore[index]
    assert {name: list(group["hosts"]) for name, group in everything["children"].items()} == groups(report)
    assert answer["all"] == {"hosts": list(everything["hosts"]), "children": list(everything["children"])}


@given(reports | attacking)
def test_whatever_devices_say_nothing_is_a_template(report: Report) -> None:
    everything = _read(written("ansible", report))["all"]
    for host, variables in everything["hosts"].items():
        assert re.fullmatch(r"[a-z0-9-]{1,63}", host)
        for value in variables.values():
            assert not re.search(r"\{[{%#]|#jinja2:", str(value) if isinstance(value, str) else "")
    assert all(re.fullmatch(r"[a-z]\w*_\w+", group, re.ASCII) for group in everything.get("children", {}))


@pytest.mark.parametrize("report", [household(), attackers(), Report(())], ids=["household", "attackers", "nobody"])
def test_ansible_reads_the_file(report: Report, tmp_path: Path) -> None:
    (tmp_path / "lan.yml").write_text(written("ansible", report), "utf-8")
    done = _run(tmp_path, "ansible-inventory", "-i", "lan.yml", "--list")
    found = json.loads(done.stdout)
    assert found.get("_meta", {}).get("hostvars", {}) == hosts(report)
    assert {name: group["hosts"] for name, group in found.items() if "_" in name[1:]} == groups(report)
    assert (
        "WARNING" not in done.stderr.replace("No hosts matched", "").replace("provided hosts list is empty", "")
        or not report.devices
    )


def test_ansible_runs_no_template_of_a_device(tmp_path: Path) -> None:
    report = attackers(["{{ lookup('pipe', 'touch owned') }}", "{%print(1)%}", "#jinja2:variable_start_string:'[['\n[[ 1 ]]"])
    (tmp_path / "lan.yml").write_text(written("ansible", report), "utf-8")
    done = _run(tmp_path, "ansible", "all", "-i", "lan.yml", "-c", "local", "-m", "debug", "-a", "msg={{ netinv_name }}")
    assert "{ { lookup('pipe', 'touch owned') }}" in done.stdout
    assert "{ %print(1)%}" in done.stdout
    assert not (tmp_path / "owned").exists()


def _run(where: Path, name: str, *words: str) -> subprocess.CompletedProcess[str]:
    environment = {"HOME": str(where), "PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "ANSIBLE_NOCOLOR": "1"}
    done = subprocess.run(
        [program(name), *words], cwd=where, env=environment, capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done
