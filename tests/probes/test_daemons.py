"""Real daemons, in a namespace of their own at the far end of a cable: what they really say to what we really ask."""

import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

import netinv

pytestmark = [
    pytest.mark.lab,
    pytest.mark.skipif(
        not all(map(shutil.which, ("ip", "nsenter", "unshare"))), reason="iproute2 and util-linux are not installed"
    ),
]
NEAR, FAR = "192.168.77.1", "192.168.77.2"
PATIENCE = 12.0
"""Seconds until a daemon must have said what it has to say."""


@dataclass(frozen=True)
class Cable:
    """The interface here, and a shell at the far end."""

    interface: str
    holder: int
    home: Path
    stack: ExitStack

    def start(self, daemon: str, *words: str, **files: str) -> None:
        """Start a daemon there, which ends with the test; `files` are its configuration. It finds no resolver to wait for."""
        if not shutil.which(daemon):
            pytest.skip(f"{daemon} is not installed")
        for name, text in files.items():
            (self.home / name).write_text(text)
        (self.home / "resolv.conf").write_text("nameserver 127.0.0.1\n")
        script = f"mount --bind {self.home}/resolv.conf /etc/resolv.conf 2>/dev/null; exec {' '.join((daemon, *words))}"
        log = self.stack.enter_context((self.home / f"{daemon}.log").open("w"))
        command = ["nsenter", "-t", str(self.holder), "-n", "unshare", "-m", "sh", "-c", script]
        process = subprocess.Popen(command, cwd=self.home, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        self.stack.callback(process.wait)
        self.stack.callback(process.kill)

    def hear(self, *probes: str, until: str) -> dict[str, set[str]]:
        """What these probes hear at the far end, by key, once they hear `until`."""
        deadline = time.monotonic() + PATIENCE
        while True:
            scan = netinv.scan(f"{NEAR}/29", interface=self.interface, probe=["arp", *probes])
            assert not [p for p in scan.problems if p.source in probes], scan.problems
            heard: dict[str, set[str]] = {}
            for e in (e for device in scan.devices if FAR in device.addresses for e in device.evidence):
                heard.setdefault(e.key, set()).add(e.value)
            if until in heard or time.monotonic() > deadline:
                assert until in heard, heard
                return heard


@pytest.fixture
def cable(tmp_path: Path) -> Iterator[Cable]:
    def ip(*words: str, at: int | None = None) -> None:
        there = ["nsenter", "-t", str(at), "-n"] if at else []
        subprocess.run([*there, "ip", *words], check=True, capture_output=True)

    with ExitStack() as stack:
        holder = subprocess.Popen(["unshare", "-n", "sh", "-c", "echo; exec sleep 300"], stdout=subprocess.PIPE)
        stack.callback(holder.wait)
        stack.callback(holder.kill)
        assert holder.stdout
        stack.enter_context(holder.stdout)
        assert holder.stdout.readline(), "no namespace for the daemons"
        ip("link", "add", "cable0", "type", "veth", "peer", "name", "cable1", "netns", str(holder.pid))
        stack.callback(lambda: subprocess.run(["ip", "link", "del", "cable0"], check=False, capture_output=True))
        ip("addr", "add", f"{NEAR}/29", "dev", "cable0")
        ip("link", "set", "cable0", "up")
        ip("link", "set", "lo", "up", at=holder.pid)
        ip("addr", "add", f"{FAR}/29", "dev", "cable1", at=holder.pid)
        ip("link", "set", "cable1", "up", at=holder.pid)
        ip("route", "add", "default", "via", NEAR, at=holder.pid)
        yield Cable("cable0", holder.pid, tmp_path, stack)


def test_minidlna_describes_its_media_server(cable: Cable) -> None:
    home = cable.home
    (home / "media").mkdir()
    text = f"media_dir={home}/media\ndb_dir={home}/db\nlog_dir={home}\nfriendly_name=Media Box\nnetwork_interface=cable1\n"
    cable.start("minidlnad", "-f", f"{home}/conf", "-P", f"{home}/pid", "-S", conf=text)
    heard = cable.hear("ssdp", "upnp", until="upnp.friendly-name")
    assert heard["upnp.friendly-name"] == {"Media Box"}
    assert "urn:schemas-upnp-org:device:MediaServer:1" in heard["upnp.device-type"] & heard["ssdp.st"]
    assert any("MiniDLNA" in server for server in heard["ssdp.server"])


def test_miniupnpd_is_a_gateway(cable: Cable) -> None:
    text = "ext_ifname=lo\next_ip=8.8.8.8\nlistening_ip=cable1\nport=5555\nenable_natpmp=no\nenable_upnp=yes\n"
    text += "friendly_name=Test router\nuuid=00000000-0000-4000-8000-000000000001\nserial=12345678\nmodel_number=1\n"
    cable.start("miniupnpd", "-d", "-f", f"{cable.home}/conf", "-P", f"{cable.home}/pid", conf=text)
    heard = cable.hear("ssdp", "upnp", until="upnp.friendly-name")
    assert heard["upnp.friendly-name"] == {"Test router"}
    assert heard["upnp.serial"] == {"12345678"}
    assert any(kind.startswith("urn:schemas-upnp-org:device:InternetGatewayDevice:") for kind in heard["upnp.device-type"])


def test_samba_tells_its_netbios_names(cable: Cable) -> None:
    places = "".join(
        f"{name} = {cable.home}\n"
        for name in ("lock directory", "state directory", "cache directory", "pid directory", "private dir")
    )
    text = f"[global]\nworkgroup = HOMEGROUP\nnetbios name = SAMBABOX\ninterfaces = cable1\nbind interfaces only = yes\n{places}"
    cable.start("nmbd", "-F", "-s", f"{cable.home}/conf", "--no-process-group", "-l", str(cable.home), conf=text)
    heard = cable.hear("netbios", until="netbios.name")
    assert heard["netbios.name"] == {"SAMBABOX"}
    assert heard["netbios.group"] == {"HOMEGROUP"}
    assert "20" in heard["netbios.role"]
    assert "netbios.mac" not in heard, "it says zeros"


def test_net_snmp_describes_its_system(cable: Cable) -> None:
    text = "rocommunity public\nsyslocation cellar\nsyscontact me@example.com\nsysname box\nagentaddress udp:161\n"
    cable.start("snmpd", "-f", "-Lo", "-C", "-c", f"{cable.home}/conf", "-p", f"{cable.home}/pid", conf=text)
    heard = cable.hear("snmp", until="snmp.sysdescr")
    assert heard["snmp.sysobjectid"] == {"1.3.6.1.4.1.8072.3.2.10"}
    assert (heard["snmp.sysname"], heard["snmp.syslocation"], heard["snmp.interfaces"]) == ({"box"}, {"cellar"}, {"2"})
    assert next(iter(heard["snmp.sysdescr"])).startswith("Linux ")


def test_wsdd_introduces_its_machine_as_windows_does(cable: Cable) -> None:
    cable.start("wsdd", "-4", "-i", "cable1", "-n", "WSDBOX", "-w", "HOMEGROUP")
    heard = cable.hear("ws-discovery", "wsd", until="wsd.friendly-name")
    assert heard["wsd.friendly-name"] == {"WSDBOX"}
    assert {"Device", "Computer"} <= heard["wsd.type"]
    assert "wsd.model" not in heard, "it is the software's"
