"""Reading rules from TOML; what is malformed is refused with a hint, before anything is classified."""

import re
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final, TypeGuard

from netinv.classification import knowledge
from netinv.classification.kinds import kinds
from netinv.classification.rule import Condition, Rule
from netinv.errors import RuleError

HEAVIEST: Final = 7.0
"""The most log-odds one rule may add or take: 7 turns one in forty into 97 %."""

_FIELDS = frozenset(("id", "when", "unless", "then", "weight", "leans", "says", "trust", "of", "examples", "counter_examples"))
_TELLS = ("vendor", "model", "os", "firmware", "serial")
_ID = re.compile(r"[a-z0-9_]+(\.[a-z0-9-]+)+")


def read_rules(file: Path) -> tuple[Rule, ...]:
    """The rules in a TOML file; RuleError if it cannot be read or is not made of rules."""
    try:
        return parse_rules(file.read_text("utf-8"), file.name)
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise RuleError(f"cannot read the rules in {file}: {reason}") from error


def parse_rules(text: str, source: str) -> tuple[Rule, ...]:
    """The rules in TOML `text`; RuleError, with a hint, at the first that is malformed. Their examples are left to `check`."""
    import tomllib  # 7 ms that only a command that classifies should pay

    try:
        tables = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise RuleError(
            f"{source} is not TOML: {error}", hint="Patterns go in single quotes, so that \\ means itself."
        ) from error
    return rules_of(tables, source)


def rules_of(tables: Mapping[str, object], source: str) -> tuple[Rule, ...]:
    """The rules in TOML that has been parsed; errors as in `parse_rules`."""
    entries = tables.get("rule", [])
    if set(tables) - {"rule"} or not isinstance(entries, list):
        raise RuleError(f"{source} holds something other than rules", hint="Begin each rule with [[rule]].")
    return tuple(_Entry(entry, source).rule() for entry in entries)


def accepted_rules(tables: Mapping[str, Any], source: str) -> tuple[Rule, ...]:
    """As `rules_of`, of tables it has accepted before: nothing is checked again, which takes a third of the time."""
    return tuple(
        Rule(
            id=entry["id"],
            when=tuple([_accepted(key, wanted) for key, wanted in entry["when"].items()]),
            unless=tuple([_accepted(key, wanted) for key, wanted in entry.get("unless", {}).items()]),
            kind=(then := entry.get("then", {})).get("kind"),
            weights=({then["kind"]: entry["weight"]} if "kind" in then else {}) | entry.get("leans", {}),
            tells={field: text for field, text in then.items() if field != "kind"},
            says=entry["says"],
            examples=tuple(entry.get("examples", ())),
            counter_examples=tuple(entry.get("counter_examples", ())),
            source=source,
            trust=entry.get("trust"),
            of=tuple(entry.get("of", ())),
        )
        for entry in tables.get("rule", ())
    )


def _accepted(key: str, wanted: str | list[str] | dict[str, list[str]]) -> Condition:
    if isinstance(wanted, str):
        return Condition(key, wanted, is_tested=True)
    if isinstance(wanted, list):
        return Condition(key, values=_values(wanted))
    return Condition(key, phrases=tuple(wanted["words"]))


def _values(wanted: Iterable[str]) -> frozenset[str]:
    """The exact values, `@machines` being all words of that name in `data/words.toml`; KeyError where it has none so named."""
    found: set[str] = set()
    for value in wanted:
        found |= _shared()[value[1:]] if value.startswith("@") else {value.casefold()}
    return frozenset(found)


@cache
def _shared() -> Mapping[str, frozenset[str]]:
    return {name: frozenset(words.split()) for name, words in knowledge.tables("words.toml").items()}


def _is_texts(wanted: object) -> TypeGuard[list[str]]:
    return isinstance(wanted, list) and bool(wanted) and all(isinstance(value, str) and value for value in wanted)


