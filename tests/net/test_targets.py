"""Which addresses are scanned, which only when asked for twice, and which never."""

import tracemalloc
from ipaddress import IPv4Address, IPv4Network
from itertools import islice, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netinv.errors import TargetError
from netinv.net.targets import Targets, parse_targets


def _nobody(name: str) -> tuple[str, ...]:
    raise OSError(f"tests resolve no names: {name}")


def _targets(*words: str, **options: object) -> Targets:
    return parse_targets(words, resolve=_nobody, **options)  # type: ignore[arg-type]


def _refused(*words: str, **options: object) -> TargetError:
    with pytest.raises(TargetError) as refusal:
        _targets(*words, **options)
    assert refusal.value.hint
    return refusal.value


def test_targets_are_ascending_and_each_address_once() -> None:
    targets = _targets("10.0.0.9", "10.0.0.4-6", "10.0.0.5-10.0.0.7", "9.255.255.255", "10.0.0.9", allow_public=True)
    assert list(targets) == ["9.255.255.255", "10.0.0.4", "10.0.0.5", "10.0.0.6", "10.0.0.7", "10.0.0.9"]
    assert len(targets) == 6


def test_a_network_stands_for_its_hosts_but_a_range_for_all_it_names() -> None:
    assert len(_targets("10.0.0.0/24")) == 254
    assert "10.0.0.255" not in _targets("10.0.0.0/24")
    assert "10.0.0.255" in _targets("10.0.0.0/24", "10.0.0.255")
    assert len(_targets("10.0.0.0-255")) == 256
    assert list(_targets("10.0.0.2/31", "10.0.0.8/32")) == ["10.0.0.2", "10.0.0.3", "10.0.0.8"]


def test_membership_takes_any_text() -> None:
    targets = _targets("10.0.0.0/24", "10.0.2.5")
    assert "10.0.0.1" in targets
    assert "10.0.2.5" in targets
    for other in (
        "10.0.0.0",
        "10.0.1.1",
        "10.0.2.6",
        "9.9.9.9",
        "255.255.255.255",
        "",
        "x",
        "::1",
        "10.0.0.1/32",
        "\udcff",
        None,
        167772161,
    ):
        assert other not in targets
    assert "10.0.0.1" not in Targets()


def test_the_text_is_what_the_user_wrote() -> None:
    assert _targets("10.0.0.0/24,10.1.0.5").text == "10.0.0.0/24, 10.1.0.5"
    assert _targets("10.0.0.0/24", exclude=["10.0.0.1", "10.0.0.9-12"]).text == "10.0.0.0/24 except 10.0.0.1, 10.0.0.9-12"
    assert _targets(*(f"10.0.{n}.1" for n in range(40))).text.endswith("10.0.15.1 and 24 more")


def test_nothing_named_means_the_networks_on_the_link() -> None:
    targets = _targets(on_link=[IPv4Network("192.168.1.0/24"), IPv4Network("10.9.0.4/31")])
    assert (len(targets), targets.text) == (256, "192.168.1.0/24, 10.9.0.4/31")
    assert len(_targets("10.0.0.1", on_link=[IPv4Network("192.168.1.0/24")])) == 1
    assert len(_targets(" ", ",", on_link=[IPv4Network("192.168.1.0/24")])) == 254


def test_nothing_named_and_nothing_on_the_link_is_a_question_for_targets() -> None:
    assert "no targets given" in _refused().message


def test_an_excluded_network_is_excluded_whole() -> None:
    targets = _targets("10.0.0.0/23", exclude=["10.0.1.0/24", "10.0.0.7", "10.0.0.20-29"])
    assert len(targets) == 255 - 1 - 10
    assert not [address for address in targets if address.startswith("10.0.1.")]
    assert "10.0.0.255" in targets
    assert targets.networks == (IPv4Network("10.0.0.0/23"),)
    assert IPv4Network("10.0.1.0/24") in targets.excluded


