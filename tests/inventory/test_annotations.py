import pytest
from hypothesis import given
from hypothesis import strategies as st

from netinv.errors import UsageError
from netinv.inventory.annotations import annotated, annotation_rows, checked, kind_meant, read_annotations, retagged
from netinv.inventory.devices import derive
from netinv.model import Annotations
from tests.inventory.scans import TV, heard

WORD = st.none() | st.text()


@given(
    st.builds(
        Annotations,
        name=WORD, kind=st.none() | st.sampled_from(["nas", "access_point"]), owner=WORD, location=WORD, notes=WORD,
        tags=st.lists(st.from_regex(r"[\w.:/@-]{1,9}", fullmatch=True), max_size=9).map(tuple), trusted=st.none() | st.booleans(),
    )
)  # fmt: skip
def test_what_is_said_is_kept_as_it_was_checked(said: Annotations) -> None:
    words = checked(said)
    assert read_annotations(annotation_rows(words)) == words
    assert checked(words) == words


def test_texts_are_made_safe_and_empty_ones_say_nothing() -> None:
    assert checked(Annotations(name="  \x1b[31mtv \u202e", owner="", notes="a\nb")) == Annotations(name="[31mtv", notes="a b")


def test_a_kind_is_understood_in_any_spelling_and_a_wrong_one_is_answered_with_the_nearest() -> None:
    assert kind_meant("Access point") == kind_meant("access-point") == "access_point"
    with pytest.raises(UsageError) as caught:
        kind_meant("camra")
    assert "camera" in (caught.value.hint or "")


def test_tags_are_added_and_taken_away() -> None:
    assert retagged(("a", "b"), ["+c,-a", "d"]) == ("b", "c", "d")
    for wrong in ("two words", "x" * 65, "#"):
        with pytest.raises(UsageError):
            retagged((), [wrong])


def test_name_and_kind_outrank_what_was_heard() -> None:
    device = annotated(derive(heard("10.0.0.5", TV, dns_ptr="tv.lan")), Annotations(name="Kino", kind="tv"))
    assert (device.name, device.verdict.kind, device.verdict.category, device.verdict.confidence) == ("Kino", "tv", "other", 1.0)
    assert [reason.says for reason in device.verdict.because] == ["you said so"]
    assert [name.name for name in device.names] == ["tv.lan"], "what was heard is heard"


def test_a_kind_of_a_newer_netinv_changes_nothing() -> None:
    device = derive(heard("10.0.0.5", TV))
    assert annotated(device, Annotations(kind="teapot")).verdict == device.verdict


@pytest.mark.parametrize(("field", "most"), [("name", 255), ("owner", 128), ("location", 128), ("notes", 2000)])
def test_a_text_is_kept_whole_or_refused(field: str, most: int) -> None:
    said = Annotations(**{field: "x" * most})
    assert checked(said) == said
    with pytest.raises(UsageError, match=rf"{field} is longer than {most:,} characters"):
        checked(Annotations(**{field: "x" * (most + 1)}))
