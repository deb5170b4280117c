"""What Typer says of a command line it does not understand, in netinv's words: what is wrong, and apart from it what helps."""

import re
from collections.abc import Sequence
from typing import Any

_VARIABLE = re.compile(r" \(env var: '[A-Z_]+'\)")
_MEANT = re.compile(r"(?:\. Did you mean|:? ?\(Possible options:) (?P<meant>.+?)(?:\?|\))$")
_RANGE = re.compile(r"(?P<said>\S+) is not in the range (?:(?P<low>[\d.]+)<=x<=(?P<high>[\d.]+)|x>=(?P<least>[\d.]+))")
_NO_NUMBER = re.compile(r"is not a valid (?:float|integer)(?: range)?")
_EXTRA = re.compile(r"Got unexpected extra arguments?(?:\(s\))? \((?P<words>.+)\)")


def complaint(error: Any, words: Sequence[str]) -> tuple[str, str] | None:
    """Message and hint for one of Typer's usage errors about `words`; None where it has nothing to say."""
    message = _VARIABLE.sub("", error.format_message()).strip().removesuffix(".")
    if not message:
        return None
    command = error.ctx.command_path if error.ctx else " ".join(("netinv", *words[:1]))
    hint = f"{command} --help"
    if found := _MEANT.search(message):
        meant = re.sub(r"'", "", found["meant"])
        message, hint = message[: found.start()], f"did you mean {_either(meant)}?"
    message = _RANGE.sub(_told_range, message)
    message = _NO_NUMBER.sub("is no number", message)
    if found := _EXTRA.search(message):
        message = f"There is no place for '{found['words']}'"
    return message, hint


def _told_range(found: re.Match[str]) -> str:
    low, high = found["low"] or found["least"], found["high"]
    said = found["said"].removesuffix(".0")
    return f"{said} is not from {low} to {_grouped(high)}" if high else f"{said} is less than {low}"


def _grouped(number: str) -> str:
    return f"{int(number):,}" if number.isdecimal() else number


def _either(words: str) -> str:
    *others, last = words.split(", ")
    return f"{', '.join(others)} or {last}" if others else last
