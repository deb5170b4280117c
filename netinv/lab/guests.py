"""Devices that come and go: they stand beside those of the household on its LAN, and answer only while they are there."""

import select
import socket
import struct
import threading
import time
from dataclasses import replace
from types import TracebackType
from typing import Self

from netinv.lab import chatter, link, system
from netinv.lab.ethernet import Lan
from netinv.lab.household import SimulatedDevice
from netinv.lab.packets import ARP
from netinv.lab.simulation import Simulation

_ETH_P_ALL = 3  # linux/if_ether.h
_OUTGOING = 4  # linux/if_packet.h
_TARGET = slice(38, 42)
"""Where an ARP packet names whom it asks for."""


class Guests:
    """Guests of a LAN; none is there until it has arrived. A thread answers for them while the block lasts."""

    def __init__(self, lan: Lan, guests: tuple[SimulatedDevice, ...]) -> None:
        home = lan.household
        self._lan = lan
        self._known = {g.address: g for g in guests}
        self._here: dict[bytes, bytes] = {}
        """By MAC, their addresses, both in bytes."""
        self._simulation = Simulation(replace(home, devices=(home.truth[home.gateway], *guests)))
        with system.network_of(lan.pid):
            self._wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(_ETH_P_ALL))
        self._wire.bind((link.FAR, _ETH_P_ALL))
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._live, name="guests")

    def arrive(self, address: str, *, quietly: bool = False, name: str = "guest") -> None:
        """Join the network; unless `quietly`, as phones do: with a DHCP request, its answer, and a look at the router by ARP."""
        guest = self._known[address]
        mac, home = str(guest.mac), self._lan.household
        self._here[bytes.fromhex(mac.replace(":", ""))] = socket.inet_aton(address)
        if not quietly:
            router = home.truth[home.gateway]
            asks = chatter.asks_for_address(mac, address, name=name, system="android-dhcp-14", options=(1, 3, 6, 15, 26, 28))
            given = chatter.gives_address(str(router.mac), router.address, address, mac)
            self._lan.say([asks, given, chatter.looks_for(mac, address, home.gateway)])

    def leave(self, address: str) -> None:
        """Be gone without a word, as who goes out of the door."""
        self._here.pop(bytes.fromhex(str(self._known[address].mac).replace(":", "")), None)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._is_over.set()
        self._thread.join()
        self._wire.close()

    def _live(self) -> None:
        due: list[tuple[float, bytes]] = []
        while not self._is_over.is_set():
            ready, _, _ = select.select([self._wire], [], [], 0.02 if due else 0.1)
            try:
                if ready:
                    frame, (*_, kind, _, _) = self._wire.recvfrom(2048)
                    if kind != _OUTGOING and self._is_for_us(frame):
                        due += self._simulation.hear(frame, time.time())
                now = time.time()
                for _, answer in [d for d in due if d[0] <= now]:
                    self._wire.send(answer)
                due = [d for d in due if d[0] > now]
            except OSError:  # the link has gone
                time.sleep(0.05)

    def _is_for_us(self, frame: bytes) -> bool:
        """Whether somebody who is here is meant."""
        if len(frame) < 42:
            return False
        (kind,) = struct.unpack_from("!H", frame, 12)
        return frame[_TARGET] in self._here.values() if kind == ARP else frame[:6] in self._here
