"""What in a transcript tells whose it is: the words and bytes to be masked, each with its mask, and those that are kept."""

import re
from collections.abc import Iterable
from contextlib import suppress
from ipaddress import IPv6Address
from typing import Any, Final

from netinv.classification.vocabulary import key
from netinv.masking.looks import Looks, cased, identifier
from netinv.masking.personal import Found, personal
from netinv.masking.spellings import MAC_TEXT, SPELLINGS, UUID, ipv6, labels, netbios
from netinv.masking.words import PEOPLE, WORD, kept
from netinv.model import MAC, Device, Evidence
from netinv.net.addresses import embedded_mac
from netinv.net.plain import meant, plain
from netinv.net.resemblance import is_bytes
from netinv.net.transcript import Transcript
from netinv.replayer import replay

_SECRET_TEXTS: Final = frozenset({
    "serialnumber", "serial", "sn", "srcvers", "deviceid", "id", "ssid", "udn", "pk", "psi", "gid", "pgid", "owner", "user",
    "sern",
})  # fmt: skip
"""Names of fields in announcements and device ids that hold such things, or numbers of one device."""
_PLACES: Final = frozenset({"note", "loc", "place", "where", "address", "addr", "building", "floor", "street", "city", "contact"})
"""Likewise of fields that tell where a thing stands; printers put that into `note` (Bonjour Printing 1.2.1, 9.2.3)."""
_SOLICITED: Final = IPv6Address("ff02::1:ff00:0").packed[:13]
_SHORTEST: Final = 3
"""Letters of a word that is masked wherever it stands by itself; a shorter one is masked as a part of its name only."""
_LONG: Final = 6
"""Characters of a secret that is masked as a whole wherever it stands; of a shorter one each word is masked as a name's."""
_MOST: Final = 4096
"""Different things that messages gave away of people."""
_DIGITS: Final = 3
"""Digits in a row that may number a device, rather than a model or a floor."""

_TOLD: Final = frozenset({"model", "vendor", "firmware"})
"""Details that say what a device is, whose words are kept wherever they stand."""

_HEX = re.compile(r"(?:[0-9a-f]{2}){4,64}")
_FIELD = re.compile(r"(?:^|[ ;])([\w-]{1,32})[=:]([^;]{1,128})")
"""A field of a TXT record (RFC 6763, 6.4) or a device id (IEEE 1284)."""


