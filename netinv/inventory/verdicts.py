"""What is kept of a verdict, as lines of JSON: what it says, as it says of many devices; what its reasons cite; the rest."""

from dataclasses import replace
from functools import lru_cache

from netinv.inventory.rows import Damaged, decoded, decoded_list, encoded, optional_text, text
from netinv.model import Alternative, Detail, Reason, Verdict


def verdict_row(verdict: Verdict) -> str:
    """As three lines, of which lists read two: the third has the alternatives and details."""
    v = verdict
    told = [v.vendor, v.model, v.os, v.firmware, v.serial]
    says = [v.category, v.kind, told, v.confidence, [[r.rule, r.says, r.weight] for r in v.because]]
    others = [
        [a.category, a.kind, a.confidence, [[r.rule, r.says, r.weight, list(r.evidence)] for r in a.because]]
        for a in v.alternatives
    ]
    details = [[d.field, d.value, d.confidence, list(d.sources), list(d.evidence)] for d in v.details]
    return "\n".join(map(encoded, (says, [list(r.evidence) for r in v.because], [others, details])))


def read_verdict(row: object) -> Verdict:
    """What `verdict_row` wrote, of this netinv or an earlier one."""
    says, cited, rest = _lines(row)
    verdict = _citing(_said(says), cited)
    if not rest:
        return verdict
    match decoded(rest):
        case [list(others), list(details)]:
            return replace(verdict, alternatives=tuple(map(_alternative, others)), details=tuple(map(_detail, details)))
    raise Damaged("a verdict that is none")


def read_brief_verdict(row: object) -> Verdict:
    """The same without its alternatives and details."""
    says, cited, rest = _lines(row)
    verdict = _citing(_said(says), cited)
    return verdict if rest else replace(verdict, alternatives=(), details=())


def read_kind(row: object) -> str:
    """The kind of what `verdict_row` wrote."""
    return read_brief_verdict(row).kind


def _lines(row: object) -> tuple[str, str, str]:
    if not isinstance(row, str):
        raise Damaged(f"{type(row).__name__} where text should be")
    says, _, more = row.partition("\n")
    cited, _, rest = more.partition("\n")
    return says, cited, rest


@lru_cache(1024)
def _said(says: str) -> Verdict:
    others: list[object] = []
    details: list[object] = []
    match decoded(says):
        case [category, kind, list(told), confidence, list(because)]:
            pass
        # all on one line, as it was
        case [category, kind, list(told), confidence, list(because), list(others), list(details)]:
            pass
        case [category, kind, vendor, model, os, confidence, list(because), list(others)]:  # before there were details
            told = [vendor, model, os, None, None]
        case _:
            raise Damaged("a verdict that is none")
    if len(told) != 5:
        raise Damaged("a verdict that is none")
    vendor, model, os, firmware, serial = map(optional_text, told)
    return Verdict(
        text(category),
        text(kind),
        vendor,
        model,
        os,
        _share(confidence),
        tuple(map(_reason, because)),
        tuple(map(_alternative, others)),
        firmware,
        serial,
        tuple(map(_detail, details)),
    )


def _citing(said: Verdict, cited: str) -> Verdict:
    """With what each of its reasons cites, unless that was told on the same line."""
    if not (cited and said.because):
        return said
    ids = decoded_list(cited)
    if len(ids) != len(said.because):
        raise Damaged("reasons that do not say what they cite")
    v, because = said, tuple(Reason(r.rule, r.says, r.weight, _ids(each)) for r, each in zip(said.because, ids, strict=True))
    # not by `replace`: of ten thousand devices that is 20 ms
    return Verdict(v.category, v.kind, v.vendor, v.model, v.os, v.confidence, because, (), v.firmware, v.serial)


def _reason(row: object) -> Reason:
    match row:
        case [rule, says, int() | float() as weight, *cited]:
            return Reason(text(rule), text(says), float(weight), _ids(cited[0]) if cited else ())
    raise Damaged("a reason that is none")


def _ids(row: object) -> tuple[str, ...]:
    if not isinstance(row, list):
        raise Damaged("a reason that is none")
    return tuple(map(text, row))


def _alternative(row: object) -> Alternative:
    match row:
        case [category, kind, confidence, list(because)]:
            return Alternative(text(category), text(kind), _share(confidence), tuple(map(_reason, because)))
    raise Damaged("an alternative that is none")


def _detail(row: object) -> Detail:
    match row:
        case [field, value, confidence, list(sources), list(evidence)]:
            return Detail(text(field), text(value), _share(confidence), tuple(map(text, sources)), tuple(map(text, evidence)))
    raise Damaged("a detail that is none")


def _share(value: object) -> float:
    if isinstance(value, int | float) and 0 <= value <= 1:
        return float(value)
    raise Damaged("a confidence that is none")