class _Entry:
    """One `[[rule]]` table being read."""

    def __init__(self, table: object, source: str) -> None:
        self._table: Mapping[str, object] = table if isinstance(table, dict) else {}
        self._source = source
        self._id = str(self._table.get("id", "without id"))

    def rule(self) -> Rule:
        if strange := sorted(set(self._table) - _FIELDS):
            raise self._error(f"has an unknown field {strange[0]!r}", f"Fields are {', '.join(sorted(_FIELDS))}.")
        if not _ID.fullmatch(self._id):
            raise self._error(
                "needs an id of family, dot and name", "Such as printer.vendor-brother: family, dot, what it listens to."
            )
        when, unless = self._conditions("when"), self._conditions("unless")
        if not when:
            raise self._error("has no `when`", "Say what must be heard: when = { 'tcp.631' = ['open'] }.")
        then = self._texts("then", self._table.get("then", {}))
        if strange := sorted(set(then) - {"kind", *_TELLS}):
            raise self._error(f"concludes an unknown {strange[0]!r}", f"It may conclude kind, {', '.join(_TELLS)}.")
        says = self._table.get("says")
        if not isinstance(says, str) or not says.strip():
            raise self._error("does not say why", "Give a sentence in `says`; {key} stands for what was heard.")
        kind = then.pop("kind", None)
        weights = self._weights(kind)
        if not weights and not then:
            raise self._error("concludes nothing", "Give then = { kind = ... } with a weight, or leans = {...}.")
        examples, counter_examples = (self._examples(field) for field in ("examples", "counter_examples"))
        trust, of = self._trust(), self._of()
        return Rule(self._id, when, unless, kind, weights, then, says, examples, counter_examples, self._source, trust, of)

    def _conditions(self, field: str) -> tuple[Condition, ...]:
        table = self._table.get(field, {})
        if not isinstance(table, dict):
            raise self._error(f"has a `{field}` that is no table", f"{field} = {{ 'key' = 'pattern' }}")
        return tuple(self._condition(key, wanted) for key, wanted in table.items())

    def _condition(self, key: str, wanted: object) -> Condition:
        if isinstance(wanted, str) and wanted:
            return Condition(key, wanted)
        if _is_texts(wanted):
            if strange := [value for value in wanted if value[0] == "@" and value[1:] not in _shared()]:
                raise self._error(f"wants the words {strange[0]}", f"Lists of words are {', '.join(f'@{n}' for n in _shared())}.")
            return Condition(key, values=_values(wanted))
        if isinstance(wanted, dict) and set(wanted) == {"words"} and _is_texts(phrases := wanted["words"]):
            return Condition(key, phrases=tuple(phrases))
        raise self._error(
            f"wants nothing clear of {key}",
            "Give a regular expression, a list of exact values, or { words = [...] }; a key with a dot goes in quotes.",
        )

    def _weights(self, kind: str | None) -> dict[str, float]:
        leans = self._table.get("leans", {})
        if not isinstance(leans, dict) or (kind is None) is not ("weight" not in self._table):
            raise self._error(
                "needs `kind` and `weight` together", "weight is the log-odds for the kind: 2 leans, 5 is likely, 7 most."
            )
        weights = ({} if kind is None else {kind: self._table["weight"]}) | leans
        checked: dict[str, float] = {}
        for name, weight in weights.items():
            if name not in kinds():
                raise self._error(f"names an unknown kind {name!r}", f"Kinds are {', '.join(kinds())}.")
            if isinstance(weight, bool) or not isinstance(weight, int | float) or not 0 < abs(weight) <= HEAVIEST:
                raise self._error(
                    f"gives {name} the weight {weight!r}", f"A weight is a number from -{HEAVIEST:g} to {HEAVIEST:g}, not 0."
                )
            checked[name] = float(weight)
        return checked

    def _trust(self) -> float | None:
        trust = self._table.get("trust")
        if trust is None:
            return None
        if isinstance(trust, bool) or not isinstance(trust, int | float) or not 0 < trust < 1:
            raise self._error(f"trusts itself {trust!r}", "`trust` is a number between 0 and 1: how sure what it tells is.")
        return float(trust)

    def _of(self) -> tuple[str, ...]:
        of = self._table.get("of", [])
        if not isinstance(of, list) or not all(kind in kinds() for kind in of):
            raise self._error(f"is of {of!r}", f"`of` is a list of kinds: {', '.join(kinds())}.")
        return tuple(of)

    def _examples(self, field: str) -> tuple[dict[str, str], ...]:
        entries = self._table.get(field, [])
        if not isinstance(entries, list):
            raise self._error(f"has `{field}` that are no list", f"{field} = [{{ 'tcp.631' = 'open' }}]")
        return tuple(self._texts(field, entry) for entry in entries)

    def _texts(self, field: str, table: object) -> dict[str, str]:
        if not isinstance(table, dict) or not all(isinstance(value, str) for value in table.values()):
            raise self._error(f"has something other than texts in `{field}`", f"{field}: a table of texts in quotes.")
        return dict(table)

    def _error(self, complaint: str, hint: str) -> RuleError:
        return RuleError(f"rule {self._id} in {self._source} {complaint}", hint=hint)