class Lexicon:
    """Learns what to mask, and masks it wherever it stands as it was learned."""

    def __init__(self, looks: Looks) -> None:
        self._looks = looks
        self._tokens: dict[bytes, bytes] = {}
        """What is replaced wherever it stands, in lower case where it is text."""
        self._told: set[str] = set()
        """Words that devices told as their model, maker or firmware, in lower case; they are kept."""
        self._bytes: dict[bytes, bytes] = {}
        """What is replaced in any bytes."""
        self._personal: dict[Found, None] = {}
        """What messages gave away of people, in the order in which it was found."""
        self._pattern: re.Pattern[bytes] | None = None
        self._binary: re.Pattern[bytes] | None = None

    def learn(self, transcript: Transcript) -> None:
        """Find out what has to be masked: by what the lines are, and by what netinv hears in them."""
        for door in transcript.header.doors:
            self._learn_values(plain(door))
        for line in transcript.lines:
            self._learn_values({k: v for k, v in line.items() if k in ("got", "is", "with")})
        for word in re.split(r"[,\s]+", transcript.header.targets):
            if re.search(r"[^\d./-]", word):
                self._learn_name(word)
        try:
            devices = replay(transcript).devices
        except Exception:  # noqa: BLE001 - a scan that cannot be made again is masked by its lines alone
            devices = ()
        for device in devices:
            self._learn_macs(device.evidence)
        for device in devices:
            self._learn_told(device)
        self._told -= self._owners(devices)
        for device in devices:
            for fact in device.evidence:
                self.learn_fact(fact)
            if device.verdict.serial:  # told in the middle of something else
                self._token(device.verdict.serial.encode())
        for found in self._personal:
            self._learn_personal(found)
        self.compile()

    def is_told(self, word: str) -> bool:
        """Whether a device told this, in lower case, as its model, maker or firmware."""
        return word in self._told

    def octets(self, data: bytes) -> bytes:
        """`data` with addresses and numbers in it masked that are no text."""
        return self._binary.sub(lambda found: self._bytes[found[0]], data) if self._binary else data

    def words(self, data: bytes) -> bytes:
        """`data` with names and numbers in it masked that are text."""
        return self._pattern.sub(lambda found: cased(self._tokens[found[0].lower()], found[0]), data) if self._pattern else data

    def _learn_values(self, value: Any) -> None:
        if is_bytes(value):
            payload: bytes = meant(value, bytes)
            for found in MAC_TEXT.finditer(payload):
                self._looks.mac(MAC.parse(found[0].decode()))
            if len(self._personal) < _MOST:
                self._personal.update(dict.fromkeys(personal(payload)))
            for at in (8, 18, 28):  # the sender and the target of ARP (RFC 826), the client of DHCP (RFC 2131, 2)
                if len(payload) >= at + 6 and (at == 28) is (len(payload) > 200) and payload[:2] in (b"\0\1", b"\1\1", b"\2\1"):
                    self._looks.mac(MAC.parse(payload[at : at + 6]))
        elif isinstance(value, dict):
            for name, item in value.items():
                self.learn_text(name)
                self._learn_values(item)
                if name == "communities":
                    for word in (w for w in item if w not in ("public", "private")):
                        self._token(word.encode())
        elif isinstance(value, list):
            for item in value:
                self._learn_values(item)
        elif isinstance(value, str):
            self.learn_text(value)

    def learn_text(self, text: str) -> None:
        if MAC_TEXT.fullmatch(text.encode("utf-8", "replace")):
            self._looks.mac(MAC.parse(text))
        elif (address := ipv6(text.partition("/")[0])) is not None:
            if mac := embedded_mac(str(address)):
                self._looks.mac(mac)
            self._looks.ipv6(address)

    def _learn_macs(self, evidence: Iterable[Evidence]) -> None:
        for fact in evidence:
            if (known := key(fact.key)) and known.hides == "look":
                self.learn_text(fact.value)

    def _learn_told(self, device: Device) -> None:
        """The words it told as its model, maker or firmware, but for names of people and parts of its MAC addresses."""
        said = [fact.value for fact in device.evidence if (known := key(fact.key)) and _TOLD & known.tells.keys()]
        said += [detail.value for detail in device.verdict.details if detail.field in _TOLD]
        tails = [mac.replace(":", "")[-4:] for mac in device.macs]
        for word in (w.lower() for text in said for w in WORD.findall(UUID.sub(b" ", text.encode()).decode())):
            if word not in PEOPLE and not self._factory_tail(word, 6) and not word.endswith(tuple(tails)):
                self._told.add(word)

    def _owners(self, devices: Iterable[Device]) -> set[str]:
        """Words of names, though they may be told as a model, too: whoever named a thing may have named its model likewise.

        Products that netinv knows, and makers, are not among them, nor what has digits, as most models do.
        """
        names = (fact.value for device in devices for fact in device.evidence if (k := key(fact.key)) and k.hides == "name")
        makers = {w.lower() for device in devices for w in WORD.findall(device.verdict.vendor or "")}
        return {w for name in names for w in map(str.lower, WORD.findall(name)) if w.isalpha() and w not in kept() | makers}

    def learn_fact(self, fact: Evidence) -> None:
        """By what the vocabulary says that its key hides; the key of a probe that is no longer there may hide anything."""
        known = key(fact.key)
        match known.hides if known else "name":
            case "look":
                self.learn_text(fact.value)
            case "name":
                self._learn_name(fact.value)
            case "number":
                self._token(fact.value.encode())
            case "hex" if _HEX.fullmatch(fact.value):
                self._bytes[bytes.fromhex(fact.value)] = bytes.fromhex(self._looks.digits(fact.value.encode()).decode())
            case "part":
                for field, value in _FIELD.findall(fact.value):
                    if field.lower() in _SECRET_TEXTS and len(value) > _SHORTEST:
                        self._token(value.encode())
                    elif _tells_where(field.lower()):
                        self._learn_words(value)
                    elif field.lower().endswith("url"):
                        self._learn_words(re.sub(r"^\w+://|[:/?#].*", "", value))

    def _learn_personal(self, found: Found) -> None:
        """As a whole, if it is long and no product; else its words."""
        text = found.value.decode("utf-8", "replace")
        if found.is_whole and len(text) >= _LONG and not all(self._is_known(w.lower()) for w in WORD.findall(text)):
            self._token(found.value)
        else:
            self._learn_words(text)

    def _learn_words(self, text: str) -> None:
        """As those of a name, but for numbers, which stand elsewhere for something else."""
        for word in WORD.findall(text):
            if not word.isdigit():
                self._learn_name(word)

    def _is_known(self, word: str) -> bool:
        """Whether it, in lower case, tells what a thing is, rather than whose."""
        return word in kept() or word in self._told

    def _learn_name(self, name: str) -> None:
        """Its words that are nobody's product or trade."""
        for word in WORD.findall(UUID.sub(b" ", name.encode()).decode()):
            masked = self._word(word)
            if masked != word and len(word.encode()) >= _SHORTEST:
                self._token(word.encode(), masked.encode())
                if word.isascii():
                    self._bytes[word.encode("utf-16-le")] = masked.encode("utf-16-le")
                    self._bytes[netbios(word)] = netbios(masked)
                else:
                    self._learn_foreign(word, masked)

    def _learn_foreign(self, word: str, masked: str) -> None:
        """A word that other encodings spell otherwise, and whose case is not that of its bytes."""
        for change in (str, str.lower, str.upper, str.title):
            one, other = change(word), change(masked)
            if len(one) == len(other) and len(one.encode()) == len(other.encode()):
                self._token(one.encode(), other.encode())
                with suppress(UnicodeEncodeError):
                    self._token(one.encode("latin-1"), other.encode("latin-1"))
                for encoding in ("utf-16-le", "utf-16-be"):
                    self._bytes[one.encode(encoding)] = other.encode(encoding)

    def _word(self, word: str) -> str:
        lower = word.lower()
        if self._is_known(lower) or not (word.isalpha() or re.search(rf"\d{{{_DIGITS}}}|[a-z]\d|\d[a-z]", lower)):
            return word
        if tail := self._factory_tail(lower):
            return word[: -len(tail[0])] + cased(tail[1].encode(), word[-len(tail[0]) :].encode()).decode()
        if not word.isalpha():
            # Letters before digits are a series of products more often than a person: PS5, NPI, tv2.
            head = re.match(r"[^\W\d]*", word)
            start = head[0] if head and head[0].lower() in kept() else ""
            return start + self._looks.look(word[len(start) :].encode()).decode("utf-8", "replace")
        return self._looks.look(word.encode()).decode("utf-8", "replace")

    def _factory_tail(self, word: str, shortest: int = 4) -> tuple[str, str] | None:
        """The end of a factory-made name that repeats the MAC address, and its mask."""
        for mac, masked in self._looks.macs.items():
            digits, hidden = mac.replace(":", ""), masked.replace(":", "")
            for length in (12, 6, 5, 4):
                if length >= shortest and word.endswith(digits[-length:]):
                    return digits[-length:], hidden[-length:]
        return None

    def _token(self, token: bytes, masked: bytes | None = None) -> None:
        if len(token) >= _SHORTEST:
            self._tokens.setdefault(token.lower(), (masked or self._looks.look(token)).lower())

    def compile(self) -> None:
        for mac, masked in self._looks.macs.items():
            if mac != masked:
                one, other = bytes.fromhex(mac.replace(":", "")), bytes.fromhex(masked.replace(":", ""))
                self._bytes[one] = other
                self._bytes[identifier(mac)] = identifier(masked)
                self._bytes[labels(identifier(mac))] = labels(identifier(masked))
                for start, end in ((mac, masked), (identifier(mac).hex(":"), identifier(masked).hex(":"))):
                    for spelling in SPELLINGS:
                        self._tokens[spelling(start).encode()] = spelling(end).encode()
                self._tokens.setdefault(one.hex()[-6:].encode(), other.hex()[-6:].encode())
        self._learn_groups()
        for address, hidden in self._looks.addresses.items():
            if address != hidden:
                self._bytes[address.packed] = hidden.packed
                self._bytes[labels(address.packed)] = labels(hidden.packed)
        self._binary = _any_of(self._bytes)
        # A name is masked where it stands as a word, or as a label of DNS after its length.
        words = _any_of(token for token in self._tokens if token.isascii())
        others = _any_of(token for token in self._tokens if not token.isascii())
        bounded = [rb"(?<![a-z])(?:%b)(?![a-z])" % words.pattern] if words else []
        free = [others.pattern] if others else []
        self._pattern = re.compile(rb"(?i)" + b"|".join(bounded + free)) if bounded or free else None

    def _learn_groups(self) -> None:
        """The groups that hosts with these addresses listen to, which hold the ends of them (RFC 4291, 2.7.1; RFC 2464, 7)."""
        for address, hidden in list(self._looks.addresses.items()):
            if address != hidden and not address.is_multicast:
                one, other = address.packed[13:], hidden.packed[13:]
                self._looks.addresses[IPv6Address(_SOLICITED + one)] = IPv6Address(_SOLICITED + other)
                self._bytes[b"\x33\x33\xff" + one] = b"\x33\x33\xff" + other


def _tells_where(field: str) -> bool:
    return field in _PLACES or "location" in field or "room" in field


def _any_of(tokens: Iterable[bytes]) -> re.Pattern[bytes] | None:
    longest_first = sorted(tokens, key=len, reverse=True)
    return re.compile(b"|".join(map(re.escape, longest_first)), re.DOTALL) if longest_first else None
