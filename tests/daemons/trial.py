"""A scan of the LAN as its owner makes it, while some of the machines are coming home."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

from netinv.lab import ordinary
from tests.daemons.judging import Judged, Outcome
from tests.daemons.lan import Lan

CONSENT = '[snmp]\ncommunities = ["public"]\n'
"""What an owner whose devices speak SNMP has in the configuration file."""


def scan(lan: Lan, home: Path) -> Outcome:
    """Run `netinv scan`, and judge what it says; `home` takes its configuration and its inventory."""
    config = home / "config.toml"
    config.write_text(CONSENT)
    config.chmod(0o600)
    environment = {**os.environ, "HOME": str(home), "NETINV_CONFIG": str(config)}
    words = [sys.executable, "-m", "netinv", "scan", "--json", "--store", str(home / "inventory.db")]
    began = time.monotonic()
    with ordinary.popen(words, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        lan.arrive()
        out, err = process.communicate(timeout=60)
    seconds = time.monotonic() - began
    if process.returncode:
        raise AssertionError(err.decode())
    report = json.loads(out)
    found = {mac: device for device in report["devices"] for mac in device["macs"]}
    judged = tuple(Judged(machine, found.pop(machine.mac, None)) for machine in lan.machines)
    strangers = tuple(d["ip"] for d in found.values() if not any(e["key"] == "local.self" for e in d["evidence"]))
    return Outcome(judged, strangers, seconds, report["scan"])
