"""The bars that show how many devices were there: one a scan, each network by itself, and nothing a network's name can draw."""

from datetime import timedelta
from xml.etree import ElementTree

from netinv.formats import Look, Report
from netinv.formats.timeline import FEWEST, NETWORKS, timelines
from tests.formats.reports import NOON, device
from tests.formats.written import written


def past(network: str, *seen: int, days: int = 0, is_whole: bool = True) -> list[Look]:
    """Looks that saw so many."""
    return [
        Look(NOON + timedelta(days=days, hours=n), network, frozenset(f"d{k}" for k in range(many)), is_whole)
        for n, many in enumerate(seen)
    ]


def bars(figure: str) -> list[tuple[str, float, str]]:
    """Class, height and title of each bar."""
    root = ElementTree.fromstring(figure)
    return [(r.get("class", ""), float(r.get("height", "")), r.findtext("title", "")) for r in root.iter("rect")]


def test_there_is_a_bar_for_each_scan_as_high_as_many_were_there() -> None:
    (figure,) = timelines([*past("10.0.0.0/24", 4, 8), *past("10.0.0.0/24", 1, days=1, is_whole=False)])
    drawn = bars(figure)
    assert [name for name, _, _ in drawn] == ["here", "here", "unasked"]
    assert [high for _, high, _ in drawn] == [32, 64, 8]
    assert drawn[-1][2].endswith("1 device")
    assert "3 scans; 4 to 8 devices seen; grey: not everybody was asked" in figure


def test_a_few_scans_are_bars_and_as_many_in_each_are_said_once() -> None:
    (figure,) = timelines(past("10.0.0.0/24", 27, 27, 27))
    widths = [float(rect.get("width", "")) for rect in ElementTree.fromstring(figure).iter("rect")]
    assert max(widths) < 50
    assert "3 scans; 27 devices seen each time" in figure


def test_few_scans_are_no_history_and_each_network_has_its_own() -> None:
    assert not list(timelines(past("10.0.0.0/24", *range(FEWEST - 1))))
    networks = [look for n in range(NETWORKS + 3) for look in past(f"10.{n}.0.0/24", 1, 2, 3, days=n)]
    figures = list(timelines(networks))
    assert len(figures) == NETWORKS
    assert f"10.{NETWORKS + 2}.0.0/24" in figures[0]


def test_nobody_seen_and_a_hostile_name_are_drawn_as_well() -> None:
    (figure,) = timelines(past('"><script>alert(1)</script>', 0, 0, 0))
    assert "<script" not in figure
    assert len(bars(figure)) == 3


def test_the_page_shows_them_only_where_there_are_any() -> None:
    one = device(1)
    assert "Over time" not in written("html", Report((one,)))
    assert "Over time" in written("html", Report((one,), looks=past("10.0.0.0/24", 1, 1, 1)))
