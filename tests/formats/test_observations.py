"""What of an evidence document is not understood."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netinv.formats.observations import misunderstood


@pytest.mark.parametrize(
    ("evidence", "said"),
    [
        ({"mac": 12}, "mac is a number where text is read"),
        ({"mac": [[1]]}, "mac is a list within a list where text is read"),
        ({"mdns": "x"}, "mdns is text where an object is read"),
        ({"dhcp": [1, 2]}, "dhcp is a list with a number in it where an object is read"),
        ({"dhcp": {"param_list": [1, 2.5]}}, "param_list is a list with a fraction in it where a whole number is read"),
        ({"dhcp": {"param_list": 2.5}}, "param_list is a fraction where a whole number is read"),
        ({"unknownkind": {"a": 1}}, "nothing is read under 'unknownkind'"),
        ({"htpp": []}, "nothing is read under 'htpp' (did you mean http?)"),
        ({"http": [{"titel": "x"}]}, "nothing is read under 'http.titel' (did you mean title?)"),
        ({"tls": {"subject": True}}, "tls.subject is true or false where text is read"),
        ({"facts": [{"key": "http.titel", "value": "x"}]}, "no evidence has the key 'http.titel' (did you mean http.title?)"),
        ({"a\x1b[31m" + "b" * 200: 1}, "nothing is read under"),
    ],
)
def test_it_is_named_with_the_key_it_may_be_meant_for(evidence: dict[str, object], said: str) -> None:
    (told,) = misunderstood(evidence)
    assert said in told
    assert "\x1b" not in told
    assert len(told) < 120


@pytest.mark.parametrize(
    "evidence",
    [
        {},
        {"mac": None, "ssh": ["a", 5], "dhcp": {"param_list": [1, "3"], "hostname": None}},
        {"mdns": [{"type": None, "txt": {"a": True, "b": 1.5, "c": None}}], "snmp": [{"sysDescr": "x"}]},
        {"http": {"port": 80, "headers": {"x-any": "y"}}, "ssdp": [{"description": {"deviceType": ["a", "b"], "UDN": "uuid:1"}}]},
        {"facts": [{"key": "tcp.22", "value": "open"}, {"key": "mac", "value": "00:11:32:01:02:03"}]},
    ],
)
def test_nothing_is_said_of_what_is_read(evidence: dict[str, object]) -> None:
    assert list(misunderstood(evidence)) == []


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.sampled_from(["mac", "mdns", "txt", "facts", "key"]), inner),
)


@given(st.dictionaries(st.text() | st.sampled_from(["mac", "mdns", "http", "ssdp", "facts"]), _json))
@pytest.mark.slow
def test_whatever_a_document_holds_it_is_looked_through(evidence: dict[str, object]) -> None:
    read = json.loads(json.dumps(evidence))
    assert all(isinstance(told, str) and told.isprintable() for told in misunderstood(read))
