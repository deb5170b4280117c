"""The user's own rules: `rules/*.toml` in netinv's configuration directory; they may replace those that netinv comes with.

A rule that is wrong is left out and told of; the others count.
"""

import io
import os
import stat
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from hashlib import blake2s
from pathlib import Path
from typing import Any, Final

from netinv.classification.rule import Rule
from netinv.classification.rule_check import check
from netinv.classification.rule_reader import rules_of
from netinv.errors import NetinvError, RuleError
from netinv.privileges import caller, config_home

FILES: Final = 64
"""Files read."""
LARGEST: Final = 1 << 20
"""Bytes of one file."""
MOST: Final = 5_000
"""Rules in all of them."""


@dataclass(frozen=True, slots=True)
class OwnRules:
    """The user's rules, and what is wrong with those that are left out."""

    rules: tuple[Rule, ...] = ()
    problems: tuple[RuleError, ...] = ()


def directory() -> Path | None:
    """`netinv/rules` in the user's configuration directory, under sudo the caller's; None for a user without a home.

    None, too, where nothing of the user's configuration shall hold: NETINV_CONFIG=/dev/null.
    """
    if os.environ.get("NETINV_CONFIG") == os.devnull:
        return None
    try:
        return config_home() / "netinv" / "rules"
    except NetinvError:
        return None


def files() -> tuple[Path, ...]:
    """The user's files of rules, by name."""
    place = directory()
    try:
        return tuple(sorted(place.glob("*.toml")))[:FILES] if place else ()
    except OSError:
        return ()


def own_rules() -> OwnRules:
    """The rules in all of the user's files that are whole."""
    return read(files())


def read(paths: Iterable[Path]) -> OwnRules:
    """The rules in some files; a file that cannot be read, and each rule that is wrong, is a problem of its own."""
    rules: dict[str, Rule] = {}
    problems: list[RuleError] = []
    for path in paths:
        try:
            entries = _entries(path)
        except RuleError as error:
            problems.append(error)
            continue
        for entry in entries:
            try:
                (rule,) = (replace(rule, is_own=True) for rule in rules_of({"rule": [entry]}, str(path)))
            except RuleError as error:
                problems.append(error)
                continue
            wrong = list(check((rule,)))
            if rule.id in rules:
                wrong.append(
                    RuleError(f"rule {rule.id} stands in {rules[rule.id].source} and again in {path}", hint="Rename one.")
                )
            problems += wrong
            if not wrong and len(rules) < MOST:
                rules[rule.id] = rule
    return OwnRules(tuple(rules.values()), tuple(problems))


def digest() -> str:
    """Changes with any of the user's files; nothing is parsed."""
    hashed = blake2s(digest_size=8)
    for path in files():
        try:
            hashed.update(path.name.encode("utf-8", "surrogateescape") + b"\0" + blake2s(_bytes(path)).digest())
        except RuleError:
            continue
    return hashed.hexdigest()


def replacing(built_in: Sequence[Rule], own: Sequence[Rule]) -> Iterator[Rule]:
    """The rules netinv comes with, but for those that the user has written anew, and then the user's."""
    replaced = {rule.id for rule in own}
    yield from (rule for rule in built_in if rule.id not in replaced)
    yield from own


def _entries(path: Path) -> list[Any]:
    """The tables of a file, not yet understood."""
    import tomllib  # 7 ms that nobody pays who has no rules of his own

    try:
        tables = tomllib.loads(_bytes(path).decode("utf-8"))
    except UnicodeDecodeError as error:
        raise RuleError(f"{path} is not UTF-8", hint="Save it as UTF-8.") from error
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise RuleError(f"{path} is not TOML: {error}", hint="Patterns go in single quotes, so that \\ means itself.") from error
    entries = tables.get("rule", [])
    if set(tables) - {"rule"} or not isinstance(entries, list):
        raise RuleError(f"{path} holds something other than rules", hint="Begin each rule with [[rule]].")
    return entries


def _bytes(path: Path) -> bytes:
    try:
        # Not blocking, lest a pipe holds us up.
        with io.FileIO(os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)) as file:
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode):
                raise RuleError(f"{path} is no ordinary file", hint="Put the rules themselves there.")
            if status.st_mode & stat.S_IWOTH or status.st_uid not in _trusted():
                raise RuleError(
                    f"{path} could have been written by somebody else", hint="It has to be yours: chown it, chmod o-w."
                )
            text = file.read(LARGEST + 1)
    except OSError as error:
        raise RuleError(f"cannot read {path}: {error.strerror or error}", hint="See who may read it.") from error
    if len(text) > LARGEST:
        raise RuleError(f"{path} is larger than {LARGEST:,} bytes", hint="Part it into several.")
    return text


def _trusted() -> frozenset[int]:
    """Whose files are believed: ours, root's, and those of whoever called sudo."""
    user = caller()
    return frozenset({0, os.geteuid()} | ({user.uid} if user else set()))
