"""Labelled observations made of nmap's service probes: `python -m tests.calibration.probes PROBES` writes them as JSON lines.

Where nmap knows an answer that only one kind of device gives, its pattern is turned into the shortest answer it matches and its
`d/` field into the label. They are many, and nobody who wrote rules has read half `b`; but what nmap captures is lost (of
"HP LaserJet 4250" stays "HP LaserJet a"), its kinds are coarser than ours, and it errs too.
"""

import argparse
import json
import re
from collections.abc import Iterable, Iterator
from hashlib import md5
from pathlib import Path
from re import _parser  # type: ignore[attr-defined]
from typing import Any, Final

from netinv.classification.kinds import category

# nmap's device types (docs/device-types.txt in its sources) and the kinds that may rightly be said of them, the usual one first.
_KINDS: Final = {
    "WAP": "access_point router",
    "printer": "printer",
    "print server": "printer",
    "media device": "media_player speaker tv camera smart_home voip",
    "router": "router switch firewall access_point",
    "broadband router": "router access_point network_other",
    "switch": "switch router voip",
    "hub": "switch",
    "webcam": "camera",
    "firewall": "firewall router",
    "VoIP phone": "voip router",
    "VoIP adapter": "voip router",
    "PBX": "voip router",
    "storage-misc": "nas server",
    "remote management": "management network_other router",
    "power-device": "ups management industrial",
    "power-misc": "ups management industrial smart_home",
    "load balancer": "network_other server router firewall",
    "bridge": "network_other router access_point industrial",
    "terminal server": "network_other router management industrial server",
    "phone": "phone voip",
    "PDA": "tablet phone",
    "game console": "game_console",
}
_MATCH = re.compile(r"(?:soft)?match (?P<service>\S+) m(?P<mark>.)(?P<pattern>.*?)(?P=mark)(?P<flags>\w*) (?P<told>.*)$")
_DEVICE = re.compile(r"(?:^| )d/([^/]*)/")
_PRODUCT = re.compile(r"(?:^| )p(.)(.*?)\1")
_HTTP = {
    "server": re.compile(r"^Server: *(.*)$", re.MULTILINE | re.IGNORECASE),
    "title": re.compile(r"<title>\s*(.*?)\s*(?:</title>|$)", re.IGNORECASE | re.DOTALL),
    "realm": re.compile(r'realm="?(.*?)(?:"|\r|\n|$)', re.IGNORECASE),
}
_AGENT = re.compile(r"^User-Agent: *(.*)$", re.MULTILINE | re.IGNORECASE)


def observations(lines: Iterable[str]) -> Iterator[dict[str, Any]]:
    """An observation for each line that tells the kind of a device by an answer netinv would hear too; each answer once."""
    seen: set[str] = set()
    for line in lines:
        found = _MATCH.match(line.rstrip("\n"))
        device = _DEVICE.search(found["told"]) if found else None
        if found is None or device is None or device[1] not in _KINDS:
            continue
        evidence = _evidence(found["service"], _answer(found["pattern"], found["flags"]))
        key = json.dumps(evidence)
        if len(key) < 24 or key in seen:  # too short to tell anybody anything
            continue
        seen.add(key)
        product = _PRODUCT.search(found["told"])
        maker = re.sub(r"[^a-z ]", "", product[2].lower()).split()[:1] if product else []
        kinds = _KINDS[device[1]].split()
        yield {
            "id": f"nmap-{len(seen)}", "grade": "A", "family": f"nmap-{''.join(maker)}", "kinds": list(evidence),
            "source": {"repo": "nmap/nmap"}, "evidence": evidence,
            "label": {"class": kinds[0], "accept": kinds, "coarse": category(kinds[0]),
                      "coarse_accept": sorted(set(map(category, kinds)))},
        }  # fmt: skip


def half(observation: dict[str, Any]) -> str:
    """`a` or `b`, by the maker's name alone: half `a` was read when the rules for banners were written."""
    name = observation["family"].replace("nmap-", "nm-").encode()
    return "ab"[md5(name, usedforsecurity=False).digest()[0] % 2]


def _answer(pattern: str, flags: str) -> str:
    """The shortest text the pattern matches, or nearly."""
    wanted = (re.DOTALL if "s" in flags else 0) | (re.IGNORECASE if "i" in flags else 0)
    try:
        text = _text(_parser.parse(pattern, wanted))
    except re.error:  # Perl's, not Python's
        return ""
    return "".join(c if c.isprintable() or c in "\r\n" else " " for c in text)


def _text(parsed: Any) -> str:
    """Of a pattern Python's own parser has taken apart."""
    told: list[str] = []
    for operator, what in parsed:
        match str(operator):
            case "LITERAL":
                told.append(chr(what))
            case "ANY" | "NOT_LITERAL":
                told.append("x")
            case "IN":
                told.append(_one_of(what))
            case "MAX_REPEAT" | "MIN_REPEAT":
                least, _, inner = what
                told.append(_text(inner) * min(least, 40))
            case "SUBPATTERN":
                told.append(_text(what[3]))
            case "BRANCH":
                told.append(_text(what[1][0]))
    return "".join(told)


def _one_of(choices: Any) -> str:
    operator, what = choices[0]
    match str(operator):
        case "LITERAL":
            return chr(what)
        case "RANGE":
            return chr(what[0])
        case "CATEGORY":
            return {"CATEGORY_DIGIT": "2", "CATEGORY_SPACE": " "}.get(str(what), "a")
    return "a"


def _evidence(service: str, answer: str) -> dict[str, Any]:
    """The part of an evidence document that such an answer fills; empty where it says nothing."""
    line = " ".join(answer.split())
    told = {name: found[1].strip() for name, pattern in _HTTP.items() if (found := pattern.search(answer)) and found[1].strip()}
    match service:
        case "ftp":
            return {"ftp": line.removeprefix("220").lstrip("- ")}
        case "telnet" | "ssh":
            return {service: line}
        case "snmp":
            return {"snmp": {"sysDescr": line}}
        case "http" | "http-proxy" | "https" if told:
            return {"http": [told]}
        case "upnp" if "server" in told:
            return {"ssdp": [{"server": told["server"]}]}
        case "rtsp" if "server" in told:
            return {"rtsp": told["server"]}
        case "sip" | "sip-proxy":
            agent = _AGENT.search(answer)
            said = {"server": told.get("server"), "user_agent": agent[1].strip() if agent else None}
            return {"sip": {name: text for name, text in said.items() if text}}
    return {}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m tests.calibration.probes", description=__doc__)
    parser.add_argument("probes", type=Path, help="nmap-service-probes")
    parser.add_argument("--half", choices=("a", "b"), help="only the makers of one half")
    asked = parser.parse_args()
    for observation in observations(asked.probes.read_text("latin-1").splitlines()):
        if asked.half in (None, half(observation)):
            print(json.dumps(observation))
