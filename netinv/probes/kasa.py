"""TP-Link Kasa: smart plugs and bulbs of that maker, by model, kind and the name their owner gave them.

No standard; softScheck described the protocol in 2016 ("Reverse Engineering the TP-Link HS110"): JSON, of which each byte is
hidden by the one before it.
"""

import json
from collections.abc import Iterator

from netinv.probes import broadcast

PORT = 9999
LIMIT = 4096
_FIRST = 171
_KEYS = {
    "model": "kasa.model", "mic_type": "kasa.type", "type": "kasa.type", "alias": "kasa.name", "dev_name": "kasa.description",
    "sw_ver": "kasa.firmware",
}  # fmt: skip


def hide(text: bytes) -> bytes:
    """Each byte combined with the hidden one before it; what stands before the first is fixed."""
    hidden, before = bytearray(), _FIRST
    for byte in text:
        before ^= byte
        hidden.append(before)
    return bytes(hidden)


def show(hidden: bytes) -> bytes:
    """What `hide` was given."""
    return bytes(byte ^ before for byte, before in zip(hidden, bytes((_FIRST,)) + hidden, strict=False))


QUESTION = hide(b'{"system":{"get_sysinfo":{}}}')


def parse(message: bytes) -> Iterator[tuple[str, str]]:
    """What an answer tells; nothing if it is none."""
    try:
        told = json.loads(show(message[:LIMIT]))["system"]["get_sysinfo"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return
    if isinstance(told, dict):
        facts = {(key, value.strip()): None for name, key in _KEYS.items() if isinstance(value := told.get(name), str)}
        yield from (fact for fact in facts if fact[1])


PROBE = broadcast.probe(
    "kasa",
    "asks everybody on the link for TP-Link Kasa devices: model, kind, name",
    {PORT: QUESTION},
    parse,
    tells=dict.fromkeys(_KEYS.values()),
)
