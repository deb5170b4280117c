"""The door that only opens inwards: it has one socket, to listen by, and no other, so nothing can leave through it."""

import errno
from collections.abc import AsyncGenerator, Iterable, Mapping

from netinv.model import MAC, Interface, Problem, Traffic
from netinv.net import ears
from netinv.net.links import is_alive
from netinv.net.network import Datagram, Means, Replies, Reply, Stream
from netinv.net.overheard import Overheard, Topic
from netinv.net.shortfalls import unheard
from netinv.net.system import this_system


class PassiveNetwork:
    """A `Network` that sends nothing: every verb but `listen` raises PermissionError. PermissionError without the privilege."""

    abilities = frozenset({"listen"})
    resolvers: tuple[str, ...] = ()
    swept: frozenset[Means] = frozenset()
    communities: tuple[str, ...] = ()
    remembered: Mapping[str, MAC] = {}
    refused = False
    traffic = Traffic()
    progress = (0, 0)

    def __init__(self, interface: Interface) -> None:
        self.interface = interface
        self.system = this_system()
        self._listening = ears.frames(interface)

    @property
    def is_alive(self) -> bool:
        return is_alive(self.interface)

    @property
    def problems(self) -> tuple[Problem, ...]:
        return tuple(unheard(self._listening.lost))

    def listen(self, *topics: Topic) -> AsyncGenerator[Overheard, None]:
        return self._listening.listen(*topics)

    async def sweep(self, means: Means, targets: Iterable[str], *, rounds: int | None = None) -> Replies:
        _refuse()
        yield Reply("")  # what makes a generator of it

    async def tcp(self, address: str, port: int, send: bytes = b"", limit: int = 0, *, keep: bool = False) -> Stream | None:
        _refuse()
        return None

    async def connect(self, address: str, port: int) -> int | None:
        _refuse()
        return None

    async def secure(self, connection: int) -> bytes | None:
        _refuse()
        return None

    async def exchange(self, connection: int, say: bytes = b"", limit: int = 0) -> bytes:
        _refuse()
        return b""

    async def hang_up(self, connection: int) -> None:
        _refuse()

    async def udp(self, address: str, port: int, payload: bytes, limit: int = 1500) -> bytes | None:
        _refuse()
        return None

    async def multicast(self, group: str, port: int, payload: bytes, *, limit: int = 9000) -> AsyncGenerator[Datagram, None]:
        _refuse()
        yield Datagram("", 0, b"")

    def close(self) -> None:
        self._listening.close()


def _refuse() -> None:
    raise PermissionError(errno.EPERM, "a passive scan sends nothing")
