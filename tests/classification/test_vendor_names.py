"""Short names stay true to the registered ones."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netinv.classification.vendor_names import one_spelling, tidy


@pytest.mark.parametrize(
    ("registered", "short"),
    [
        ("Apple, Inc.", "Apple"),
        ("HUAWEI TECHNOLOGIES CO.,LTD", "Huawei"),
        ("Samsung Electronics Co.,Ltd", "Samsung"),
        ("Samsung Electro-Mechanics(Thailand)", "Samsung Electro-Mechanics (Thailand)"),
        ("Intel Corporate", "Intel"),
        ("Buffalo.Inc", "Buffalo"),
        ("Guangdong Oppo Mobile Telecommunications Corp.,Ltd", "Oppo"),
        ("Alpsalpine Co,.Ltd", "Alpsalpine"),
        ("Shenzhen Bilian Electronic Co.，Ltd", "Shenzhen Bilian Electronic"),
        ("Friedrich Lütze GmbH & Co. KG", "Friedrich Lütze"),
        ("Keith & Koep GmbH", "Keith & Koep"),
        ("SIMEX Sp. z o.o.", "Simex"),
        ("InfoBLOCK S.A. de C.V.", "InfoBLOCK"),
        ("Integrated Device Technology (Malaysia) Sdn. Bhd.", "Integrated Device Technology (Malaysia)"),
        ("camnex innovation pvt ltd", "camnex innovation"),
        ("Camnex Innovations Private Limited", "Camnex Innovations"),
        ("Becton, Dickinson and Company", "Becton, Dickinson"),
        ("JTEC Card &amp; Communication Co., Ltd", "JTEC Card & Communication"),
        ('LLC "NTZ "Mekhanotronika"', "NTZ Mekhanotronika"),
        ("UAB &quot;SALDA&quot;", "Salda"),
        ("ZTE CORPORATION", "ZTE"),
        ("AMERICAN POWER CONVERSION CORP", "American Power Conversion"),
        ("Tcl", "TCL"),
        ("Hewlett Packard Enterprise", "Hewlett Packard Enterprise"),
        ("Nokia Solutions and Networks GmbH & Co. KG", "Nokia"),
        ("株式会社リコー", "株式会社リコー"),
    ],
)
def test_a_registered_name_becomes_the_one_people_say(registered: str, short: str) -> None:
    assert tidy(registered) == short


@pytest.mark.parametrize("registered", ["GmbH", "Company", "SA", "Co., Ltd", "Private"])
def test_a_name_that_is_all_legal_form_does_not_vanish(registered: str) -> None:
    assert tidy(registered)


@given(st.text(max_size=200))
def test_any_name_comes_out_short_printable_and_on_one_line(registered: str) -> None:
    short = tidy(registered)
    assert len(short) <= 64
    assert short == short.strip()
    assert all(c.isprintable() for c in short)


def test_escape_sequences_and_bidi_marks_are_gone() -> None:
    assert tidy("Evil\x1b[31m\u202eBox, Inc.\n") == "Evil [31m Box"


def test_spellings_of_one_name_are_united_in_the_commonest() -> None:
    united = one_spelling({"a": "FN-LINK", "b": "Fn-Link", "c": "Fn-Link", "d": "Other"})
    assert united == {"a": "Fn-Link", "b": "Fn-Link", "c": "Fn-Link", "d": "Other"}
