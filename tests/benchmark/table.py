"""Runs judged against the truth, and their medians as a Markdown table."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network
from statistics import median

from tests.benchmark.cases import Case
from tests.benchmark.lans import Pairs, Run
from tests.benchmark.scanners import Scanner

HEAD = (
    "scanner", "wall s", "ratio", "recall", "worst", "false", "conflicts", "frames", "per address", "peak/s", "CPU s", "MB",
    "late ms",
)  # fmt: skip


@dataclass(frozen=True)
class Score:
    """One run, judged."""

    run: Run
    found: Pairs
    recall: float
    false: int
    """Addresses where nobody is, and MACs nobody has."""
    conflicts: int
    """Addresses claimed twice of which both MACs are found."""


def judge(run: Run, found: Pairs, own: str) -> Score:
    """The scanning machine itself counts neither way."""
    found = frozenset(pair for pair in found if pair[0] != own)
    there = {address for address, _ in run.truth}
    seen = {address for address, _ in found}
    wrong = sum(1 for pair in found if pair[1] and pair[0] in there and pair not in run.truth)
    return Score(
        run,
        found,
        recall=len(seen & there) / len(there) if there else 1.0,
        false=len(seen - there) + wrong,
        conflicts=sum(pairs <= found for pairs in _conflicts(run.truth)),
    )


def _conflicts(truth: Pairs) -> Iterator[Pairs]:
    macs: dict[str, set[tuple[str, str | None]]] = {}
    for pair in truth:
        macs.setdefault(pair[0], set()).add(pair)
    return (frozenset(pairs) for pairs in macs.values() if len(pairs) > 1)


def table(case: Case, scores: Mapping[Scanner, Sequence[Score]]) -> Iterator[str]:
    """The lines of one case: medians; `ratio` is the time as a part of the reference's, `worst` the least recall of all runs.

    `false` and `conflicts` are sums over the runs: what was told and is not so, and of how many conflicts both MACs were told.
    `late ms` is how far the LAN itself fell behind in the worst run: where that is much, the row is not to be trusted.
    """
    compared = [each for scanner, each in scores.items() if scanner.name == case.reference]
    reference = _median(score.run.wall for score in compared[0]) if compared else None
    yield f"### {case.name}: {case.title}"
    yield ""
    yield _row(HEAD)
    yield _row("---" for _ in HEAD)
    for scanner, each in scores.items():
        yield _row(_cells(case, scanner, each, reference))
    if case.is_still:
        yield ""
        yield "; ".join(_sameness(scanner, each) for scanner, each in scores.items()) + "."


def _cells(case: Case, scanner: Scanner, scores: Sequence[Score], reference: float | None) -> Iterator[str]:
    runs = [score.run for score in scores]
    wall, frames = _median(run.wall for run in runs), _median(run.frames for run in runs)
    bad = sum(run.is_late or run.code not in scanner.fine for run in runs)
    yield f"{scanner.name}{f' ({bad} of {len(runs)} failed)' if bad else ''}"
    yield f"{wall:.2f}"
    yield f"{wall / reference:.2f}" if reference else ""
    yield f"{_median(score.recall for score in scores):.4f}"
    yield f"{min(score.recall for score in scores):.4f}"
    yield str(sum(score.false for score in scores))
    yield f"{sum(score.conflicts for score in scores)}/{case.conditions.duplicates * len(scores)}"
    yield f"{frames:,.0f}"
    yield f"{frames / IPv4Network(case.conditions.network).num_addresses:.2f}"
    yield f"{_median(run.peak for run in runs):,.0f}"
    yield f"{_median(run.cpu for run in runs):.2f}"
    yield f"{_median(run.memory for run in runs) / 1e6:.0f}"
    yield f"{max(run.late_ms for run in runs):.0f}"


def _sameness(scanner: Scanner, scores: Sequence[Score]) -> str:
    return f"{scanner.name}: {len({score.found for score in scores})} different result(s) in {len(scores)} runs"


def _median(values: Iterable[float]) -> float:
    return float(median(values))


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"
