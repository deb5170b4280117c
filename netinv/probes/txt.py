"""Items of TXT records that mean something by themselves: codes of HomeKit (HAP R2, 6.4) and Matter (Core 1.3, 4.3.1), a name."""

from collections.abc import Iterator

TELLS = ("cast.name", "homekit.category", "matter.device-type", "matter.vendor")
_HOMEKIT = frozenset({"_hap._tcp", "_hap._udp"})
_MATTER = frozenset({"_matterc._udp", "_matterd._udp"})


def read(service: str, item: str) -> Iterator[tuple[str, str]]:
    """What an item of a service's TXT record says: `ci=5` of `_hap._tcp` is the accessory category."""
    key, _, value = item.partition("=")
    key, service = key.lower(), service.lower()
    if service in _HOMEKIT and key == "ci":
        yield from _number("homekit.category", value)
    elif service in _MATTER and key == "dt":
        yield from _number("matter.device-type", value)
    elif service in _MATTER and key == "vp":
        yield from _number("matter.vendor", value.partition("+")[0])
    elif service == "_googlecast._tcp" and key == "fn" and value.strip():
        yield "cast.name", value.strip()


def _number(key: str, value: str) -> Iterator[tuple[str, str]]:
    if value.isascii() and value.isdecimal() and len(value) <= 10:
        yield key, str(int(value))