def test_excluding_everything_leaves_nothing_to_scan() -> None:
    assert "no address is left" in _refused("10.0.0.0/24", exclude=["10.0.0.0/8"]).message


def test_an_excluded_word_is_checked_like_any_other() -> None:
    assert "not a target" in _refused("10.0.0.0/24", exclude=["10.0.0.300"]).message


@pytest.mark.parametrize(
    ("word", "flag"),
    [("10.0.0.0-10.0.3.255", None), ("10.0.0.0/22", None), ("10.0.0.0-10.0.4.0", "--large"), ("10.0.0.0/16", "--large"),
     ("10.0.0.0-10.0.255.255", "--large"), ("10.0.0.0-10.1.0.0", "--huge"), ("10.0.0.0/8", "--huge")],
)  # fmt: skip
def test_many_addresses_need_the_flag_the_hint_names(word: str, flag: str | None) -> None:
    if flag is None:
        assert _targets(word)
        return
    assert flag in (_refused(word).hint or "")
    allowed = {f"allow_{flag.strip('-')}": True}
    assert len(_targets(word, **allowed)) > 1024
    assert parse_targets((), on_link=[IPv4Network("10.0.0.0/16")], allow_huge=True)


def test_large_does_not_allow_huge() -> None:
    assert "--huge" in (_refused("10.0.0.0/8", allow_large=True).hint or "")


def test_the_limits_hold_for_what_is_left() -> None:
    assert len(_targets("10.0.0.0/16", exclude=["10.0.4.0-10.0.255.255"])) == 1023
    assert len(_targets("10.0.0.0/24", "8.8.8.8", exclude=["8.0.0.0/8"])) == 254


@pytest.mark.parametrize(
    "word",
    [
        *("10.0.0.1", "10.255.255.254", "172.16.0.1", "172.31.255.254", "192.168.0.1", "192.168.255.254"),
        *("100.64.0.1", "100.127.255.254", "169.254.1.1", "127.0.0.1", "192.0.2.1", "198.51.100.1"),
        *("203.0.113.1", "198.18.0.1", "198.19.255.254", "192.0.0.1"),
    ],
)
def test_an_address_that_is_nobody_elses_needs_no_consent(word: str) -> None:
    assert list(_targets(word)) == [word]


@pytest.mark.parametrize(
    "word",
    [
        *("8.8.8.8", "9.255.255.255", "11.0.0.0", "172.15.255.255", "172.32.0.1", "192.167.255.255"),
        *("192.169.0.1", "100.63.255.255", "100.128.0.0", "169.253.255.255", "169.255.0.0", "192.0.1.1"),
        *("198.17.255.255", "198.20.0.0", "223.255.255.254", "1.0.0.0"),
    ],
)
def test_a_public_address_needs_consent(word: str) -> None:
    refusal = _refused(word)
    assert refusal.message == f"{word} is public, on the Internet"
    assert "--public" in (refusal.hint or "")
    assert list(_targets(word, allow_public=True)) == [word]


def test_a_range_that_reaches_into_the_internet_needs_consent_and_says_where() -> None:
    assert "10.255.255.250-11.0.0.3: 11.0.0.0-3 is public" in _refused("10.255.255.250-11.0.0.3").message
    assert "--public" in (_refused(on_link=[IPv4Network("141.1.2.0/24")]).hint or "")


def test_a_name_that_leads_to_the_internet_needs_consent() -> None:
    with pytest.raises(TargetError, match=r"www\.example: 8\.8\.8\.8 is public"):
        parse_targets(["www.example"], resolve=lambda name: ("8.8.8.8",))


@pytest.mark.parametrize(
    ("word", "reason"),
    [("224.0.0.251", "multicast"), ("239.255.255.250", "multicast"), ("255.255.255.255", "broadcast"), ("240.0.0.1", "reserved"),
     ("0.0.0.0", "this network"), ("0.1.2.3", "this network"), ("0.0.0.0/0", "this network"),
     ("223.255.255.0-224.0.0.1", "multicast")],
)  # fmt: skip
def test_some_addresses_are_no_hosts_and_are_never_scanned(word: str, reason: str) -> None:
    refusal = _refused(word, allow_large=True, allow_huge=True, allow_public=True)
    assert reason in refusal.message
    assert "--exclude" in (refusal.hint or "")


