"""Netinv's rules and the user's: one rule base, and a fingerprint of everything verdicts depend on."""

from functools import cache
from hashlib import blake2s
from pathlib import Path

from netinv.classification import knowledge, own_rules, vendors
from netinv.classification.rule import Rule
from netinv.classification.rule_base import Rules
from netinv.classification.rule_reader import accepted_rules, rules_of


@cache
def load_rules() -> Rules:
    """The rules netinv comes with, and the user's; read once. What is needed later is read now too: files may go out of reach."""
    own = own_rules.own_rules()
    return Rules(own_rules.replacing(built_in_rules(), own.rules), fingerprint(), own.problems)


def built_in_rules() -> tuple[Rule, ...]:
    """The rules netinv comes with."""
    found: list[Rule] = []
    for name in knowledge.rule_files():
        read = accepted_rules if knowledge.is_packed(name) else rules_of  # what is packed has been tested
        found += read(knowledge.tables(name), name.removeprefix("rules/"))
    return tuple(found)


def fingerprint() -> str:
    """Changes whenever the same evidence might get another verdict: a hash of rules, code and vendor table; nothing is parsed."""
    table = vendors.table()
    digest = blake2s(f"{knowledge.digest()} {own_rules.digest()} {table.date} {table.entries}".encode(), digest_size=8)
    for file in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(file.name.encode() + b"\0" + blake2s(file.read_bytes()).digest())
    return digest.hexdigest()
