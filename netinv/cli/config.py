"""`netinv config`: what is set, and by whom; nothing here needs a configuration that is whole."""

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import typer

from netinv.cli import options
from netinv.cli.configured import configuration

if TYPE_CHECKING:
    from netinv.config import Config
    from netinv.errors import NetinvError
    from netinv.settings import Setting, Value

    _Shown = tuple[Setting, Value | None, str, str, str | None]
    """A setting; its value, None where there is none and where it is nobody's business; that in words; who says so, and where."""

app = typer.Typer(
    name="config",
    help="What is set, and where: the configuration file, the environment, and what is so by default.",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.command("show")
def show(context: typer.Context, as_json: options.Json = False) -> None:
    """Tell for each setting what holds unless the command line says otherwise, and who says so.

    Example: netinv config show --json | jq -r '.settings[] | select(.source != "default").name'
    """
    import json

    config = configuration(context)
    shown = list(_settings(config))
    faults = list(config.faults())
    if as_json:
        described = [
            {
                "name": setting.name,
                "value": value,
                "text": text,
                "source": source,
                "where": where,
                "is_secret": setting.is_secret,
                "environment": setting.environment,
                "option": setting.options[0].partition("/")[0],
                "means": setting.means,
            }
            for setting, value, text, source, where in shown
        ]
        document = {
            "schema": "netinv-config/1",
            "path": _text(config),
            "exists": config.exists,
            "settings": described,
            "problems": [{"message": fault.message, "hint": fault.hint} for fault in faults],
        }
        typer.echo(json.dumps(document, indent=2))
        return
    rows = [("SETTING", "VALUE", "FROM"), *((setting.name, text, where or source) for setting, _, text, source, where in shown)]
    names, values, _ = (max(map(len, cells)) for cells in zip(*rows, strict=True))
    for name, text, source in rows:
        typer.echo(f"{name:<{names}}  {text:<{values}}  {source}")
    for fault in faults:
        _say("warning", fault)


@app.command("path")
def path(context: typer.Context) -> None:
    """Print where the configuration file is, or would be.

    Example: $EDITOR "$(netinv config path)"
    """
    from netinv.errors import UsageError

    config = configuration(context)
    if config.path is None:
        raise config.problems[0] if config.problems else UsageError("there is to be no configuration file", hint=_NONE)
    typer.echo(str(config.path))


@app.command("check")
def check(context: typer.Context) -> int:
    """Read the configuration file and the environment, and tell all that is wrong with them; exit 2 if anything is.

    Example: netinv config check
    """
    config = configuration(context)
    faults = list(config.faults())
    for fault in faults:
        _say("error", fault)
    for name, near in config.strangers():
        print(f"note: {name} is no setting; {near} is", file=sys.stderr)
    if config.is_open and any(setting.is_secret for setting in _set(config)):
        print(f"note: others may read {config.path}, and it holds secrets: chmod 600", file=sys.stderr)
    if faults:
        return 2
    if config.exists:
        print(f"{_text(config)}: {len(config.entries)} set, nothing wrong", file=sys.stderr)
    else:
        print(f"there is no {_text(config) or 'configuration file'}: all is by default or by the environment", file=sys.stderr)
    return 0


@app.command("init")
def init(context: typer.Context) -> None:
    """Write a configuration file that names every setting and sets none, for you alone to read, where there is none yet.

    Example: netinv config init && $EDITOR "$(netinv config path)"
    """
    from netinv.config import write
    from netinv.errors import UsageError
    from netinv.settings import example

    config = configuration(context)
    if config.path is None:
        raise config.problems[0] if config.problems else UsageError("there is to be no configuration file", hint=_NONE)
    write(config.path, example())
    print(f"{config.path} is written; remove the # before what you want to set", file=sys.stderr)


_NONE = "unset NETINV_CONFIG, or set HOME"


def _settings(config: "Config") -> "Iterator[_Shown]":
    """Every setting as it is; where what is set cannot be, as it would be otherwise."""
    from netinv.errors import UsageError
    from netinv.settings import SETTINGS, as_text
    from netinv.text import clean, masked

    manners = _manners(config)
    for setting in SETTINGS.values():
        try:
            said = config.said(setting)
        except UsageError:
            said = config.entries.get(setting.name)
        if said and (setting.is_secret or said.is_content):
            yield setting._replace(is_secret=True), None, "(secret)", said.source, said.where
        elif said:
            text = clean(masked(as_text(said.value)))
            yield setting, text if setting.kind == "place" else said.value, text, said.source, said.where
        elif setting.name in manners:
            yield setting, manners[setting.name], as_text(manners[setting.name]), "default", "default of the pace"
        else:
            yield _default(setting)


def _manners(config: "Config") -> dict[str, Any]:
    """What a pace that is set leaves to be the default of others."""
    from netinv.defaults import PACES
    from netinv.errors import UsageError
    from netinv.settings import SETTINGS

    try:
        said = config.said(SETTINGS["scan.pace"])
    except UsageError:
        return {}
    if said is None or not (pace := PACES.get(str(said.value))):
        return {}
    return {"scan.rate": pace.rate, "scan.retries": pace.retries, "scan.timeout": pace.timeout}


def _default(setting: "Setting") -> "_Shown":
    from netinv.errors import StoreError
    from netinv.inventory.place import default_path

    value, text = setting.default, setting.usual
    if setting.name == "store.url":
        try:
            value = text = str(default_path())
        except StoreError:
            value, text = None, "-"
    elif setting.kind in ("words", "targets"):
        value = ()
    return setting, value, text or "-", "default", None


def _set(config: "Config") -> Iterator["Setting"]:
    from netinv.settings import SETTINGS

    yield from (SETTINGS[name] for name in config.entries)


def _text(config: "Config") -> str | None:
    from netinv.text import clean

    return clean(str(config.path)) if config.path else None


def _say(word: str, fault: "NetinvError") -> None:
    print(f"{word}: {fault.message}", file=sys.stderr)
    if fault.hint:
        print(f"hint: {fault.hint}", file=sys.stderr)
