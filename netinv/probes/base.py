"""What a probe is: a question, a way to read the answer, and a declaration of what it tells and wants."""

from collections.abc import AsyncGenerator, Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final, ParamSpec, TypeVar

from netinv.model import Answer, Host, Notice
from netinv.net.network import Network
from netinv.net.targets import Targets

Answers = AsyncGenerator[Answer | Notice, None]
UNREAD: Final = "message.unread"
"""The kind of notice that any probe may give, of a message in which its reader stumbled; `value` is the error's name."""

_Told = TypeVar("_Told")
_Heard = ParamSpec("_Heard")


def heed(
    sender: str | None, read: Callable[_Heard, Iterable[_Told]], *heard: _Heard.args, **by: _Heard.kwargs
) -> Iterator[_Told | Notice]:
    """What `read` tells of a message of `sender`; where it fails, what it has told until then, and a notice of kind `UNREAD`.

    Readers raise nothing by themselves; but should one, that is to cost this message alone, and nobody else's.
    """
    try:
        yield from read(*heard, **by)
    except Exception as error:  # noqa: BLE001 - whatever it is, others are still to be heard
        yield Notice(UNREAD, sender, None, type(error).__name__)


@dataclass(frozen=True, slots=True)
class LinkProbe:
    """Asks many addresses at once; what it hears makes hosts."""

    name: str
    summary: str
    """One line for `netinv doctor` and the README."""
    tells: tuple[str, ...]
    """The evidence keys it may report."""
    ask: Callable[[Network, Targets], Answers]
    needs: frozenset[str] = frozenset()
    """Abilities of the network without which it is not asked: `arp`, `icmp`, `neighbours`."""
    spares: frozenset[str] = frozenset()
    """Abilities that make it superfluous: the neighbour table is read only where frames cannot be sent."""
    proves: frozenset[str] = frozenset()
    """Those of `tells` that prove a device is there now."""
    by_default: bool = True
    """Asked of its own accord; otherwise only where `--also` or `--probe` names it."""
    notices: tuple[str, ...] = ()
    """The kinds of `Notice` it may report beside answers; only what asks the whole link overhears anything."""


@dataclass(frozen=True, slots=True)
class HostProbe:
    """Asks one host that is there; asked once per host (but see `each`), as soon as everything it `wants` has been heard."""

    name: str
    summary: str
    tells: tuple[str, ...]
    ask: Callable[[Network, Host], Answers]
    wants: tuple[str, ...] = ()
    """Evidence that must have been heard of the host before it makes sense to ask: keys, or `key=value`."""
    each: str | None = None
    """Of the keys it wants one of which it is asked for every value, `curiosity.EACH` at most; its host then has but this one."""
    needs: frozenset[str] = frozenset()
    by_default: bool = True
    """As of a `LinkProbe`."""
    is_for_few: bool = False
    """Not asked where the scan covers a whole link: there the link's probes ask everybody at once."""
    load: Callable[[], object] = lambda: None
    """Loads the code that answers are read with; called before root is given up, since after it files may be out of reach."""


@dataclass(frozen=True, slots=True)
class ServiceProbe:
    """Asks one service of a host; asked once for each of its `ports` that `tcp.PORT` tells is open."""

    name: str
    summary: str
    tells: tuple[str, ...]
    ask: Callable[[Network, Host, int], Answers]
    ports: tuple[int, ...]
    needs: frozenset[str] = frozenset({"tcp"})
    by_default: bool = True
    """As of a `LinkProbe`."""
    load: Callable[[], object] = lambda: None
    """As of a `HostProbe`."""


@dataclass(frozen=True, slots=True)
class HintProbe:
    """Asks one host about whatever something heard of it hints at; about each such thing once, and `curiosity.HINTS` at most."""

    name: str
    summary: str
    tells: tuple[str, ...]
    ask: Callable[[Network, Host, str], Answers]
    hears: frozenset[str]
    """The evidence keys in which it finds hints."""
    hints: Callable[[str, str], Iterable[str]]
    """What a fact of these makes it worth asking about, by its key and its value; the same fact hints at the same things."""
    needs: frozenset[str] = frozenset({"tcp"})
    by_default: bool = True
    """As of a `LinkProbe`."""
    load: Callable[[], object] = lambda: None
    """As of a `HostProbe`."""


Probe = LinkProbe | HostProbe | ServiceProbe | HintProbe
