import pytest
from hypothesis import given
from hypothesis import strategies as st

from netinv.model import MAC


@pytest.mark.parametrize(
    "heard",
    [
        "0a:0b:cc:0d:ee:0f",
        "0A-0B-CC-0D-EE-0F",
        "0a0bcc0dee0f",
        "0A0BCC-0DEE0F",
        "0a0b.cc0d.ee0f",
        "a:b:cc:d:ee:f",
        " a-b-cc-0d-ee-f\n",
        b"\x0a\x0b\xcc\x0d\xee\x0f",
    ],
)
def test_a_mac_is_understood_in_every_usual_spelling(heard: str | bytes) -> None:
    assert MAC.parse(heard) == "0a:0b:cc:0d:ee:0f"


@pytest.mark.parametrize(
    "heard",
    [
        "",
        "a:b:c:d:e",
        "a:b:c:d:e:f:0",
        "0a0bcc0dee0",
        "0a0b.cc0d",
        "a.b.c.d.e.f",
        "10.0.0.5",
        "::::::",
        "g:b:c:d:e:f",
        b"",
        b"12345",
    ],
)
def test_what_is_no_mac_is_refused(heard: str | bytes) -> None:
    with pytest.raises(ValueError, match="MAC"):
        MAC.parse(heard)


@given(st.text() | st.binary())
def test_whatever_is_heard_is_a_mac_in_its_one_spelling_or_refused(heard: str | bytes) -> None:
    try:
        mac = MAC.parse(heard)
    except ValueError:
        return
    assert MAC.parse(mac) == mac


@given(st.binary(min_size=6, max_size=6))
def test_every_address_is_read_back_from_each_spelling(raw: bytes) -> None:
    mac = MAC.parse(raw)
    single = ":".join(f"{byte:x}" for byte in raw)
    dotted = ".".join(raw[i : i + 2].hex() for i in (0, 2, 4))
    assert MAC.parse(single) == MAC.parse(dotted) == MAC.parse(raw.hex()) == mac
