"""How counts, shares and verdicts are said: the same in the table, on a device's page and in an argument."""

from math import floor

from netinv.classification.kinds import UNKNOWN
from netinv.classification.vendors import RANDOMISED
from netinv.model import YOU, Verdict
from netinv.text import clean

TOO_LITTLE = "too little was heard to say"


def count(number: int, one: str, many: str | None = None) -> str:
    """`1 device`, `1,204 devices`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def percent(share: float) -> str:
    """`97%`: rounded down, and neither 0 nor 100, since nothing is certain."""
    whole = floor(share * 100 + 1e-9)  # 0.29 * 100 is a little less than 29
    return "<1%" if whole < 1 else f"{min(whole, 99)}%"


def spoken(kind: str) -> str:
    """A kind, or a category, as it is read: `access point`."""
    return clean(kind).replace("_", " ")


def some(category: str) -> str:
    """What a device is of which the category alone is known."""
    return "neither router, printer nor computer" if category == "other" else f"a {spoken(category)} of some kind"


def verdict_line(verdict: Verdict) -> str:
    """A verdict in a few words: `access point, 88% sure`."""
    if verdict.category == UNKNOWN:
        return f"{UNKNOWN}: {TOO_LITTLE}"
    if any(reason.rule == YOU for reason in verdict.because):
        return f"{spoken(verdict.kind)}, set by you"
    what = some(verdict.category) if verdict.kind == UNKNOWN else spoken(verdict.kind)
    return f"{what}, {percent(verdict.confidence)} sure"


def make(vendor: str | None, model: str | None, between: str = " ") -> str:
    """Vendor and model as one: `HP LaserJet M428` also where the model begins with the vendor, as many do.

    Of a MAC address that was made up nobody is the maker: beside a model that says nothing.
    """
    told = [part for part in (None if model and vendor == RANDOMISED else vendor, model) if part]
    return told[1] if len(told) > 1 and told[1].lower().startswith(told[0].lower()) else between.join(told)
