"""The far side of the wire: a process, in a network namespace of its own, that reads frames and sends what the devices answer."""

import heapq
import json
import os
import select
import signal
import socket
import struct
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import count
from typing import Any, NoReturn

from netinv.errors import LabError
from netinv.lab import bpf, link, system
from netinv.lab.counters import Counters
from netinv.lab.household import Household
from netinv.lab.impairments import Impairments
from netinv.lab.packets import ARP
from netinv.lab.ring import Ring
from netinv.lab.simulation import Simulation

_PATIENCE = 10.0
"""Seconds to wait for the other process before it is taken for dead."""
_BATCH = 64
"""Frames read before those that are due are sent."""
_EVERYTHING = 1_000_000
_FRAME = 65_536 + 64
"""Bytes: the kernel hands over what hardware would have cut into packets."""
_BUFFER = 8 * 1024 * 1024
# linux/if_ether.h, linux/if_packet.h, asm-generic/socket.h
_ETH_P_ALL, _SOL_PACKET, _PACKET_STATISTICS = 3, 263, 6
_SO_RCVBUFFORCE, _SO_TIMESTAMPNS = 33, 35
_TIMESPEC = struct.Struct("@ll")
_ANCILLARY = socket.CMSG_SPACE(_TIMESPEC.size)


class Responder:
    """The process, as its parent sees it. It ends with `close`, or with its parent."""

    def __init__(self, household: Household, *, seed: int, impairments: Impairments) -> None:
        self._last = Counters()
        ours, theirs = socket.socketpair()
        self.pid = os.fork()
        if not self.pid:
            ours.close()
            _live(theirs, household, seed, impairments)
        theirs.close()
        ours.settimeout(_PATIENCE)
        self._socket = ours
        self._lines = ours.makefile("rb")
        try:
            self._wait("isolated")
        except LabError:
            self.close()
            raise

    def attach(self) -> None:
        """The far end is in its namespace: start answering."""
        self._tell("attach")
        self._wait("ready")

    def counters(self) -> Counters:
        """What it has seen so far; after `close`, what it had seen by then."""
        if self.pid:
            self._tell("counters")
            self._last = Counters(**self._wait("counters"))
        return self._last

    def reset(self) -> None:
        """Count from nought again."""
        self._tell("reset")
        self._wait("reset")

    def close(self) -> None:
        """End the process."""
        if self.pid:
            try:
                with suppress(LabError):
                    self.counters()
            finally:
                with suppress(OSError):
                    self._socket.shutdown(socket.SHUT_RDWR)  # it ends when nobody is there to ask it
                self._lines.close()
                self._socket.close()
                with suppress(PermissionError):  # we may have given up root since
                    os.kill(self.pid, signal.SIGKILL)
                os.waitpid(self.pid, 0)
                self.pid = 0

    def _tell(self, word: str) -> None:
        try:
            self._socket.sendall(word.encode() + b"\n")
        except OSError as error:
            raise LabError("the virtual LAN has ended") from error

    def _wait(self, word: str) -> Any:
        try:
            line = self._lines.readline()
        except OSError as error:
            raise LabError("the virtual LAN does not answer") from error
        heard, said = json.loads(line) if line else ("", None)
        if heard != word:
            raise LabError(f"the virtual LAN cannot be set up: {said or 'its process ended'}")
        return said


def _live(control: socket.socket, household: Household, seed: int, impairments: Impairments) -> NoReturn:
    """The child's whole life."""
    try:
        os.setsid()  # the terminal's Ctrl-C is for the scan, not for the LAN
        system.die_with_parent()
        system.unshare(system.NEWNET)
        with suppress(OSError):  # where there is no IPv6, it need not be kept quiet
            system.write("/proc/sys/net/ipv6/conf/default/disable_ipv6", "1")
        simulation = Simulation(household, seed=seed, impairments=impairments)
        _say(control, "isolated")
        simulation.warm_up()
        if control.recv(16):
            system.bring_up(link.FAR, answers=False)
            with _open_wire() as wire:
                ring = Ring(link.FAR, ARP)
                _say(control, "ready")
                _Loop(ring, wire, control, simulation).run()
    except Exception as error:  # noqa: BLE001 - nothing may unwind into the parent's stack; the parent is told
        with suppress(OSError):
            _say(control, "failed", str(error))
    finally:
        os._exit(0)


def _open_wire() -> socket.socket:
    """What all is sent by, and all that is not ARP comes in by."""
    wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
    try:
        wire.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, _BUFFER)
    except PermissionError:  # in a user namespace: as much as everybody may
        wire.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER)
    wire.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
    wire.setblocking(False)
    bpf.attach(wire, bpf.all_arriving_but(ARP))
    wire.bind((link.FAR, _ETH_P_ALL))
    return wire


def _say(control: socket.socket, word: str, said: Any = None) -> None:
    control.sendall(json.dumps([word, said]).encode() + b"\n")


class _Loop:
    """Reads, answers, and does what the parent asks, until the parent hangs up."""

    def __init__(self, ring: Ring, wire: socket.socket, control: socket.socket, simulation: Simulation) -> None:
        self._ring = ring
        self._wire = wire
        self._control = control
        self._simulation = simulation
        self._due: list[tuple[float, int, bytes]] = []
        self._order = count()

    def run(self) -> None:
        sources: list[Ring | socket.socket] = [self._ring, self._wire, self._control]
        while True:
            patience = max(0.0, self._due[0][0] - time.time()) if self._due else None
            ready, _, _ = select.select(sources, [], [], patience)
            if self._ring in ready:
                self._read(self._ring.read(_BATCH))
            if self._wire in ready:
                self._read(self._packets(_BATCH))
            while self._due and self._due[0][0] <= time.time():
                self._send(heapq.heappop(self._due)[2])
            if self._control in ready and not self._obey(self._control.recv(64).strip()):
                return

    def _packets(self, most: int) -> Iterator[tuple[bytes, float]]:
        """At most so many of the frames that wait at the wire, each with the time it arrived."""
        for _ in range(most):
            try:
                frame, ancillary, _, _ = self._wire.recvmsg(_FRAME, _ANCILLARY)
            except OSError:  # no more; or the link is gone, and with it what was to be answered
                return
            seconds, nanoseconds = _TIMESPEC.unpack(ancillary[0][2]) if ancillary else (time.time(), 0)
            yield frame, seconds + nanoseconds / 1e9

    def _read(self, frames: Iterable[tuple[bytes, float]]) -> None:
        is_first = True
        for frame, at in frames:
            if is_first:  # of those that wait, the one that has waited longest
                is_first = False
                self._simulation.tally.late(time.time() - at)
            for due, answer in self._simulation.hear(frame, at):
                if due > at:
                    heapq.heappush(self._due, (due, next(self._order), answer))
                else:
                    self._send(answer)

    def _send(self, frame: bytes) -> None:
        try:
            self._wire.send(frame)
        except OSError:  # the link is gone, or its queue full
            self._simulation.tally.counts["unsent"] += 1

    def _obey(self, word: bytes) -> bool:
        tally = self._simulation.tally
        if not word:
            return False
        self._read(self._ring.read(_EVERYTHING))  # what arrived before the question counts
        self._read(self._packets(_EVERYTHING))
        dropped = self._ring.dropped() + struct.unpack("II", self._wire.getsockopt(_SOL_PACKET, _PACKET_STATISTICS, 8))[1]
        tally.counts["dropped"] += dropped
        if word == b"reset":
            tally.reset()
        _say(self._control, word.decode(), tally.reading())
        return True
