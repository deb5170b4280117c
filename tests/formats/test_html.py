"""The HTML page: whole in itself, deaf to what devices say, and working in a real browser."""

import json
import os
import re
import subprocess
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given

from netinv.formats import Look, Report
from netinv.model import Annotations, Evidence
from tests.formats.reports import NOON, device, household, reports
from tests.formats.written import PAYLOADS, attackers, attacking, program, written


class _Page(HTMLParser):
    """What the page consists of."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.shapes: set[tuple[str, ...]] = set()
        """Every element with the names of its attributes."""
        self.attributes: list[tuple[str, str | None]] = []
        self.texts: dict[str, str] = {}
        """By `style`, `script`, `data` and so on: what is within."""
        self._within = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.shapes.add((tag, *sorted(name for name, _ in attrs)))
        self.attributes += attrs
        self._within = dict(attrs).get("id") or tag

    def handle_endtag(self, tag: str) -> None:
        self._within = ""

    def handle_data(self, data: str) -> None:
        self.texts[self._within] = self.texts.get(self._within, "") + data

    @property
    def data(self) -> Any:
        return json.loads(self.texts["data"])


def _page(report: Report) -> _Page:
    return _Page(written("html", report))


_SHAPES = _page(household()).shapes


def _policy(text: str) -> dict[str, str]:
    found = re.search(r'Content-Security-Policy" content="([^"]*)"', text)
    assert found
    return dict(part.strip().partition(" ")[::2] for part in unescape(found[1]).split(";"))


def test_the_page_allows_its_own_script_and_style_and_nothing_else() -> None:
    text = written("html", household())
    page, policy = _Page(text), _policy(text)
    hashes = {name: f"'sha256-{b64encode(sha256(page.texts[name].encode()).digest()).decode()}'" for name in ("style", "script")}
    assert policy == {
        "default-src": "'none'", "style-src": hashes["style"], "script-src": hashes["script"], "img-src": "data:",
        "base-uri": "'none'", "form-action": "'none'",
    }  # fmt: skip


def test_the_page_needs_nothing_from_outside() -> None:
    page = _page(household())
    assert {value for name, value in page.attributes if name in ("src", "href", "action", "srcset", "data")} == {"data:,"}
    assert not [name for name, _ in page.attributes if name.startswith("on") or name == "style"]
    for name in ("style", "script"):
        assert not re.search(
            r"url\(|@import|fetch|XMLHttp|WebSocket|innerHTML|insertAdjacent|document\.write|eval", page.texts[name]
        )
        assert set(re.findall(r"https?://[^\"' ]*", page.texts[name])) <= {"http://www.w3.org/2000/svg"}


def test_the_page_has_light_and_dark_and_paper() -> None:
    style = _page(household()).texts["style"]
    assert "prefers-color-scheme: dark" in style
    assert "@media print" in style


@given(reports | attacking)
def test_whatever_devices_say_the_page_has_the_same_elements(report: Report) -> None:
    page = _page(report)
    notices = {("ul", "aria-label", "class"), ("li", "class"), ("li",), ("span", "class")}
    assert page.shapes - notices <= _SHAPES
    assert not re.search("[<>&]", page.texts["data"])
    assert len(page.data["devices"]) == len(report.devices)


def test_attackers_are_but_text() -> None:
    page = _page(attackers())
    assert page.shapes <= _SHAPES
    said = [" ".join(name.split())[:512] for name in PAYLOADS]
    assert sorted(one["name"] for one in page.data["devices"]) == sorted(said)


def test_a_device_is_told_with_reasons_and_evidence() -> None:
    (one,) = _page(Report([device(10, name="Nas")])).data["devices"]
    assert one == {
        "id": "d00000a", "name": "Nas", "addresses": ["192.168.178.10"], "macs": ["02:00:00:00:00:0a"],
        "names": [["box", "dns.ptr"]], "category": "computer", "kind": "server", "sure": "90%", "confidence": 0.9,
        "vendor": "Acme", "os": "Linux",
        "because": [["somebody said so", 2.0, [0]]], "alternatives": [], "first": "2026-02-02T12:00:00Z",
        "last": "2026-03-14T12:00:00Z", "evidence": [["192.168.178.10", "mac", "02:00:00:00:00:0a", "arp", ""]], "rtt": 0.41,
        "noted": [],
    }  # fmt: skip


def test_what_the_user_said_of_a_device_is_told_too() -> None:
    said = Annotations(owner="Anna", tags=("attic", "old"), trusted=False)
    (one,) = _page(Report([device(annotations=said, presence="gone", network="home")])).data["devices"]
    assert one["noted"] == [["owner", "Anna"], ["tags", "attic, old"], ["trusted", "no"]]
    assert (one["state"], one["network"]) == ("gone", "home")


def test_presence_tells_the_silent_from_those_not_asked() -> None:
    def look(day: int, *seen: str, network: str = "192.168.178.0/24", is_whole: bool = True) -> Look:
        return Look(NOON + timedelta(days=day), network, frozenset(seen), is_whole)

    nas, late = device(10), device(11)
    looks = [
        look(0, nas.id),
        look(1, network="10.0.0.0/24"),
        look(2, late.id, is_whole=False),
        look(3),
        look(4, nas.id, late.id),
    ]
    found = {one["id"]: one["presence"] for one in _page(Report([nas, late], looks=looks)).data["devices"]}
    assert found == {nas.id: "1-01", late.id: "-101"}


def test_of_a_device_that_talks_without_end_some_is_shown() -> None:
    facts = tuple(Evidence("192.168.178.10", f"tcp.{port}", "open", "tcp", NOON) for port in range(1, 1001))
    (one,) = _page(Report([device(evidence=facts)])).data["devices"]
    assert (len(one["evidence"]), one["untold"]) == (200, 800)


_DRIVER = """
addEventListener("load", () => {
  const q = document.getElementById("search"), said = [], rows = () => [...document.querySelectorAll("#rows .device")];
  const note = (what) => said.push([what, rows().length, document.getElementById("count").textContent]);
  const type = (words) => { q.value = words; q.dispatchEvent(new Event("input")); };
  note("all");
  type("synology 445"); note("two words");
  type("nobody has this"); note("nothing");
  type("");
  document.querySelector(".kinds button[data-kind=phone]").click(); note("phones");
  document.querySelector("form").reset();
  document.querySelector("th[data-by=sure] button").click();
  said.push(["surest", rows()[0].querySelector(".number").textContent, document.querySelector("[aria-sort]").dataset.by]);
  rows()[0].querySelector("button").click();
  said.push(["opened", document.querySelectorAll(".details li").length, document.querySelector("[aria-expanded=true]") !== null]);
  rows()[0].querySelector("button").click();
  said.push(["closed", document.querySelectorAll(".details").length, 0]);
  document.title = JSON.stringify(said);
});
"""


def test_a_browser_searches_filters_sorts_and_opens(tmp_path: Path) -> None:
    html = written("html", Report([_ports(one) for one in household().devices], household().scan))
    allowed = b64encode(sha256(_DRIVER.encode()).digest()).decode()
    html = html.replace("script-src ", f"script-src 'sha256-{allowed}' ", 1)
    shown, complaints = _browse(tmp_path, html.replace("</head>", f"<script>{_DRIVER}</script></head>"))
    title = re.search(r"<title>(.*?)</title>", shown)
    assert title
    assert not complaints
    assert json.loads(unescape(title[1])) == [
        ["all", 20, "20 devices"], ["two words", 1, "1 of 20 devices"], ["nothing", 0, "0 of 20 devices"],
        ["phones", 2, "2 of 20 devices"], ["surest", "99%", "sure"], ["opened", 1, True], ["closed", 0, 0],
    ]  # fmt: skip


_NARROW = """
addEventListener("load", () => setTimeout(() => {
  const map = document.querySelector(".picture"), fades = () => getComputedStyle(map).maskImage !== "none";
  const said = [innerWidth, map.scrollWidth > map.clientWidth, fades(), document.querySelector(".swipe").offsetHeight > 0];
  map.scrollLeft = map.scrollWidth;
  map.dispatchEvent(new Event("scroll"));
  document.title = JSON.stringify([...said, fades()]);
}, 200));
"""


@pytest.mark.parametrize(("width", "is_cut"), [(500, True), (1400, False)])
def test_a_map_wider_than_the_window_shows_that_it_goes_on(tmp_path: Path, width: int, is_cut: bool) -> None:
    html = written("html", household())
    allowed = b64encode(sha256(_NARROW.encode()).digest()).decode()
    html = html.replace("script-src ", f"script-src 'sha256-{allowed}' ", 1)
    words = [f"--window-size={width},900", "--virtual-time-budget=2000"]
    shown, complaints = _browse(tmp_path, html.replace("</head>", f"<script>{_NARROW}</script></head>"), words)
    title = re.search(r"<title>(.*?)</title>", shown)
    assert title
    assert not complaints
    assert json.loads(unescape(title[1])) == [width, is_cut, is_cut, is_cut, False]


def test_a_browser_tells_who_sleeps_from_who_is_gone(tmp_path: Path) -> None:
    asleep, gone, back = device(10, presence="asleep"), device(11, presence="gone"), device(12)
    seen = ({asleep.id, gone.id, back.id}, {gone.id, back.id}, {asleep.id}, {asleep.id, gone.id}, {back.id})
    looks = [Look(NOON + timedelta(days=day), "192.168.178.0/24", frozenset(who), True) for day, who in enumerate(seen)]
    shown, complaints = _browse(tmp_path, written("html", Report([asleep, gone, back], looks=looks)))
    assert not complaints
    strips = re.findall(r'<svg class="strip".*?</svg>', shown)
    fields = [{how: drawn.count("M") for how, drawn in re.findall(r'<path class="(\w+)" d="(.*?)"', strip)} for strip in strips]
    assert fields == [
        {"here": 3, "asleep": 2},
        {"here": 3, "asleep": 1, "missing": 1},  # what came before its return was sleep
        {"here": 3, "asleep": 2},
    ]


def test_a_browser_runs_nothing_a_device_says(tmp_path: Path) -> None:
    report = attackers()
    shown, complaints = _browse(tmp_path, written("html", report))
    assert not complaints
    rows = re.findall(r'aria-expanded="false">(?:<span class="nameless">)?(.*?)<', shown)
    assert len(rows) == len(report.devices)
    assert {unescape(text) for text in rows} == {" ".join(name.split())[:512] for name in PAYLOADS}
    page = _Page(shown)
    assert not [name for name, _ in page.attributes if name.startswith("on")]
    assert not {"img", "iframe", "object"} & {tag for tag, *_ in page.shapes}


def _ports(one: Any) -> Any:
    """With the ports its maker's things have open."""
    port = "445" if one.vendor == "Synology" else "80"
    return replace(one, evidence=(*one.evidence, Evidence(one.ip, f"tcp.{port}", "open", "tcp", NOON)))


def _browse(where: Path, html: str, more: Sequence[str] = ()) -> tuple[str, list[str]]:
    """The page as Chromium has it when it has settled, and what the console says."""
    page = where / "page.html"
    page.write_text(html, "utf-8")
    words = ["--headless", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--enable-logging=stderr", "--v=0"]
    words += ["--no-sandbox", f"--user-data-dir={where / 'profile'}", "--dump-dom", *more, page.as_uri()]
    environment = {"HOME": str(where), "PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"}
    done = subprocess.run(
        [program("chromium", "chromium-browser", "google-chrome"), *words],
        capture_output=True, text=True, check=False, timeout=120, env=environment,
    )  # fmt: skip
    if "<html" not in done.stdout:
        pytest.skip(f"Chromium does not run here: {done.stderr[-300:]}")
    return done.stdout, [line for line in done.stderr.splitlines() if "CONSOLE" in line]
