"""The counts a scan is judged by."""

from hypothesis import given
from hypothesis import strategies as st

from netinv.lab.counters import WINDOWS, Counters, Tally


@given(st.lists(st.floats(0, 2), min_size=1, max_size=60))
def test_a_peak_is_the_fullest_window_wherever_it_begins(moments: list[float]) -> None:
    tally = Tally()
    for at in sorted(moments):
        tally.frame("arp", at)
    reading = Counters(**tally.reading())
    assert reading.frames == reading.kinds["arp"] == len(moments)
    for window, length in WINDOWS.items():
        fullest = max(sum(end - length < at <= end for at in moments) for end in moments)
        assert reading.peak("all", window) == round(fullest / length)


def test_questions_are_counted_by_kind_and_address() -> None:
    tally = Tally()
    for at in range(3):
        tally.question("arp", b"\x0a\0\0\1", at)
    tally.question("icmp", b"\x0a\0\0\1", 4)
    reading = Counters(**tally.reading())
    assert reading.asked == {"arp": {"10.0.0.1": 3}, "icmp": {"10.0.0.1": 1}}
    assert reading.peak("arp") == 10
    assert reading.peak("udp") == 0


def test_after_a_reset_nothing_has_happened() -> None:
    tally = Tally()
    tally.frame("arp", 1.0)
    tally.question("arp", b"\x0a\0\0\1", 1.0)
    tally.reply("10.0.0.1")
    tally.reset()
    assert Counters(**tally.reading()) == Counters()
