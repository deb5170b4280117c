"""The self-test of rules: what no reader can see, because it takes running them."""

from collections.abc import Collection, Iterable, Iterator

from netinv.classification.facts import DERIVED, Fact
from netinv.classification.patterns import pattern
from netinv.classification.rule import BLANK, Rule
from netinv.classification.rules import Rules
from netinv.errors import RuleError


def check(rules: Iterable[Rule], keys: Collection[str] | None = None) -> tuple[RuleError, ...]:
    """Everything wrong with the rules: bad patterns, examples they contradict, ids used twice, keys nobody tells.

    `keys` are the evidence keys that exist (all that probes tell); without them any key is taken for one.
    """
    problems: list[RuleError] = []
    seen: dict[str, str] = {}
    for rule in rules:
        if rule.id in seen:
            problems.append(RuleError(f"rule {rule.id} stands in {seen[rule.id]} and again in {rule.source}", hint="Rename one."))
        seen[rule.id] = rule.source
        problems += _check(rule, keys)
    return tuple(problems)


def _check(rule: Rule, keys: Collection[str] | None) -> Iterator[RuleError]:
    where = f"rule {rule.id} in {rule.source}"
    groups: set[str] = set()
    for condition in (*rule.when, *rule.unless):
        if keys is not None and not {condition.key, *DERIVED.get(condition.key, ())} & set(keys):
            yield RuleError(
                f"{where} listens to {condition.key}, which nothing tells", hint="Such as tcp.22, mac.vendor or name.host."
            )
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
