"""Options that are settings: what the command line leaves unsaid the environment may say, and then the configuration file."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import typer

from netinv.errors import UsageError
from netinv.settings import SETTINGS, Setting, Value

if TYPE_CHECKING:
    from netinv.config import Config

_ON_THE_COMMAND_LINE = 2
_NEARNESS = {"COMMANDLINE": _ON_THE_COMMAND_LINE, "ENVIRONMENT": 1}
"""Of who says something to the user; the file comes after those."""


def configured(name: str, *, means: str = "") -> Any:
    """The option for the setting of this name; `means` is what else its help says it means.

    Click's `default_map` is not used: it would have to be known for every command before the words are read, for `--help` and
    for completions too, where the file does not matter and what is wrong with it must not.
    """
    setting = SETTINGS[name]
    is_number, is_list = setting.kind in ("number", "whole"), setting.kind in ("words", "targets")
    return typer.Option(
        *setting.options,
        envvar=setting.environment,
        metavar=setting.metavar,
        min=setting.low if is_number else None,
        max=setting.high if is_number else None,
        help=(means or setting.means) + ("; repeatable." if is_list else "."),
        show_default=setting.usual if setting.usual and setting.kind != "switch" else False,
        callback=_asking(setting),
    )


def configuration(context: typer.Context) -> "Config":
    """The configuration, read once in the life of a command."""
    from netinv.config import load

    found: Config | None = context.meta.get(__name__)
    if found is None:
        found = context.meta[__name__] = load()
    return found


def is_said(context: typer.Context, name: str) -> bool:
    """Whether the command line itself names this parameter."""
    return _nearness(context, name) == _ON_THE_COMMAND_LINE


def misread(error: Any) -> UsageError | None:
    """What is wrong with a variable of the environment that the command line could not read; None if it is another error."""
    context, parameter = getattr(error, "ctx", None), getattr(error, "param", None)
    setting = next((s for s in SETTINGS.values() if s.environment == getattr(parameter, "envvar", None)), None)
    if context is None or parameter is None or setting is None or _nearness(context, parameter.name) == _ON_THE_COMMAND_LINE:
        return None
    try:
        configuration(context).said(setting)
    except UsageError as wrong:
        return wrong
    return None


def _asking(setting: Setting) -> Callable[[typer.Context, typer.CallbackParam, Any], Any]:
    def said(context: typer.Context, parameter: typer.CallbackParam, value: Any) -> Any:
        if context.resilient_parsing:  # a completion: nobody goes by it
            return value
        nearness = _nearness(context, parameter.name)
        if nearness == _ON_THE_COMMAND_LINE and not setting.adds:
            if value == "":
                option = setting.options[0]
                raise UsageError(f"{option} names nothing", hint=f"leave it out, or say {option} {setting.metavar}")
            return value
        found = configuration(context).checked(setting)
        if found is None or found.is_content:
            return value
        if nearness == _ON_THE_COMMAND_LINE:
            return (*value, *_words(found.value))
        # What the command line names is read first, and the rest in the order of declaration: the nearness of these is known.
        if any(_nearness(context, name) > nearness for name in setting.overruled_by):
            return parameter.default
        return found.value

    return said


def _nearness(context: typer.Context, name: str | None) -> int:
    source = context.get_parameter_source(name or "")
    return _NEARNESS.get(source.name, 0) if source else 0


def _words(value: Value) -> tuple[str, ...]:
    return value if isinstance(value, tuple) else ()
