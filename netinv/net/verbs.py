"""The door's verbs, taken from its definition: what each is asked with, and of which type its answers are."""

import inspect
from collections.abc import AsyncGenerator, Mapping
from functools import cache
from inspect import Signature
from typing import Any, NamedTuple, get_args, get_origin, get_type_hints

from netinv.net.network import Network
from netinv.net.plain import can_be_meant, plain


class Verb(NamedTuple):
    """One way of asking."""

    name: str
    signature: Signature
    yields: bool
    """Many answers as they come; otherwise one, awaited."""
    answers: Any
    """Type of an answer."""

    def asked(self, *args: Any, **kwargs: Any) -> Mapping[str, Any]:
        """What was asked, as JSON's types; everything by its name, defaults included."""
        bound = self.signature.bind(None, *args, **kwargs)
        bound.apply_defaults()
        return {name: plain(value) for name, value in bound.arguments.items() if name != "self"}


@cache
def verbs() -> Mapping[str, Verb]:
    """All verbs by their names, but `close`."""
    return {name: verb for name, member in vars(Network).items() if (verb := _verb(name, member))}


@cache
def states() -> Mapping[str, Any]:
    """What the door says of itself, and of which types that is; not how far it has got, which is of no interest afterwards."""
    found = {name: member for name, member in vars(Network).items() if isinstance(member, property) and name != "progress"}
    return {name: get_type_hints(member.fget)["return"] for name, member in found.items()}


@cache
def unknown() -> frozenset[str]:
    """What the door can do and nobody here can write down."""
    public = {name for name in vars(Network) if not name.startswith("_")} - {"close", "progress"}
    return frozenset(public - verbs().keys() - states().keys()) | {n for n, hint in states().items() if not can_be_meant(hint)}


def _verb(name: str, member: Any) -> Verb | None:
    if name.startswith("_") or name == "close" or not inspect.isfunction(member):
        return None
    answers = get_type_hints(member)["return"]
    yields = get_origin(answers) is AsyncGenerator
    if yields:
        answers = get_args(answers)[0]
    elif not inspect.iscoroutinefunction(member):
        return None
    return Verb(name, inspect.signature(member), yields, answers) if can_be_meant(answers) else None
