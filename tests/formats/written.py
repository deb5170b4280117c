"""What a format writes, as text; what is to be found in it; and devices whose every word is an attack."""

import io
import shutil
import sys
import zipfile
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import strategies as st

from netinv.formats import Format, Report, Style, formats
from netinv.formats.hostnames import label
from netinv.model import Alternative, Device, Evidence, Name, Reason, Verdict
from tests.formats.reports import NOON, device, texts

_PLAIN = Style()

PAYLOADS = (
    "<script>alert(1)</script>", "</script><script>alert(1)</script>", "<img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>', "' onmouseover='alert(1)", "<!--", "-->", "]]>", "&lt;b&gt;", "&#60;script&#62;",
    "javascript:alert(1)", "{{ 7 * 7 }}", "{{ lookup('pipe', 'touch owned') }}", "{% raw %}", "{{{ x }}}", "{#",
    "#jinja2:variable_start_string:'[['", "!!python/object:os", "!vault |", "*alias", "&anchor", "- item", "key: value",
    "|", ">", "%YAML 1.1", "a | b | c", "[link](http://evil.example)", "![image](http://evil.example/x.png)",
    "http://evil.example/", "www.evil.example", "`code`", "**bold**", "\\", "\\\\", 'a\\"b', '"; internet -- n1; "', "\\N",
    "\\G", "=cmd|'/C calc'!A0", "@SUM(1+1)", "+1", "-1", "a;=1", "a,b", 'a"b', "$(reboot)", "`reboot`", "%h",
    "ProxyCommand reboot", "Host *", "localhost", "all", "ungrouped", "wpad", "www.bank.example", "bank.example",
    "10.0.0.1", "127.1", "0x7f000001", "2130706433", "::1", "-oProxyCommand=reboot", "--list", "../../etc/passwd",
    "xn--80ak6aa92e", "a" * 300, "Ünïcödé", "Straße", "陽子のiPad", "📺", "é", "ℌ𝔢𝔩𝔩𝔬", "kind_printer", "_meta", "__proto__",
    "constructor", "$data", "${data}", "%(name)s", "{0.__class__}",
)  # fmt: skip
"""Each of them harmless as a name, and harmful as a piece of some format."""

attacks = st.sampled_from(PAYLOADS) | texts | st.lists(st.sampled_from(PAYLOADS), min_size=1, max_size=3).map(" ".join)


def attacker(host: int, said: str) -> Device:
    """A device at 192.168.178.`host` that says `said` wherever it can say anything."""
    address = f"192.168.178.{host}"
    plain = device(host)
    facts = (*plain.evidence, Evidence(address, "dns.ptr", said, "dns", NOON), Evidence(address, "tcp.22", "open", "tcp", NOON))
    because = (Reason("test.reason", f"Its name is {said}.", 2.0, (facts[0].id,)),)
    verdict = Verdict("computer", "server", said, said, said, 0.9, because, (Alternative("other", "nas", 0.1),))
    return device(
        host, name=said, names=(Name(said, "dns.ptr"), Name(said, "mdns.host")), vendor=said, verdict=verdict, evidence=facts
    )


def attackers(said: Sequence[str] = PAYLOADS) -> Report:
    """One for each."""
    return Report(tuple(attacker(number, text) for number, text in enumerate(said, 1)))


attacking = st.lists(attacks, max_size=3).map(attackers)
"""Reports in which every word is one."""


def written(name: str, report: Report, style: Style = _PLAIN) -> str:
    """All that the format writes; of an archive, all that is in it."""
    form = formats()[name]
    if form.is_binary:
        return "\n".join(unpacked(name, report).values())
    stream = io.StringIO(newline="")
    form.write(report, stream, style)
    return stream.getvalue()


def unpacked(name: str, report: Report) -> dict[str, str]:
    """The files of an archive, by name."""
    with zipfile.ZipFile(io.BytesIO(packed(formats()[name], report))) as archive:
        assert archive.testzip() is None
        return {member: archive.read(member).decode() for member in archive.namelist()}


def packed(form: Format, report: Report) -> bytes:
    """What the format writes, as bytes."""
    store = io.BytesIO()
    stream = io.TextIOWrapper(store, encoding="utf-8", newline="")
    form.write(report, stream, _PLAIN)
    stream.flush()
    return store.getvalue()


def program(*names: str) -> str:
    """The path of the first of these programs there is, beside this Python or anywhere; without any the test is skipped."""
    for name in names:
        beside = Path(sys.executable).with_name(name)
        if found := str(beside) if beside.exists() else shutil.which(name):
            return found
    pytest.skip(f"{' or '.join(names)} is not installed")


def is_host_name(text: str) -> bool:
    """One label of RFC 1123, 2.1, that no resolver takes for an address."""
    return label(text) == text and 0 < len(text) <= 63 and text.isascii() and not text.isdecimal()
