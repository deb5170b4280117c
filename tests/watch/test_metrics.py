"""Metrics as Prometheus reads them, over a real connection on loopback."""

import subprocess
from dataclasses import replace
from urllib.request import urlopen

import pytest
from prometheus_client.parser import text_string_to_metric_families

from netinv.errors import NetinvError, UsageError
from netinv.watch.counts import Counts
from netinv.watch.metrics import Metrics, parse_address
from tests.formats.reports import NOON, device
from tests.formats.written import program


class Watched:
    def __init__(self) -> None:
        self.counts = Counts(sweeps=3, failures=1, events={"new": 2}, last_sweep=NOON, last_duration=4.5)
        self.trouble: str | None = None


def scrape(port: int) -> dict[tuple[str, tuple[str, ...]], float]:
    with urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as answer:
        text = answer.read().decode()
    return {
        (s.name, tuple(word for _, word in sorted(s.labels.items()))): s.value
        for f in text_string_to_metric_families(text)
        for s in f.samples
    }


def test_promtool_has_nothing_to_say_against_them() -> None:
    metrics = Metrics("127.0.0.1:0", Watched(), lambda: (device(1), device(2)))
    try:
        with urlopen(f"http://127.0.0.1:{metrics.port}/metrics", timeout=5) as answer:
            text = answer.read()
    finally:
        metrics.close()
    done = subprocess.run([program("promtool"), "check", "metrics"], input=text, capture_output=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


def test_prometheus_can_read_what_the_watch_has_counted() -> None:
    watched = Watched()
    devices = (device(1), device(2), replace(device(3), presence="gone"))
    metrics = Metrics("127.0.0.1:0", watched, lambda: devices)
    try:
        found = scrape(metrics.port)
        assert found["netinv_devices", ("computer", "here")] == 2
        assert found["netinv_devices", ("computer", "gone")] == 1
        assert found["netinv_events_total", ("new",)] == 2
        assert found["netinv_events_total", ("gone",)] == 0
        assert found["netinv_sweeps_total", ()] == 3
        assert found["netinv_failures_total", ()] == 1
        assert found["netinv_up", ()] == 1
        assert found["netinv_last_sweep_timestamp_seconds", ()] == NOON.timestamp()
        watched.trouble = "eth0 is gone"
        assert scrape(metrics.port)["netinv_up", ()] == 0
        with pytest.raises(NetinvError, match="cannot be served"):
            Metrics(f"127.0.0.1:{metrics.port}", watched, lambda: devices)
    finally:
        metrics.close()


@pytest.mark.parametrize(
    ("where", "meant"),
    [
        ("9877", ("127.0.0.1", 9877)),
        (":9877", ("127.0.0.1", 9877)),
        ("0.0.0.0:80", ("0.0.0.0", 80)),
        ("[::1]:9877", ("::1", 9877)),
    ],
)
def test_metrics_are_on_loopback_unless_another_address_is_named(where: str, meant: tuple[str, int]) -> None:
    assert parse_address(where) == meant


@pytest.mark.parametrize("where", ["", "host:1", "1.2.3.4", "99999", "127.0.0.1:-1", "127.0.0.1:x"])
def test_what_is_no_address_is_refused(where: str) -> None:
    with pytest.raises(UsageError):
        parse_address(where)
