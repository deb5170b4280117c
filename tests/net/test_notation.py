"""Every word a user may write for addresses, the mistaken and the hostile ones too."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from netinv.errors import TargetError
from netinv.net.notation import FILE_LIMIT, NAME_LIMIT, Meaning, Resolve, read, resolve, split
from netinv.net.ranges import spelled


def _unknown(name: str) -> tuple[str, ...]:
    raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")


def _read(*words: str) -> list[str]:
    return [spelled(meaning.hosts) for meaning in read(words, _unknown)]


def _refused(*words: str) -> TargetError:
    with pytest.raises(TargetError) as refusal:
        _read(*words)
    assert refusal.value.hint
    return refusal.value


@pytest.mark.parametrize(
    ("word", "hosts"),
    [
        ("10.0.0.0/24", "10.0.0.1-254"),
        ("10.0.0.77/24", "10.0.0.1-254"),
        ("10.0.0.0/255.255.255.0", "10.0.0.1-254"),
        ("10.0.0.0/30", "10.0.0.1-2"),
        ("10.0.0.4/31", "10.0.0.4-5"),
        ("10.0.0.4/32", "10.0.0.4"),
        ("10.0.0.7", "10.0.0.7"),
        ("10.0.0.1-50", "10.0.0.1-50"),
        ("10.0.0.0-255", "10.0.0.0-255"),
        ("10.0.0.9-9", "10.0.0.9"),
        ("10.0.0.250-10.0.1.5", "10.0.0.250-10.0.1.5"),
    ],
)
def test_a_word_means_its_hosts(word: str, hosts: str) -> None:
    assert _read(word) == [hosts]


@pytest.mark.parametrize(
    "word",
    [
        *(
            "10.0.0.256",
            "10.0.0",
            "10",
            "010.0.0.1",
            "10.0.0.*",
            "10.0.0.1-",
            "10.0.0.1-256",
            "10.0.0.1-x",
            "10.0.0.0/33",
            "10.0.0.0/",
        ),
        *(
            "/24",
            "router/24",
            "router:80",
            "http://router",
            "http://[fe80::1]/",
            "aa:bb:cc:dd:ee:ff",
            "-1",
            "-",
            "--x",
            "a..b",
            ".",
        ),
        *("x" * 64, "a." * 127 + "a", "$(reboot)", "a\0b", "\udcff"),
        *("\N{ARABIC-INDIC DIGIT THREE}.0.0.1", "10.0.0.1-\N{ARABIC-INDIC DIGIT THREE}"),
    ],
)
def test_what_is_no_target_is_said_to_be_none_with_the_notation(word: str) -> None:
    refusal = _refused(word)
    assert "not a target" in refusal.message
    assert "10.0.0.1-50" in (refusal.hint or "")


def test_a_backward_range_is_turned_round_in_the_hint() -> None:
    assert "10.0.0.3-10.0.0.9" in (_refused("10.0.0.9-3").hint or "")
    assert "10.0.0.9-10.0.1.1" in (_refused("10.0.1.1-10.0.0.9").hint or "")


@pytest.mark.parametrize("word", ["fe80::1", "fe80::1%eth0", "fd00::/64", "::", "[::1]:80", "fe80::1-fe80::9", "::ffff:10.0.0.1"])
def test_ipv6_is_understood_and_put_off(word: str) -> None:
    assert "IPv6" in _refused(word).message


def test_hostile_words_reach_the_message_harmlessly() -> None:
    message = _refused("\x1b[2J\N{RIGHT-TO-LEFT OVERRIDE}" + "x" * 10_000).message
    assert message.isprintable()
    assert len(message) < 200


def test_a_host_name_means_all_its_addresses_and_is_resolved_once() -> None:
    asked = []

    def look_up(name: str) -> Iterator[str]:
        asked.append(name)
        yield from ("10.0.0.9", "10.0.0.4")

    found = list(read(["nas.lan", "my_host-2", "nas.lan"], look_up))
    assert [spelled(meaning.block) for meaning in found] == ["10.0.0.9", "10.0.0.4"] * 3
    assert asked == ["nas.lan", "my_host-2"]


def test_a_name_with_endless_addresses_gives_a_bounded_number() -> None:
    assert len(list(read(["many"], lambda name: (f"10.{n >> 8}.{n & 255}.1" for n in range(65_536))))) == NAME_LIMIT


def test_an_unresolvable_name_says_why() -> None:
    assert _refused("nosuch.lan").message == "cannot resolve nosuch.lan: Name or service not known"


@pytest.mark.parametrize("answers", [(), ("fe80::1",), ("nonsense",)])
def test_a_name_without_an_ipv4_address_cannot_be_scanned(answers: tuple[str, ...]) -> None:
    with pytest.raises(TargetError, match=r"cannot resolve v6only\.lan"):
        list(read(["v6only.lan"], lambda name: answers))


def test_the_systems_resolver_is_asked_for_ipv4_only(monkeypatch: pytest.MonkeyPatch) -> None:
    def getaddrinfo(host: str, port: None, family: int, kind: int) -> list[tuple[object, ...]]:
        assert (host, family) == ("nas.lan", socket.AF_INET)
        return [(family, kind, 17, "", ("10.0.0.9", 0))]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    assert resolve("nas.lan") == ("10.0.0.9",)


def test_a_name_no_resolver_can_encode_is_an_ordinary_refusal() -> None:
    def encode(name: str) -> tuple[str, ...]:
        raise UnicodeEncodeError("idna", name, 0, 1, "label too long")

    with pytest.raises(TargetError, match="cannot resolve"):
        list(read(["b\N{LATIN SMALL LETTER U WITH DIAERESIS}cher"], encode))


def test_commas_and_spaces_part_words() -> None:
    assert split(["10.0.0.1,10.0.0.2 nas", " ", ",", "x"]) == ["10.0.0.1", "10.0.0.2", "nas", "x"]


def test_a_file_holds_words_and_comments(tmp_path: Path) -> None:
    file = tmp_path / "targets"
    file.write_bytes(b"\xef\xbb\xbf# office\r\n10.0.0.1, 10.0.0.2 10.0.0.9-12 # printers\r\n\r\n   10.1.0.0/30\n")
    assert _read(f"@{file}") == ["10.0.0.1", "10.0.0.2", "10.0.0.9-12", "10.1.0.1-2"]


def test_a_file_in_the_home_directory_is_found_as_the_shell_would(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "t").write_text("10.0.0.1")
    assert _read("@~/t") == ["10.0.0.1"]


def test_a_mistake_in_a_file_is_placed_but_its_content_is_not_shown(tmp_path: Path) -> None:
    file = tmp_path / "shadow"
    file.write_text("10.0.0.1\nroot:$6$secret:19000\n")
    message = _refused(f"@{file}").message
    assert message == f"{file}, line 2: not a target"
    file.write_text("secretname")
    assert "secretname" not in _refused(f"@{file}").message


def test_a_file_cannot_name_a_file(tmp_path: Path) -> None:
    file = tmp_path / "loop"
    file.write_text(f"@{file}")
    assert "cannot name another" in _refused(f"@{file}").message


@pytest.mark.parametrize("name", ["", "nosuch", ".", "a\0b", "~nobody-of-that-name/x"])
def test_a_file_that_cannot_be_read_is_named_with_the_cause(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert "cannot read target file" in _refused(f"@{name}").message


def test_a_file_is_read_no_further_than_its_limit(tmp_path: Path) -> None:
    file = tmp_path / "huge"
    file.write_bytes(b"#" * (FILE_LIMIT + 1))
    assert "larger than 1 MiB" in _refused(f"@{file}").message
    file.write_bytes(b"#" * FILE_LIMIT)
    assert _read(f"@{file}") == []
    assert "larger than 1 MiB" in _refused("@/dev/zero").message


_WORDS = st.one_of(st.text(max_size=30), st.text(alphabet="0123456789./-:, @#a", max_size=24))


def _attempt(words: list[str], look_up: Resolve) -> tuple[list[Meaning], TargetError | None]:
    try:
        return list(read(words, look_up)), None
    except TargetError as refusal:
        return [], refusal


@given(st.lists(_WORDS, max_size=4))
@example(["@"])
@example(["@."])
def test_no_word_raises_anything_but_a_target_error(words: list[str]) -> None:
    for look_up in (_unknown, lambda name: ("10.0.0.1", name)):
        found, refusal = _attempt(split(words), look_up)
        if refusal:
            assert refusal.hint
            assert refusal.message.isprintable()
        assert all(0 <= first <= last < 1 << 32 for first, last in (meaning.hosts for meaning in found))


@given(content=st.binary(max_size=200))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_file_raises_anything_but_a_target_error(content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "bytes"
    file.write_bytes(content)
    _, refusal = _attempt([f"@{file}"], _unknown)
    assert refusal is None or str(file)[:40] in refusal.message
