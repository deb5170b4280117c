"""What a machine of the LAN is: the daemons it runs, what it truly is, and what of that can be learnt from outside."""

import shutil
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from netinv.model import MAC

PATH = "/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/bin"
PREFIX = "192.168.77"
"""Of the addresses of all."""
MACHINES = Path(__file__).parent / "machines"


@dataclass(frozen=True, slots=True)
class Machine:
    """One machine, as an entry in a file of `machines` has it."""

    name: str
    """Its host name."""
    mac: MAC
    what: str
    """One line for people."""
    kind: tuple[str, ...]
    """What it truly is; several where nothing it says can tell one from the other."""
    category: tuple[str, ...]
    names: tuple[str, ...]
    """Every name that can be obtained of it, as it is said."""
    run: str
    """What starts the daemons, in a directory that is the machine's own: shell, with the functions of machine.sh."""
    daemons: tuple[str, ...]
    """Those that run on it, as programs to be found."""
    needs: tuple[str, ...] = ()
    """Other programs it takes."""
    opens: tuple[str, ...] = ()
    """Ports it is ready once it has: `tcp 80`."""
    files: Mapping[str, str] = field(default_factory=dict)
    """Its configuration, by path below that directory."""
    address: str = ""
    """Its own, unless it asks for a lease."""
    joins: float | None = None
    """Seconds after the scan began, when it comes and asks for a lease; None for who is there already."""
    vendor: str | None = None
    model: str | None = None
    os: str | None = None
    heard: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """The evidence heard of it, by key, as patterns of the shell: each value fits one, and each fits a value."""
    among: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """The same, of keys that have other values besides."""

    @property
    def missing(self) -> tuple[str, ...]:
        """What it needs and is not installed."""
        return tuple(
            need
            for need in (*self.daemons, *self.needs)
            if not shutil.which(need, path="/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/bin")
        )


def machines() -> tuple[Machine, ...]:
    """All of them, by file; those without an address of their own get one each."""
    entries = [entry for file in sorted(MACHINES.glob("*.toml")) for entry in tomllib.loads(file.read_text())["machine"]]
    return tuple(_machine(entry, number) for number, entry in enumerate(entries, 10))


def _machine(entry: dict[str, Any], number: int) -> Machine:
    truth = {key: (said,) if isinstance(said := entry.pop(key), str) else tuple(said) for key in ("kind", "category")}
    told = {table: {key: tuple(values) for key, values in entry.pop(table, {}).items()} for table in ("heard", "among")}
    lists = {key: tuple(entry.pop(key, ())) for key in ("names", "daemons", "needs", "opens")}
    address = entry.pop("address", f"{PREFIX}.{number}")
    return Machine(mac=MAC.parse(entry.pop("mac")), address=address, **truth, **told, **lists, **entry)
