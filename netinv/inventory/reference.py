"""What a user's word for a device may mean, and what to say if it means none of them or several."""

import re
from collections.abc import Iterable, Sequence
from ipaddress import ip_address

from netinv.errors import DeviceError
from netinv.model import MAC, Device
from netinv.text import clean

SHORTEST = 3
"""Digits of an id that may stand for it."""
LISTED = 5
"""Devices an error names."""


def as_mac(word: str) -> MAC | None:
    """A MAC address in any spelling that `MAC.parse` knows."""
    try:
        return MAC.parse(word)
    except ValueError:
        return None


def as_address(word: str) -> str | None:
    """An IPv4 or IPv6 address, in its one spelling."""
    try:
        return str(ip_address(word))
    except ValueError:
        return None


def as_id(word: str) -> str | None:
    """The beginning of an id."""
    return word.lower() if len(word) >= SHORTEST and re.fullmatch(r"[0-9a-fA-F]+", word) else None


def is_id(word: str) -> bool:
    """Whether it may be an id in full, as `identity.device_id` makes them."""
    return re.fullmatch(r"d[0-9a-f]{10}", word.lower()) is not None


def ambiguous(word: str, meant: Sequence[Device]) -> DeviceError:
    """It means several devices."""
    listed = ", ".join(f"{d.id} ({', '.join(filter(None, (d.name, d.ip, d.mac)))})" for d in meant[:LISTED])
    more = f" and {len(meant) - LISTED} more" if len(meant) > LISTED else ""
    return DeviceError(f"'{clean(word, 80)}' means {len(meant)} devices", hint=f"say which by its id: {listed}{more}")


def unknown(word: str, names: Iterable[str]) -> DeviceError:
    """It means no device; `names` are those of all devices."""
    from difflib import get_close_matches  # 1 ms, for a typing error only

    known = {name.casefold(): name for name in names}
    near = [known[name] for name in get_close_matches(word.casefold(), known, n=LISTED)]
    listed = f"did you mean {' or '.join(near)}?" if near else "`netinv list` shows the devices; an id needs 3 digits at least"
    return DeviceError(f"no device is known as '{clean(word, 80)}'", hint=listed)
