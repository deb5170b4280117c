"""Prometheus metrics of a watch, at an address of this machine, by the client library of the Prometheus project."""

from collections import Counter as Tally
from collections.abc import Callable, Iterable, Iterator
from ipaddress import ip_address
from typing import Any, Protocol

from netinv.errors import NetinvError, UsageError
from netinv.model import Device
from netinv.watch.counts import Counts
from netinv.watch.events import KINDS, Event

_SPELLING = "write it as 127.0.0.1:9877, or 9877"


class Watched(Protocol):
    """What of a watch is counted."""

    counts: Counts
    trouble: str | None


class Metrics:
    """An outlet that waits to be asked: everything is read when somebody scrapes."""

    def __init__(self, where: str, watched: Watched, devices: Callable[[], Iterable[Device]]) -> None:
        """`where` as `parse_address` takes it; NetinvError where nobody can be served there."""
        host, port = parse_address(where)
        try:
            from prometheus_client import CollectorRegistry, start_http_server
        except ImportError as error:
            raise UsageError("--metrics needs the Prometheus client", hint="pip install 'netinv[metrics]'") from error
        registry = CollectorRegistry(auto_describe=False)
        registry.register(_Collector(watched, devices))
        try:
            self._server, self._thread = start_http_server(port, host, registry)
        except OSError as error:
            why = error.strerror or str(error)
            raise NetinvError(f"metrics cannot be served at {where}: {why}", hint="name another address") from error
        self.port = int(self._server.server_port)

    def offer(self, event: Event) -> None:
        pass

    def poll(self) -> None:
        pass

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(2.0)


class _Collector:
    def __init__(self, watched: Watched, devices: Callable[[], Iterable[Device]]) -> None:
        self._watched = watched
        self._devices = devices

    def describe(self) -> Iterable[Any]:
        return ()

    def collect(self) -> Iterator[Any]:
        from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

        counts = self._watched.counts
        tally = Tally((d.presence, d.verdict.category) for d in tuple(self._devices()))
        devices = GaugeMetricFamily(
            "netinv_devices", "Devices of the network, by presence and category.", labels=("presence", "category")
        )
        for (presence, category), number in sorted(tally.items()):
            devices.add_metric((presence, category), number)
        yield devices
        events = CounterMetricFamily("netinv_events", "Events told since the watch began, by kind.", labels=("event",))
        for kind in KINDS:
            events.add_metric((kind,), counts.events.get(kind, 0))
        yield events
        yield CounterMetricFamily("netinv_sweeps", "Sweeps that were made.", value=counts.sweeps)
        yield CounterMetricFamily("netinv_failures", "Looks that failed, and sweeps that were cut short.", value=counts.failures)
        yield GaugeMetricFamily("netinv_up", "Whether the network can be looked at.", value=float(self._watched.trouble is None))
        if counts.last_sweep:
            at = counts.last_sweep.timestamp()
            yield GaugeMetricFamily("netinv_last_sweep_timestamp_seconds", "When the last sweep was through.", value=at)
            yield GaugeMetricFamily("netinv_last_sweep_duration_seconds", "How long it took.", value=counts.last_duration)


def parse_address(where: str) -> tuple[str, int]:
    """`9877`, `:9877`, `127.0.0.1:9877`, `[::1]:9877`: address and port, loopback where none is named; UsageError for others."""
    host, _, port = where.rpartition(":")
    try:
        number = int(port)
        host = str(ip_address(host.strip("[]"))) if host else "127.0.0.1"
    except ValueError as error:
        raise UsageError(f"'{where[:80]}' is no address to serve metrics at", hint=_SPELLING) from error
    if not 0 <= number < 65536:
        raise UsageError(f"there is no port {number}", hint=_SPELLING)
    return host, number
