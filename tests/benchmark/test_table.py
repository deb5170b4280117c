"""Runs judged, and written down."""

from dataclasses import replace

from tests.benchmark.cases import CASES
from tests.benchmark.lans import Conditions, Run, options_of
from tests.benchmark.scanners import SCANNERS
from tests.benchmark.table import judge, table

TRUTH = frozenset({("10.9.0.1", "a"), ("10.9.0.2", "b"), ("10.9.0.2", "c"), ("10.9.0.3", "d"), ("10.9.0.4", "e")})
RUN = Run("", TRUTH, wall=2.0, cpu=0.5, memory=40_000_000, frames=512, peak=300, late_ms=0.4, code=0, is_late=False)
OWN = "10.9.0.250"


def test_recall_is_by_address_and_the_scanner_itself_does_not_count() -> None:
    score = judge(RUN, frozenset({("10.9.0.1", "a"), ("10.9.0.2", None), (OWN, "x")}), OWN)
    assert (score.recall, score.false, score.conflicts) == (0.5, 0, 0)


def test_an_address_of_nobody_and_a_mac_of_nobody_are_false() -> None:
    assert judge(RUN, frozenset({("10.9.0.9", "a"), ("10.9.0.1", "z"), ("10.9.0.3", "d")}), OWN).false == 2


def test_a_conflict_is_seen_where_both_its_macs_are() -> None:
    assert judge(RUN, TRUTH, OWN).conflicts == 1


def test_the_table_tells_medians_the_worst_recall_and_ratios_to_the_reference() -> None:
    ours, theirs = SCANNERS["netinv --fast"], SCANNERS["arp-scan"]
    half = frozenset({("10.9.0.1", "a"), ("10.9.0.3", "d")})
    scores = {
        ours: [judge(replace(RUN, wall=wall), TRUTH, OWN) for wall in (0.4, 0.5, 0.9)],
        theirs: [judge(RUN, TRUTH, OWN), judge(replace(RUN, code=1), half, OWN), judge(RUN, TRUTH, OWN)],
    }
    lines = list(table(CASES["fast-24"], scores))
    head, _, first, second = lines[2:]
    assert len({line.count("|") for line in (head, first, second)}) == 1
    assert first.startswith("| netinv --fast | 0.50 | 0.25 | 1.0000 | 1.0000 | 0 |")
    assert second.startswith("| arp-scan (1 of 3 failed) | 2.00 | 1.00 | 1.0000 | 0.5000 | 0 |")
    assert "| 512 | 2.00 | 300 | 0.50 | 40 | 0 |" in first


def test_a_still_lan_tells_how_many_results_differ() -> None:
    scores = {SCANNERS["netinv"]: [judge(RUN, found, OWN) for found in (TRUTH, TRUTH, frozenset())]}
    assert list(table(CASES["still"], scores))[-1] == "netinv: 2 different result(s) in 3 runs."


def test_conditions_are_put_in_the_words_of_another_simulator() -> None:
    said = options_of(Conditions(hosts=73, sleepy=0.2, duplicates=1, icmp=0.86, ceiling=450, ceiling_window_ms=200))
    assert " ".join(said) == (
        "--net 10.9.0.0/24 --hosts 73 --sleepy 0.2 --dup 1 --icmp 0.86 --ceiling 450 --ceiling-window-ms 200 "
        "--chatter 5.0 --self 10.9.0.250"
    )
