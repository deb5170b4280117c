"""`netinv demo`: the same scan on a virtual LAN, with nothing to set up and nobody to disturb."""

import os
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Collection, Iterator, Mapping, MutableMapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

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

  netinv demo 10.77.0.20 -- --why         any targets and options of netinv scan

  netinv demo --shell                     a shell in there

  netinv demo interfaces                  another command of netinv in there

  netinv demo -- nmap -sn 10.77.0.0/24    any command in there
"""


def demo(
    ctx: typer.Context,
    words: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[TARGETS | COMMAND] [-- OPTIONS]",
            help="Targets and options for netinv scan, or a command to run instead of it.",
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
        str | None,
        typer.Option("--store", metavar="FILE", help="Remember here, and not just until the end.", show_default=False),
    ] = None,
) -> int:
    """Enter the virtual LAN and run something there."""
    from netinv.errors import UsageError

    netinv: Any = ctx.find_root().command
    commands = {name: command for name, command in netinv.commands.items() if name != "demo"}  # which is running already
    words = words or []
    inside, is_program = _understood(words, commands)
    chosen = {"--json": as_json, "--jsonl": as_jsonl, "--csv": as_csv}
    wanted = [option for option, is_wanted in chosen.items() if is_wanted]
    wanted += ["--format", format_name] if format_name else []
    wanted += ["--output", output] if output else []
    if (shell and words) or ((shell or is_program) and wanted):
        raise UsageError("a shell or a program leaves no room for other options", hint="give them to `netinv scan` in there")
    if (shell or is_program) and in_memory:
        what = "a shell" if shell else words[0]
        raise UsageError(f"in memory there is no network for {what}", hint=f"leave --in-memory out; {_WORDS}")
    if not in_memory and not shell and not is_program and sys.platform != "linux":
        print("note: this system has no network namespaces: the virtual LAN is answered from memory", file=sys.stderr)
        in_memory = True
    was_root = os.geteuid() == 0
    with _inventory(store) as inventory:
        line = [*inside[:1], *_store_option(commands.get(inside[0]), inventory), *wanted, *inside[1:]]
        if in_memory:
            from netinv.lab.memory import MemoryNetwork

            return _netinv(netinv, line, MemoryNetwork())
        from netinv.lab import lan, namespace

        namespace.enter()
        with lan() as home:
            if shell:
                print(_banner(home, was_root=was_root), file=sys.stderr)
                _run(home, [os.environ.get("SHELL") or "/bin/sh"], inventory)
                return 0
            return _run(home, words, inventory) if is_program else _netinv(netinv, line)


demo.__doc__ = HELP


_WORDS = "name targets such as 10.77.0.20, a command of netinv such as interfaces, or a program"
_TARGET = re.compile(r"[\d.]+(/\d+|-[\d.]+)?|@.+")


def _understood(words: Sequence[str], commands: Collection[str]) -> tuple[Sequence[str], bool]:
    """The words as a command line of netinv, and whether they are a program's instead."""
    if not words or words[0].startswith("-") or _TARGET.fullmatch(words[0]):
        return ("scan", *words), False
    return words, words[0] not in commands


def _store_option(command: Any, inventory: str) -> Sequence[str]:
    """For the commands that remember."""
    return ("--store", inventory) if command and any(p.name == "store" for p in command.params) else ()


def _netinv(netinv: Any, line: Sequence[str], network: "Network | None" = None) -> int:
    """The command line, once more: what runs here is what the user would have run."""
    before = dict(os.environ)
    try:
        _unconfigure(os.environ)
        code = netinv.main(list(line), prog_name="netinv", standalone_mode=False, obj=network)
        return code if isinstance(code, int) else 0
    finally:
        os.environ.clear()
        os.environ.update(before)


def _unconfigure(environ: MutableMapping[str, str]) -> None:
    """What is set for the user's own network, as its interface, is not for this one."""
    from netinv.config import ENVIRONMENT
    from netinv.settings import SETTINGS

    for setting in SETTINGS.values():
        environ.pop(setting.environment, None)
    environ[ENVIRONMENT] = os.devnull


@contextmanager
def _inventory(chosen: str | None) -> Iterator[str]:
    """The inventory to use: the one chosen, or one that is gone afterwards."""
    from netinv.errors import UsageError

    if chosen == "":
        raise UsageError("--store names nothing", hint="leave it out, or say --store FILE")
    if chosen:
        yield chosen
        return
    from netinv.privileges import caller

    with tempfile.TemporaryDirectory(prefix="netinv-demo-") as directory:
        if user := caller():  # once its sockets are open, a scan is the one who called sudo
            os.chown(directory, user.uid, user.gid)
        yield str(Path(directory, "inventory.db"))


def _run(home: "Lan", command: Sequence[str], inventory: str) -> int:
    """Run a command on the virtual LAN, with this terminal; its exit code, as a shell tells it."""
    from netinv.errors import UsageError

    try:
        process = home.popen(command, env=_environment(inventory))
    except OSError as error:
        raise UsageError(f"cannot run {command[0]}: {error.strerror}", hint=_WORDS) from error
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


def _environment(inventory: str) -> Mapping[str, str]:
    """The user's own but for what is set there, with our inventory, and with this very netinv first in the path."""
    environ = dict(os.environ)
    _unconfigure(environ)
    own = str(Path(sys.executable).parent)
    path = os.pathsep.join(filter(None, (own, os.environ.get("PATH", os.defpath))))
    return environ | {"NETINV_STORE": inventory, "PATH": path}


def _banner(home: "Lan", *, was_root: bool) -> str:
    (beyond,) = home.household.beyond
    owner = "the root you were" if was_root else "the user you were, though you seem to be root"
    here, there = len(home.truth), len(home.far)
    return f"""\
A virtual LAN: you are {home.address} on {home.interface}; {here} devices are on it, {there} more behind the router.
Nothing you send leaves it. The files are this machine's own: to them you are {owner}.
What you set for your own network, in config.toml, rules/ or by NETINV_*, does not hold in here (NETINV_CONFIG={os.devnull}).
`exit` ends it, and all that netinv remembers of it.

  netinv scan                      who is there, and why
  netinv scan {beyond!s:<21}who is behind the router
  netinv list                      what is remembered
  netinv explain {home.gateway:<18}the evidence for and against
  nmap -sn {home.network:<24}another scanner's opinion
"""
