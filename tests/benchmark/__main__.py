"""`python -m tests.benchmark`: every case, every scanner installed, turn by turn; Markdown on stdout, progress on stderr."""

import argparse
import shlex
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from netinv.errors import LabError
from netinv.lab import namespace
from tests.benchmark.cases import CASES, Case
from tests.benchmark.lans import Lan, Run, foreign_lan, own_lan
from tests.benchmark.scanners import SCANNERS, Scanner
from tests.benchmark.table import Score, judge, table

LATE_MS = 50.0
"""A LAN so late has been unfair to who waits but 100 ms for an answer."""
ATTEMPTS = 4


def main(words: Sequence[str]) -> int:
    """Measure what is asked for; 1 where nothing may be measured, since nothing is sent outside a namespace."""
    chosen = _arguments().parse_args(words)
    if chosen.list:
        for case in CASES.values():
            print(f"{case.name:<12}{case.title}\n{'':12}{'; '.join(case.scanners)}")
        return 0
    try:
        namespace.enter()
        namespace.verify()
    except LabError as error:
        print(f"error: {error.message}\nhint: {error.hint}", file=sys.stderr)
        return 1
    lan = foreign_lan(chosen.lan) if chosen.lan else own_lan
    command = shlex.join(["python", "-m", "tests.benchmark", *words])
    print(f"`{command}`, {datetime.now(UTC):%Y-%m-%d}, medians of {chosen.runs} runs", flush=True)
    for name in chosen.case or CASES:
        case = CASES[name]
        scanners = [SCANNERS[s] for s in case.scanners if not chosen.scanner or s in chosen.scanner]
        for missing in {s.command[0] for s in scanners if not s.is_installed}:
            print(f"{missing} is not installed", file=sys.stderr)
        scores = measure(lan, case, [s for s in scanners if s.is_installed], chosen)
        print("", *table(case, scores), sep="\n", flush=True)
    return 0


def measure(lan: Lan, case: Case, scanners: Sequence[Scanner], chosen: argparse.Namespace) -> dict[Scanner, list[Score]]:
    """All runs of a case: the scanners take turns, so that a moment's load on the machine falls on no one of them."""
    scores: dict[Scanner, list[Score]] = {scanner: [] for scanner in scanners}
    for number in range(chosen.runs):
        seed = chosen.seed + (0 if case.is_still else number)
        for scanner in scanners:
            run = _fair(lambda: lan(case.conditions, seed, scanner.command, scanner.privileged, chosen.limit))  # noqa: B023
            score = judge(run, scanner.read(run.output), case.conditions.own)
            scores[scanner].append(score)
            print(f"{case.name} seed {seed}: {scanner.name:<36} {_said(score, scanner)}", file=sys.stderr, flush=True)
    return scores


def _said(score: Score, scanner: Scanner) -> str:
    run = score.run
    said = f"{run.wall:6.2f} s, recall {score.recall:.4f}, {run.frames:,} frames, peak {run.peak:,}/s"
    return f"{said}, exit code {run.code}" if run.code not in scanner.fine else said


def _fair(once: Callable[[], Run]) -> Run:
    """A run in which the LAN kept up, if there is one: it is the machine that is too busy, and not the scanner's fault."""
    for _ in range(ATTEMPTS - 1):
        if (run := once()).late_ms < LATE_MS:
            return run
        print(f"the LAN was {run.late_ms:.0f} ms late: once more", file=sys.stderr)
    return once()


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmark", description=__doc__)
    parser.add_argument("--case", action="append", choices=CASES, metavar="NAME", help="only this one; repeatable")
    parser.add_argument("--scanner", action="append", choices=SCANNERS, metavar="NAME", help="only this one; repeatable")
    parser.add_argument("--runs", type=int, default=5, metavar="N", help="with seeds of their own (default 5)")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="of the first run (default 1)")
    parser.add_argument("--limit", type=float, default=90.0, metavar="S", help="end a command after S seconds (default 90)")
    parser.add_argument("--lan", metavar="PROGRAM", help="measure on another simulated LAN, by its program")
    parser.add_argument("--list", action="store_true", help="tell the cases, and measure nothing")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
