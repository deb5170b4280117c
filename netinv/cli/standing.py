"""Options that several commands share as one thing: declared once, and handed to a command as what they mean together."""

import inspect
from collections.abc import Callable
from functools import update_wrapper
from typing import TypeVar

_Result = TypeVar("_Result")


def standing_for(place: str, make: Callable[..., object]) -> Callable[[Callable[..., _Result]], Callable[..., _Result]]:
    """A decorator for commands: in the place of the keyword `place` stand the options of `make`, and the command gets its result.

    What `make` raises, such as a UsageError for options that contradict each other, is raised before the command begins.
    """
    offered = inspect.signature(make).parameters

    def decorate(command: Callable[..., _Result]) -> Callable[..., _Result]:
        def with_options(**given: object) -> _Result:
            made = make(**{name: given.pop(name) for name in offered})
            return command(**given, **{place: made})

        shown: list[inspect.Parameter] = []
        for parameter in inspect.signature(command).parameters.values():
            stand_in = [parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY)]
            shown += offered.values() if parameter.name == place else stand_in
        update_wrapper(with_options, command)
        with_options.__signature__ = inspect.Signature(shown)  # type: ignore[attr-defined]
        # Typer resolves every annotation, also of what it does not see.
        with_options.__annotations__ = {name: kind for name, kind in command.__annotations__.items() if name != place}
        return with_options

    return decorate
