"""The command line: one Typer app, and the one place where errors become messages and exit codes."""

import gc
import os
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from netinv.cli import (
    annotate,
    ansible,
    classify,
    config,
    demo,
    devices,
    doctor,
    explain,
    export,
    history,
    interfaces,
    kinds,
    map,
    networks,
    read,
    replay,
    rules,
    scan,
    schema,
    store,
    streams,
    vendors,
    watch,
)
from netinv.cli.configured import misread
from netinv.cli.usage import complaint
from netinv.errors import NetinvError

if TYPE_CHECKING:
    from netinv.net.network import Network

GARBAGE = 200_000
"""Objects made before the first search for cycles among them: commands have ended by then, a list of ten thousand devices too."""

EPILOG = (
    "Exit codes: 0 done; 1 failed; 2 wrong usage; 3 partial result; 4 missing privileges; "
    "5 inventory cannot be read or written; 129 terminal closed; 130 interrupted; 143 terminated."
)

app = typer.Typer(
    name="netinv",
    help="See every device on the local network, what each one is, and why netinv thinks so.",
    epilog=EPILOG,
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    pretty_exceptions_enable=False,
)
_COMMANDS: dict[str, dict[str, Callable[..., object]]] = {
    "See the network": {"scan": scan.scan, "watch": watch.watch, "read": read.read, "replay": replay.replay},
    "Ask what is remembered": {
        "list": devices.list_devices,
        "show": devices.show,
        "explain": explain.explain,
        "map": map.map_devices,
        "diff": history.diff,
        "history": history.history,
        "scans": history.scans,
        "networks": networks.networks,
    },
    "Say what you know": {
        "set": annotate.set_device,
        "import": annotate.import_csv,
        "merge": annotate.merge,
        "split": annotate.split,
        "undo": annotate.undo,
    },
    "Take it with you": {"export": export.export, "ansible": ansible.ansible},
    "Try and learn": {
        "demo": demo.demo,
        "kinds": kinds.kinds,
        "classify": classify.classify,
        "schema": schema.schema,
    },
    "Look after netinv": {"doctor": doctor.doctor, "interfaces": interfaces.interfaces},
}
"""By what a user is after; in this order they are shown."""
_GROUPS = {"store": store.app, "config": config.app, "rules": rules.app, "vendors": vendors.app}
_SPECIAL: dict[str, dict[str, Any]] = {
    "watch": {"cls": watch.Watch},
    "diff": {"context_settings": {"ignore_unknown_options": True}},  # `-1` is a scan and no option
    "demo": {"context_settings": {"ignore_unknown_options": True}},  # what it does not know it hands to the scan
}
for _panel, _commands in _COMMANDS.items():
    for _name, _command in _commands.items():
        app.command(_name, rich_help_panel=_panel, **_SPECIAL.get(_name, {}))(_command)
for _name, _group in _GROUPS.items():
    app.add_typer(_group, name=_name, rich_help_panel="Look after netinv")


def _print_version(wanted: bool) -> None:
    if wanted:
        from netinv import __version__

        typer.echo(f"netinv {__version__}")
        raise typer.Exit


@app.callback()
def _netinv(
    version: Annotated[
        bool, typer.Option("--version", "-V", callback=_print_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """See every device on the local network, what each one is, and why netinv thinks so."""


def main(words: Sequence[str] | None = None) -> None:
    """Run one command and exit, at once: taking the interpreter apart would take 80 ms more, and everything is closed."""
    gc.set_threshold(GARBAGE)
    streams.secure()
    out = sys.stdout
    code = run(words)
    streams.finish(out)
    streams.finish(sys.stderr)
    os._exit(code)


def run(words: Sequence[str] | None = None, *, network: "Network | None" = None) -> int:
    """Run one command; its exit code. A scan uses `network` instead of this machine's interfaces, if there is one."""
    try:
        code = app(None if words is None else list(words), prog_name="netinv", standalone_mode=False, obj=network)
        sys.stdout.flush()
    except NetinvError as error:
        _report(error.message, error.hint)
        return error.exit_code
    except _USAGE_ERROR as error:
        if wrong := misread(error):  # said as `netinv config check` says it
            _report(wrong.message, wrong.hint)
        elif said := complaint(error, sys.argv[1:] if words is None else words):  # none where the help has been printed instead
            _report(*said)
        return 2
    except (typer.Abort, KeyboardInterrupt):
        return 130
    except BrokenPipeError:  # whoever reads our output has read enough
        return 0
    except SystemExit as ended:  # so do Typer and rich end the program where a pipe breaks
        if isinstance(ended.__context__, BrokenPipeError):
            return 0
        raise
    return code if isinstance(code, int) else 0


# Typer bears click within itself and exports one of its usage errors only: their base is its base.
_USAGE_ERROR: type[Exception] = typer.BadParameter.__bases__[0]


def _report(message: str, hint: str | None) -> None:
    print(f"error: {message}", file=sys.stderr)
    if hint:
        print(f"hint: {hint}", file=sys.stderr)
