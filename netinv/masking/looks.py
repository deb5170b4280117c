"""Masks that look like what they hide, and are as long: drawn by a key, so that equal things have equal masks."""

import hmac
from hashlib import blake2s
from ipaddress import IPv4Address, IPv6Address, IPv6Network
from typing import Final

from netinv.classification.vendors import table, vendor
from netinv.model import MAC
from netinv.net.addresses import embedded_mac

_DOCUMENTED: Final = IPv6Network("2001:db8::/32")
_EXAMPLES: Final = ("192.0.2", "198.51.100", "203.0.113")
_VIRTUAL: Final = ("52:54:00:", "0a:00:27:")
"""Prefixes nobody registered, by which virtual machines are known all the same."""
_HEX = b"0123456789abcdef"
_VOWELS, _CONSONANTS = "aeiou", "bcdfghjklmnprstvwz"
_TWO_BYTES, _THREE_BYTES = "àáâäåèéêëìíîïñòóôöùúûü", "あいうえおかきくけこさしすせそ"


class Looks:
    """Draws masks."""

    def __init__(self, key: bytes) -> None:
        self.macs: dict[MAC, MAC] = {}
        """Those masked so far, with their masks."""
        self.addresses: dict[IPv6Address, IPv6Address] = {}
        """Likewise."""
        self._key = key

    def mac(self, mac: MAC) -> MAC:
        """Another device's MAC of the same vendor; groups, and addresses that stand for a protocol, stay."""
        if mac.is_group or mac == "00:00:00:00:00:00" or mac.startswith("00:00:5e:"):
            return mac
        if mac not in self.macs:
            kept = _bits_of_vendor(mac)
            number, drawn = int(mac.replace(":", ""), 16), int.from_bytes(self.draw("mac", mac)[:6], "big")
            # Of one that was made up by the device, all but the two bits that say so.
            free = (1 << 48 - kept) - 1 if kept else 0xFCFFFFFFFFFF
            self.macs[mac] = MAC.parse(((number & ~free) | (drawn & free)).to_bytes(6, "big"))
        return self.macs[mac]

    def ipv6(self, address: IPv6Address) -> IPv6Address:
        """An address of the network that stands for its network; one made of a MAC is made of the mask of it."""
        if address.is_multicast or address.is_loopback or address.is_unspecified:
            return self.addresses.get(address, address)
        if address not in self.addresses:
            number = int(address)
            prefix, host = number >> 64, number & (1 << 64) - 1
            if not address.is_link_local and address not in _DOCUMENTED:
                prefix = int(_DOCUMENTED.network_address) >> 64 | int.from_bytes(self.draw("network", hex(prefix))[:4], "big")
            if host > 0xFFFF and not embedded_mac(str(address)):  # one that somebody gave by hand tells nothing
                host = int.from_bytes(self.draw("host", hex(host))[:8], "big") & ~(1 << 57)
            self.addresses[address] = self.with_mac(IPv6Address(prefix << 64 | host))
        return self.addresses[address]

    def ipv6_text(self, text: bytes, *, is_free: bool) -> bytes:
        """An address spelled in a message: as long where that can be, by zeros in front; else longer if it `is_free` to be so.

        Where it is not, other digits stand there, which tell nothing of the address any more.
        """
        address = IPv6Address(text.decode())
        masked = self.ipv6(address)
        if masked == address:
            return text
        fitting = next((f for f in map(_padded, _spellings(masked), [len(text)] * 8) if len(f) == len(text)), None)
        if fitting is None and not is_free:
            return self.digits(text)
        return cased((fitting or str(masked)).encode(), text) if fitting else str(masked).encode()

    def nibbles(self, digits: bytes) -> bytes:
        """The first digits of an address as ip6.arpa has them, the last one first (RFC 3596, 2.5)."""
        whole = digits[::-1].ljust(32, b"0").decode()
        masked = self.ipv6(IPv6Address(bytes.fromhex(whole)))
        return masked.packed.hex()[: len(digits)][::-1].encode()

    def draw(self, *what: str) -> bytes:
        """Chance that is the same whenever it is drawn for the same thing."""
        return hmac.digest(self._key, "\0".join(what).encode("utf-8", "replace"), "sha256")

    def other_bytes(self, what: str, hidden: bytes) -> bytes:
        """Any bytes for these, as many."""
        seed = self.draw(what, hidden.hex())
        return b"".join(blake2s(seed, salt=number.to_bytes(8)).digest() for number in range(len(hidden) // 32 + 1))[: len(hidden)]

    def look(self, token: bytes) -> bytes:
        """Vowels for vowels, digits for digits; every character takes as many bytes as the one it hides."""
        text = token.decode("utf-8", "replace")
        if len(text.encode()) != len(token):
            return self.digits(token)
        drawn = blake2s(self.draw("look", text.lower())).digest()
        masked = []
        for place, character in enumerate(text):
            chance = drawn[place % len(drawn)] + place
            among = _alike(character.lower())
            chosen = among[chance % len(among)] if among else character
            masked.append(chosen.upper() if character.isupper() else chosen)
        return "".join(masked).encode()

    def digits(self, token: bytes) -> bytes:
        """Hexadecimal digits for those; all else stays."""
        drawn = self.draw("hex", token.lower().decode("latin-1"))
        digits = (drawn * (len(token) // len(drawn) + 1))[: len(token)]
        masked = bytes(_HEX[d % 16] if c in _HEX else c for c, d in zip(token.lower(), digits, strict=True))
        return cased(masked, token)

    def mac_text(self, text: bytes) -> bytes:
        """A MAC address spelled with separators, in the same spelling."""
        separator = text[2:3].decode()
        return cased(self.mac(MAC.parse(text.decode())).replace(":", separator).encode(), text)

    def ipv4(self, address: IPv4Address) -> str:
        """An address for documentation."""
        drawn = self.draw("ipv4", str(address))
        return f"{_EXAMPLES[drawn[0] % len(_EXAMPLES)]}.{drawn[1] % 254 + 1}"

    def with_mac(self, address: IPv6Address) -> IPv6Address:
        """The address with the MAC it is made of masked (RFC 4291, appendix A)."""
        if not (mac := embedded_mac(str(address))):
            return address
        return IPv6Address(address.packed[:8] + identifier(self.mac(mac)))


def identifier(mac: MAC) -> bytes:
    """The interface identifier made of a MAC: its universal/local bit stands inverted there (RFC 4291, appendix A)."""
    octets = bytes.fromhex(mac.replace(":", ""))
    return bytes((octets[0] ^ 2, *octets[1:3], 0xFF, 0xFE, *octets[3:]))


def cased(masked: bytes, like: bytes) -> bytes:
    """Upper case where `like` is; both are as long."""
    if like.isupper() and like.isascii():
        return masked.upper()  # a digit may have become a letter
    return bytes(m - 32 if 97 <= m <= 122 and 65 <= c <= 90 else m for m, c in zip(masked, like, strict=True))


def _spellings(address: IPv6Address) -> list[str]:
    """From the shortest: the zeros left out are written one by one (RFC 4291, 2.2)."""
    start, gap, end = str(address).partition("::")
    if not gap:
        return [start]
    before, after = [part.split(":") if part else [] for part in (start, end)]
    left_out = 8 - len(before) - len(after)
    some = [f"{':'.join(before + ['0'] * written)}::{end}" for written in range(left_out)]
    return [*some, ":".join(before + ["0"] * left_out + after)]


def _padded(spelling: str, length: int) -> str:
    """Zeros in front of its numbers until it is as long, or has four digits each."""
    parts = spelling.split(":")
    for place, part in enumerate(parts):
        if part and (missing := length - sum(map(len, parts)) - len(parts) + 1) > 0:
            parts[place] = part.rjust(min(4, len(part) + missing), "0")
    return ":".join(parts)


def _bits_of_vendor(mac: MAC) -> int:
    """How many of its first bits say who made it; 0 where it was made up."""
    if mac.is_local:
        return 24 if vendor(mac) and mac.startswith(_VIRTUAL) else 0
    block = table().find(mac)
    return int(block.prefix.partition("/")[2]) if block else 24


def _alike(character: str) -> str:
    if character in "0123456789":
        return "0123456789"
    if character.isascii():
        return _VOWELS if character in _VOWELS else _CONSONANTS if character.isalpha() else ""
    return {2: _TWO_BYTES, 3: _THREE_BYTES}.get(len(character.encode()), "") if character.isalpha() else ""