def test_a_slash_eight_takes_no_memory_and_no_time() -> None:
    tracemalloc.start()
    try:
        targets = _targets("10.0.0.0/8", exclude=["10.5.0.0/16"], allow_huge=True)
        there, elsewhere = targets.only([IPv4Network("10.9.0.0/16")]), targets.outside([IPv4Network("10.9.0.0/16")])
        assert (len(there), len(elsewhere)) == (65_536, (1 << 24) - 2 - 2 * 65_536)
        assert next(islice(targets, 5000, None)) == "10.0.19.137"
        assert "10.200.0.1" in elsewhere
        assert "10.9.0.1" not in elsewhere
        assert tracemalloc.get_traced_memory()[1] < 200_000
    finally:
        tracemalloc.stop()


def test_a_part_tells_itself_in_words_that_mean_the_same() -> None:
    part = _targets("10.0.0.0/23", "10.3.0.1").outside([IPv4Network("10.0.0.64/26")])
    assert part.text == "10.0.0.1-63, 10.0.0.128-10.0.1.254, 10.3.0.1"
    assert _targets(part.text) == part
    assert IPv4Network("10.0.0.0/26") in part.networks


_ADDRESS = st.integers(0, 700).map(lambda n: IPv4Address(0x0A000000 + n))
_WORD = st.one_of(
    _ADDRESS.map(str),
    st.tuples(_ADDRESS, st.integers(26, 32)).map(lambda p: str(IPv4Network(p, strict=False))),
    st.tuples(_ADDRESS, _ADDRESS).map(lambda p: f"{min(p)}-{max(p)}"),
)
_WORDS = st.lists(_WORD, min_size=1, max_size=6)


@given(_WORDS)
def test_length_iteration_and_membership_agree(words: list[str]) -> None:
    targets = _targets(*words, allow_large=True)
    listed = [IPv4Address(address) for address in targets]
    assert len(listed) == len(targets)
    assert all(one < other for one, other in pairwise(listed))
    assert all(str(address) in targets for address in listed)


@given(_WORDS, _WORDS)
def test_exclusion_is_exact(words: list[str], exclude: list[str]) -> None:
    everything = set(_targets(*words))
    blocks = [word if "-" in word else "{}-{}".format(*_ends(word)) for word in exclude]
    unwanted = set(_targets(*blocks))
    try:
        assert set(_targets(*words, exclude=exclude)) == everything - unwanted
    except TargetError:
        assert everything <= unwanted


def _ends(word: str) -> tuple[IPv4Address, IPv4Address]:
    network = IPv4Network(word)
    return network.network_address, network.broadcast_address


@given(_WORDS, st.lists(st.tuples(_ADDRESS, st.integers(24, 32)).map(lambda p: IPv4Network(p, strict=False)), max_size=3))
def test_inside_and_outside_part_the_targets(words: list[str], networks: list[IPv4Network]) -> None:
    targets = _targets(*words)
    inside, outside = targets.only(networks), targets.outside(networks)
    assert sorted([*inside, *outside]) == sorted(targets)
    assert all(any(IPv4Address(address) in network for network in networks) for address in inside)


_ANY = st.one_of(st.text(max_size=30), st.text(alphabet="0123456789./-:, @", max_size=24))


@given(st.lists(_ANY, max_size=4), st.lists(_ANY, max_size=2), st.booleans())
def test_whatever_is_written_raises_nothing_but_a_target_error(words: list[str], exclude: list[str], consent: bool) -> None:
    try:
        targets = _targets(*words, exclude=exclude, allow_large=consent, allow_huge=consent, allow_public=consent)
    except TargetError:
        return
    assert len(list(islice(targets, 2000))) == min(len(targets), 2000)
