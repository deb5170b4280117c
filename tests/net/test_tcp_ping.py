"""TCP connects as a medium, against devices behind the lab's router."""

import json
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import IPv4Address
from typing import Any

import pytest

from netinv import lab
from netinv.net.tcp_ping import PORTS

FAR = "10.88.0.0/28"


def scan(lan: lab.Lan, netinv: Any, *words: str, **options: Any) -> dict[str, Any]:
    done = lan.run(netinv.command("scan", "--json", "--no-save", *words), env=netinv.environment(), **options)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def evidence(found: dict[str, Any], address: str) -> set[tuple[str, str]]:
    (device,) = (d for d in found["devices"] if address in d["addresses"])
    return {(e["key"], e["value"]) for e in device["evidence"]}


def test_who_drops_icmp_is_found_by_tcp_where_it_is_asked_for(lan: lab.Lan, netinv: Any) -> None:
    assert "10.88.0.40" not in {d["ip"] for d in scan(lan, netinv, "10.88.0.40", "10.88.0.10")["devices"]}
    found = scan(lan, netinv, "10.88.0.40", "10.88.0.10", "--also", "tcp-ping", privileged=False)
    assert ("tcp.443", "open") in evidence(found, "10.88.0.40")
    assert found["scan"]["method"] == "icmp+tcp-ping"


def test_what_was_sent_is_what_the_lan_counts_and_the_silent_are_asked_once_a_port(lan: lab.Lan, netinv: Any) -> None:
    found = scan(lan, netinv, FAR, "10.88.0.40", "--probe", "tcp-ping")
    counters = lan.counters()
    silent = {address: times for address, times in counters.asked["tcp_syn"].items() if address not in lan.far}
    assert silent == {f"10.88.0.{n}": len(PORTS) for n in range(1, 15) if n != 10}
    assert counters.asked["tcp_syn"]["10.88.0.40"] == counters.asked["tcp_syn"]["10.88.0.10"] == 1
    assert found["scan"]["traffic"]["frames"] == counters.kinds["tcp"]
    assert {d["ip"] for d in found["devices"]} == {"10.88.0.10", "10.88.0.40"}


_SWEEP = """
import asyncio, sys
from netinv.net.interfaces import interfaces
from netinv.net.pace import Pace
from netinv.net.reach import Reach
from netinv.net.sweep import Sweeper
from netinv.net.tcp_ping import TcpPingMedium

interface = next(i for i in interfaces() if i.name == sys.argv[1])

async def main():
    pace = Pace(1000)
    sweeper = Sweeper(TcpPingMedium(interface, Reach(interface), pace), pace)
    return [r.address async for r in sweeper.sweep(sys.argv[2:], rounds=1, timeout=0.2)]

print(asyncio.run(main()))
"""


@contextmanager
def rejecting(address: str) -> Iterator[None]:
    """Whatever is sent to `address` is refused by ICMP port unreachable, in its name, by a firewall."""
    from pyroute2.nftables.expressions import genex, verdict
    from pyroute2.nftables.main import NFTables

    load = genex("payload", {"dreg": 1, "base": 1, "offset": 16, "len": 4})  # the destination (RFC 791, 3.1)
    compare = genex("cmp", {"sreg": 1, "op": 0, "data": {"attrs": [("NFTA_DATA_VALUE", IPv4Address(address).packed)]}})
    reject = genex("reject", {"type": 0, "icmp_code": 3})
    with NFTables(nfgen_family=socket.AF_INET) as firewall:
        firewall.table("add", name="rejects")
        try:
            firewall.chain("add", table="rejects", name="output", hook="output", type="filter", policy=1)
            firewall.rule("add", table="rejects", chain="output", expressions=([load, compare, reject], verdict(0)))
            yield
        finally:
            firewall.table("del", name="rejects")


def test_a_firewall_that_rejects_for_others_is_not_taken_for_them(lan: lab.Lan) -> None:
    with rejecting("10.88.0.40"):
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("10.88.0.40", 443), 1).close()
        done = lan.run([sys.executable, "-c", _SWEEP, lan.interface, "10.88.0.40", "10.88.0.10"])
    assert done.stdout.strip() == "['10.88.0.10']", done.stderr
