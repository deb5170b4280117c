"""The options that say how a report of devices is written: declared here, and handed to a command as one `Output`."""

import inspect
from collections.abc import Callable
from functools import update_wrapper
from typing import Annotated, TypeVar

from netinv.cli import options
from netinv.cli.configured import configured

_Result = TypeVar("_Result")
_PLACE = "out"
"""The parameter that stands for all of them."""


def reporting(command: Callable[..., _Result]) -> Callable[..., _Result]:
    """A command whose keyword `out` is an `Output`, as one that has the options in its place, for Typer to see.

    Options that contradict each other are a UsageError before the command begins.
    """

    def with_options(
        *,
        format_name: Annotated[str | None, configured("output.format")] = None,
        as_json: options.AsJson = False,
        as_jsonl: options.AsJsonl = False,
        as_csv: options.AsCsv = False,
        output: options.Output = None,
        why: Annotated[bool, configured("output.why")] = False,
        **others: object,
    ) -> _Result:
        from netinv.cli.output import Output

        out = Output.choose(format_name, as_json=as_json, as_jsonl=as_jsonl, as_csv=as_csv, path=output, why=why)
        return command(**others, **{_PLACE: out})

    *offered, _ = inspect.signature(with_options).parameters.values()
    shown: list[inspect.Parameter] = []
    for parameter in inspect.signature(command).parameters.values():
        shown += offered if parameter.name == _PLACE else [parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY)]
    update_wrapper(with_options, command)
    with_options.__signature__ = inspect.Signature(shown)  # type: ignore[attr-defined]
    del with_options.__annotations__[_PLACE]  # Typer resolves every annotation, also of what it does not see
    return with_options
