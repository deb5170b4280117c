"""`netinv demo`: the same scan on a virtual LAN, with nothing to set up and nobody to disturb."""

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from netinv.cli import options

if TYPE_CHECKING:
    from netinv.lab import Lan
    from netinv.net.network import Network

HELP = """See netinv at work on a virtual LAN: about twenty simulated devices that really answer.

It needs neither root nor a network, sends nothing to the real one, and leaves nothing behind.

Examples:

  netinv demo                             scan the virtual LAN

  netinv demo --json | jq '.devices[].ip'

  netinv demo -- --probe arp --why        any options of netinv scan

  netinv demo --shell                     a shell in there

  netinv demo -- nmap -sn 10.77.0.0/24    one command in there
"""


def demo(
    words: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[-- OPTIONS | -- COMMAND]",
            help="Options for netinv scan, or a command to run instead of it.",
            show_default=False,
        ),
    ] = None,
    shell: Annotated[bool, typer.Option("--shell", help="Open a shell on the virtual LAN.")] = False,
    in_memory: Annotated[
        bool, typer.Option("--in-memory", help="Use no network at all, for where the system forbids network namespaces.")
    ] = False,
    format_name: options.FormatName = None,
    as_json: options.AsJson = False,
    as_jsonl: options.AsJsonl = False,
    as_csv: options.AsCsv = False,
    output: options.Output = None,
    store: Annotated[
        Path | None,
        typer.Option("--store", metavar="FILE", help="Remember here, and not just until the end.", show_default=False),
    ] = None,
) -> int:
    """Enter the virtual LAN and run something there."""
    from netinv.errors import UsageError

    words = words or []
    is_command = bool(words) and not words[0].startswith("-")
    chosen = {"--json": as_json, "--jsonl": as_jsonl, "--csv": as_csv}
    wanted = [option for option, is_wanted in chosen.items() if is_wanted]
    wanted += ["--format", format_name] if format_name else []
    wanted += ["--output", str(output)] if output else []
    if (shell and words) or ((shell or is_command) and (wanted or in_memory)):
        raise UsageError("a shell or a command leaves no room for other options", hint="give them to `netinv scan` in there")
    with _inventory(store) as inventory:
        scan = ["scan", "--store", str(inventory), *wanted, *words]
        if in_memory:
            from netinv.lab.memory import MemoryNetwork

            return _netinv(scan, network=MemoryNetwork())
        from netinv.lab import lan, namespace

        namespace.enter()
        with lan() as home:
            if shell:
                print(_banner(home), file=sys.stderr)
                _run(home, [os.environ.get("SHELL") or "/bin/sh"], inventory)
                return 0
            return _run(home, words, inventory) if is_command else _netinv(scan)


demo.__doc__ = HELP


def _netinv(words: Sequence[str], network: "Network | None" = None) -> int:
    """The command line, once more: what runs here is what the user would have run."""
    from netinv.cli.app import run  # which imports this module

    return run(words, network=network)


@contextmanager
def _inventory(chosen: Path | None) -> Iterator[Path]:
    """The inventory to use: the one chosen, or one that is gone afterwards."""
    if chosen:
        yield chosen
        return
    from netinv.privileges import caller

    with tempfile.TemporaryDirectory(prefix="netinv-demo-") as directory:
        if user := caller():  # once its sockets are open, a scan is the one who called sudo
            os.chown(directory, user.uid, user.gid)
        yield Path(directory, "inventory.db")


def _run(home: "Lan", command: Sequence[str], inventory: Path) -> int:
    """Run a command on the virtual LAN, with this terminal; its exit code, as a shell tells it."""
    from netinv.errors import UsageError

    try:
        process = home.popen(command, env=_environment(inventory))
    except OSError as error:
        raise UsageError(f"cannot run {command[0]}: {error.strerror}") from error
    return _wait(process)


def _wait(process: "subprocess.Popen[bytes]") -> int:
    """Wait for a command; Ctrl-C is its business, and a SIGTERM is handed on to it."""
    before = {
        signal.SIGINT: signal.signal(signal.SIGINT, signal.SIG_IGN),
        signal.SIGTERM: signal.signal(signal.SIGTERM, lambda *_: process.terminate()),
    }
    try:
        code = process.wait()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    return code if code >= 0 else 128 - code


def _environment(inventory: Path) -> Mapping[str, str]:
    """The user's own, with our inventory, and with this very netinv first in the path."""
    own = str(Path(sys.executable).parent)
    path = os.pathsep.join(filter(None, (own, os.environ.get("PATH", os.defpath))))
    return os.environ | {"NETINV_STORE": str(inventory), "PATH": path}


def _banner(home: "Lan") -> str:
    (beyond,) = home.household.beyond
    here, there = len(home.truth), len(home.far)
    return f"""\
A virtual LAN: you are {home.address} on {home.interface}; {here} devices are on it, {there} more behind the router.
Nothing you send leaves it. You are root, but in here only. `exit` ends it, and all that it remembers.

  netinv scan                      who is there, and why
  netinv scan {beyond!s:<21}who is behind the router
  netinv list                      what is remembered
  netinv explain {home.gateway:<18}the evidence for and against
  nmap -sn {home.network:<24}another scanner's opinion
"""
