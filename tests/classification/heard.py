"""Evidence as probes would report it, in few words."""

from datetime import UTC, datetime

from netinv.model import Evidence

NOON = datetime(2026, 3, 14, 12, 0, 0, tzinfo=UTC)
ADDRESS = "10.0.0.5"


def heard(*facts: tuple[str, str], address: str = ADDRESS) -> tuple[Evidence, ...]:
    """Evidence of one address: pairs of key and value."""
    return tuple(Evidence(address, key, value, "test", NOON) for key, value in facts)


def named(name: str, address: str = ADDRESS) -> tuple[Evidence, ...]:
    return heard(("dns.ptr", name), address=address)


def ports(*, open: tuple[int, ...] = (), closed: tuple[int, ...] = ()) -> tuple[Evidence, ...]:
    return heard(*((f"tcp.{port}", "open") for port in open), *((f"tcp.{port}", "closed") for port in closed))
