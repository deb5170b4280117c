"""The self-test of rules: what no reader can see, because it takes running them."""

from collections.abc import Callable, Iterable, Iterator

from netinv.classification.facts import DERIVED, Fact
from netinv.classification.patterns import pattern
from netinv.classification.phrases import parsed
from netinv.classification.rule import BLANK, Rule
from netinv.classification.rule_base import Rules
from netinv.classification.vocabulary import key
from netinv.errors import RuleError


def check(rules: Iterable[Rule], is_key: Callable[[str], object] = key) -> tuple[RuleError, ...]:
    """Everything wrong with the rules: bad patterns, examples they contradict, ids used twice, keys nobody tells.

    `is_key` says whether there is such an evidence key; those of the vocabulary are.
    """
    problems: list[RuleError] = []
    seen: dict[str, str] = {}
    for rule in rules:
        if rule.id in seen:
            problems.append(RuleError(f"rule {rule.id} stands in {seen[rule.id]} and again in {rule.source}", hint="Rename one."))
        seen[rule.id] = rule.source
        problems += _check(rule, is_key)
    return tuple(problems)


def _check(rule: Rule, is_key: Callable[[str], object]) -> Iterator[RuleError]:
    where = f"rule {rule.id} in {rule.source}"
    groups: set[str] = set()
    for condition in (*rule.when, *rule.unless):
        if not any(map(is_key, (condition.key, *DERIVED.get(condition.key, ())))):
            yield RuleError(
                f"{where} listens to {condition.key}, which nothing tells", hint="Such as tcp.22, mac.vendor or name.host."
            )
        try:
            for phrase in condition.phrases:
                parsed(phrase)
        except RuleError as error:
            yield RuleError(f"{where}: {error.message}", hint=error.hint)
            return
        if condition.phrases:
            groups.add("words")
        if condition.regex:
            try:
                compiled = pattern(condition.regex)
            except RuleError as error:
                yield RuleError(f"{where}: {error.message}", hint=error.hint)
                return
            groups |= compiled.groupindex.keys()
            if compiled.search(""):
                yield RuleError(f"{where}: {condition.regex!r} matches anything", hint="Say what it must contain.")
    known = groups | {condition.key for condition in rule.when}
    for template in (rule.says, *rule.tells.values()):
        if unknown := [blank for blank in BLANK.findall(template) if blank not in known]:
            yield RuleError(f"{where} has nothing to put in {{{unknown[0]}}}", hint=f"It knows {', '.join(sorted(known))}.")
    if not rule.examples:
        yield RuleError(f"{where} has no example", hint="Give one thing it should match: examples = [{...}].")
    for examples, expected in ((rule.examples, True), (rule.counter_examples, False)):
        for example in examples:
            heard = [Fact(key, value, "example") for key, value in example.items()]
            if bool(Rules((rule,)).speaking(heard)) is not expected:
                verb = "does not match its example" if expected else "matches its counter-example"
                yield RuleError(f"{where} {verb} {dict(example)}", hint="Correct the pattern or the example.")
