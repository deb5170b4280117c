"""The command line: one Typer app, and the one place where errors become messages and exit codes."""

import gc
import os
import sys
from collections.abc import Sequence
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
from netinv.errors import NetinvError

if TYPE_CHECKING:
    from netinv.net.network import Network

GARBAGE = 50_000
"""Objects made before the first search for cycles among them: most commands have ended by then."""

EPILOG = """
Exit codes: 0 done; 1 failed; 2 wrong usage; 3 partial result; 4 missing privileges; 5 inventory cannot be read or written;
129 terminal closed; 130 interrupted; 143 terminated.
"""

app = typer.Typer(
    name="netinv",
    help="See every device on the local network, what each one is, and why netinv thinks so.",
    epilog=EPILOG,
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    pretty_exceptions_enable=False,
)
app.command("scan")(scan.scan)
app.command("watch", cls=watch.Watch)(watch.watch)
app.command("list")(devices.list_devices)
app.command("show")(devices.show)
app.command("explain")(explain.explain)
app.command("classify")(classify.classify)
app.command("history")(history.history)
# `-1` is a scan and no option.
app.command("diff", context_settings={"ignore_unknown_options": True})(history.diff)
app.command("scans")(history.scans)
app.command("networks")(networks.networks)
app.command("set")(annotate.set_device)
app.command("import")(annotate.import_csv)
app.command("merge")(annotate.merge)
app.command("split")(annotate.split)
app.command("undo")(annotate.undo)
app.command("export")(export.export)
app.command("map")(map.map_devices)
app.command("ansible")(ansible.ansible)
app.command("interfaces")(interfaces.interfaces)
app.command("doctor")(doctor.doctor)
# What `demo` does not know it hands to the scan.
app.command("demo", context_settings={"ignore_unknown_options": True})(demo.demo)
app.command("replay")(replay.replay)
app.command("read")(read.read)
app.command("schema")(schema.schema)
app.add_typer(store.app, name="store")
app.command("kinds")(kinds.kinds)
app.add_typer(rules.app, name="rules")
app.add_typer(vendors.app, name="vendors")
app.add_typer(config.app, name="config")


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
        usage: Any = error
        if wrong := misread(error):  # said as `netinv config check` says it
            _report(wrong.message, wrong.hint)
        elif message := usage.format_message():  # none where no command was given: the help has been printed instead
            _report(message, f"{usage.ctx.command_path if usage.ctx else 'netinv'} --help")
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
