"""What is set in the configuration file and in the environment, and what is said of what cannot be."""

import os
import tempfile
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netinv import config
from netinv.config import LIMIT, Said, load
from netinv.settings import SETTINGS, Setting, example
from tests.test_privileges import NOBODY, in_a_child, needs_root

RATE, EXCLUDE, FORMAT, STORE = (SETTINGS[name] for name in ("scan.rate", "scan.exclude", "output.format", "store.url"))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "netinv" / "config.toml"
    path.parent.mkdir()
    return path


def environ(file: Path, **more: str) -> dict[str, str]:
    return {"XDG_CONFIG_HOME": str(file.parent.parent), "HOME": "/home/me", **more}


def problem(file: Path, text: str | bytes) -> tuple[str, str]:
    """What is wrong with the file first, without its place; and the hint."""
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    found = load(environ(file)).problems[0]
    return found.message.replace(str(file), "FILE"), found.hint or ""


# -- who says it


def test_nobody_has_said_anything_where_there_is_no_file(file: Path) -> None:
    found = load(environ(file))
    assert (found.path, found.exists, found.problems) == (file, False, ())
    assert all(found.checked(setting) is None for setting in SETTINGS.values())


def test_the_environment_outranks_the_file_and_each_is_named_with_its_place(file: Path) -> None:
    file.write_text("# manners\n[scan]\nrate = 50\n")
    assert load(environ(file)).checked(RATE) == (50.0, "file", f"{file}:3")
    assert load(environ(file, NETINV_RATE="70")).checked(RATE) == (70.0, "environment", "NETINV_RATE")


def test_an_empty_variable_says_nothing(file: Path) -> None:
    file.write_text("[scan]\nrate = 50\n")
    said = load(environ(file, NETINV_RATE="")).checked(RATE)
    assert said
    assert said.source == "file"


def test_what_is_left_out_in_one_place_is_left_out_whatever_another_leaves_out(file: Path) -> None:
    file.write_text('[scan]\nexclude = ["10.0.0.7"]\n')
    said = load(environ(file, NETINV_EXCLUDE="10.0.0.8 10.0.0.9")).checked(EXCLUDE)
    assert said == (("10.0.0.8", "10.0.0.9", "10.0.0.7"), "environment", f"NETINV_EXCLUDE + {file}:2")


def test_a_list_of_one_may_be_written_as_that_one(file: Path) -> None:
    file.write_text('[scan]\nexclude = "10.0.0.7"\n')
    said = load(environ(file)).checked(EXCLUDE)
    assert said
    assert said.value == ("10.0.0.7",)


def test_the_home_directory_in_a_place_is_that_of_whoever_the_file_belongs_to(file: Path) -> None:
    file.write_text('[store]\nurl = "~/lan.db"\n')
    said = load(environ(file)).checked(STORE)
    assert said
    assert said.value == "/home/me/lan.db"


@pytest.mark.parametrize("setting", SETTINGS.values(), ids=SETTINGS)
def test_every_setting_is_understood_as_its_example_says_and_has_one_name_everywhere(setting: Setting, file: Path) -> None:
    section, _, key = setting.name.partition(".")
    file.write_text(f"[{section}]\n{key} = {setting.example}\n")
    found = load(environ(file)).checked(setting)
    assert found
    assert found.where == f"{file}:2"
    value = tomllib.loads(f"x = {setting.example}")["x"]
    text = " ".join(value) if isinstance(value, list) else str(value)
    if setting.kind != "place":  # the shell makes the home directory of ~
        assert setting.read(text) == found.value
    assert setting.environment.startswith("NETINV_")


def test_the_example_is_a_file_without_fault_before_and_after_its_marks_are_removed(file: Path) -> None:
    file.write_text(example())
    assert load(environ(file)).entries == {}
    assert not list(load(environ(file)).faults())
    file.write_text("\n".join(line.removeprefix("# ") if " = " in line else line for line in example().splitlines()))
    assert set(load(environ(file)).entries) == set(SETTINGS)
    assert not list(load(environ(file)).faults())


# -- where the file is


def test_the_working_directory_has_no_say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("config.toml", "netinv.toml", ".netinv.toml", "netinv/config.toml"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("[scan]\nrate = 50\n")
    monkeypatch.chdir(tmp_path)
    for where in ({}, {"XDG_CONFIG_HOME": "."}, {"XDG_CONFIG_HOME": ""}):
        assert load({"HOME": "/nowhere", **where}).path == Path("/nowhere/.config/netinv/config.toml")
    found = load({"NETINV_CONFIG": "config.toml"})
    assert "no absolute path" in found.problems[0].message


def test_another_file_may_be_named_or_none(file: Path, tmp_path: Path) -> None:
    file.write_text("[scan]\nrate = 50\n")
    other = tmp_path / "other.toml"
    assert "no such file" in load(environ(file, NETINV_CONFIG=str(other))).problems[0].message
    other.write_text("[scan]\nrate = 60\n")
    said = load(environ(file, NETINV_CONFIG=str(other))).checked(RATE)
    assert said
    assert said.value == 60
    none = load(environ(file, NETINV_CONFIG="/dev/null"))
    assert (none.path, none.checked(RATE), list(none.faults())) == (None, None, [])


def test_under_sudo_the_file_is_the_callers() -> None:
    called = {"HOME": "/root", "SUDO_UID": str(NOBODY.pw_uid)}
    if os.geteuid() == 0:
        assert config.place(called) == Path(NOBODY.pw_dir, ".config/netinv/config.toml")


@needs_root
@pytest.mark.parametrize(("owner", "mode", "said"), [(0, 0o622, "others may write"), (12345, 0o600, "belongs to another")])
def test_root_does_not_do_what_others_may_have_written(file: Path, owner: int, mode: int, said: str) -> None:
    file.write_text("[scan]\nrate = 50\n")
    os.chown(file, owner, owner)
    file.chmod(mode)
    found = load(environ(file))
    assert said in found.problems[0].message
    assert found.entries == {}


@needs_root
def test_under_sudo_a_file_the_caller_could_not_read_is_not_read_for_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = tmp_path / "config.toml"
    secret.write_text("[scan]\nrate = 50\n")
    secret.chmod(0o600)
    monkeypatch.setenv("SUDO_UID", str(NOBODY.pw_uid))

    def body() -> bool:
        found = load({**os.environ, "NETINV_CONFIG": str(secret)})
        return "permission denied" in found.problems[0].message and os.geteuid() == 0

    in_a_child(body)


@needs_root
def test_under_sudo_a_file_of_the_callers_own_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SUDO_UID", str(NOBODY.pw_uid))
    with tempfile.TemporaryDirectory() as directory:
        theirs = Path(directory, "config.toml")
        theirs.write_text("[scan]\nrate = 50\n")
        for path in (Path(directory), theirs):
            os.chown(path, NOBODY.pw_uid, NOBODY.pw_gid)

        def body() -> bool:
            said = load({**os.environ, "NETINV_CONFIG": str(theirs)}).checked(RATE)
            return said is not None and said.value == 50 and os.geteuid() == 0

        in_a_child(body)


def test_what_is_no_file_is_not_waited_for(file: Path) -> None:
    os.mkfifo(file)
    assert "it is no file" in load(environ(file)).problems[0].message


# -- what is wrong


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("[scan]\n\nratte = 5", "FILE:3: there is no setting scan.ratte", "did you mean scan.rate?"),
        ("[scann]\nrate = 5", "FILE:1: there is no section scann", "did you mean scan?"),
        ("rate = 5", "FILE:1: there is no setting rate", "did you mean scan.rate?"),
        ('[scan]\nformat = "csv"', "FILE:2: there is no setting scan.format", "did you mean output.format?"),
        ("[nonsense]", "FILE:1: there is no section nonsense", "sections: scan, snmp, output, store"),
        ("scan = 5", "FILE:1: there is no setting scan", "did you mean scan."),
        ('[scan]\nrate = "fast"', "FILE:2: scan.rate has to be a number of 1 to 1,000,000, not 'fast'", "netinv config show"),
        ("[scan]\nrate = 0", "FILE:2: scan.rate has to be a number of 1 to 1,000,000, not 0", ""),
        ("[scan]\nrate = nan", "FILE:2: scan.rate has to be a number of 1 to 1,000,000, not nan", ""),
        ("[scan]\nrate = true", "FILE:2: scan.rate has to be a number of 1 to 1,000,000, not True", ""),
        ("scan.retries = 1.5", "FILE:1: scan.retries has to be a whole number of 0 to 15, not 1.5", ""),
        ("scan = { timeout = 99 }", "FILE:1: scan.timeout has to be a number of 0.05 to 60, not 99", ""),
        ("[output]\nwhy = 1", "FILE:2: output.why has to be true or false, not 1", ""),
        ("[scan]\ninterface = [7]", "FILE:2: scan.interface has to be a text or a list of texts, not [7]", ""),
        ('[scan]\nexclude = "@hosts"', "FILE:2: scan.exclude has to be a target or a list of targets, with files as @/", ""),
        ('[store]\nurl = "lan.db"', "FILE:2: store.url has to be an absolute path", ""),
        ("[snmp]\ncommunities = 12345", "FILE:2: snmp.communities has to be a text or a list of texts", ""),
        ("[scan]\nrate = fast", "FILE:2: this is no TOML: ", "texts are quoted"),
        ("[scan", "FILE: this is no TOML: ", "texts are quoted"),
        ("x = " + "9" * 5000, "FILE: this is no TOML: ", ""),
        ("x = " + "[" * 5000, "the configuration FILE is not read: it is nested too deeply", ""),
        ("[scan]\nretries = 0x" + "f" * 9000, "FILE:2: scan.retries has to be a whole number of 0 to 15", ""),
        (b"[scan]\n# \xff", "the configuration FILE is not read: line 2 is not UTF-8", "save it as UTF-8"),
        ("#" * (LIMIT + 1), "the configuration FILE is not read: it is larger than 64 KiB", ""),
    ],
)
def test_what_is_wrong_is_said_with_its_line_and_what_to_do(file: Path, text: str, message: str, hint: str) -> None:
    said, advice = problem(file, text)
    assert said.startswith(message)
    assert hint in advice
    assert "12345" not in said, "a secret is shown"


def test_all_that_is_wrong_is_told_and_what_is_right_is_kept(file: Path) -> None:
    file.write_text('[scan]\nrate = 0\nretries = 3\npace = "brisk"\nskip = ["tpc"]\n[output]\nformat = "cvs"\n')
    found = load(environ(file, NETINV_TIMEOUT="soon"))
    said = [fault.message.replace(str(file), "FILE") for fault in found.faults()]
    assert said == [
        "FILE:2: scan.rate has to be a number of 1 to 1,000,000, not 0",
        "FILE:4: scan.pace: there is no pace 'brisk'",
        "NETINV_TIMEOUT: scan.timeout has to be a number of 0.05 to 60, not 'soon'",
        "FILE:5: scan.skip: there is no probe 'tpc'",
        "FILE:7: output.format: no format is called 'cvs'",
    ]
    assert found.entries["scan.retries"].value == 3


def test_a_variable_that_is_nearly_a_setting_is_noticed(file: Path) -> None:
    found = load(environ(file, NETINV_RATTE="5", NETINV_SOMETHING_ELSE="x", NETINV_RATE="5"))
    assert list(found.strangers()) == [("NETINV_RATTE", "NETINV_RATE")]


def test_a_url_in_the_environment_outranks_the_file_that_holds_one(file: Path) -> None:
    file.write_text('[watch]\nwebhook-file = "/a"\nmqtt-file = "/b"\nnotify-file = "/c"\n')
    for name in ("webhook", "mqtt", "notify"):
        setting = SETTINGS[f"watch.{name}-file"]
        variable = f"NETINV_{name.upper()}"
        said = load(environ(file, **{variable: "ntfy://t0k3n"})).said(setting)
        assert said == Said("", "environment", variable)
        said = load(environ(file, **{variable: " "})).said(setting)
        assert said
        assert said.source == "file"
        both = load(environ(file, **{variable: "ntfy://t0k3n", setting.environment: "/d"}))
        assert [fault.message for fault in both.faults()] == [f"{setting.environment} and {variable} contradict each other"]
    assert list(load(environ(file, NETINV_WEBHOOK="x", NETINV_MQTT="x", NETINV_NOTIFY="x")).strangers()) == []


@given(st.text() | st.binary().map(lambda b: b.decode("latin-1")) | st.sampled_from(["[scan]\n", "scan."]).flatmap(
    lambda head: st.text(alphabet='ratepcskx=.[]{}"\'\n #0123456789_-', max_size=60).map(lambda rest: head + rest)
))  # fmt: skip
def test_whatever_the_file_holds_is_read_or_is_a_problem_that_can_be_printed(
    tmp_path_factory: pytest.TempPathFactory, text: str
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.toml"
    path.write_bytes(text.encode("utf-8", "replace"))
    found = load({"NETINV_CONFIG": str(path)})
    assert all(fault.message.isprintable() for fault in found.faults())


def test_a_directory_in_place_of_the_file_is_told_as_such(file: Path) -> None:
    file.mkdir()
    [found] = load(environ(file)).problems
    assert found.message.endswith("is not read: it is a directory")
    assert found.hint


@pytest.mark.parametrize("word", ["10.0.0.7/99", "10.0.0.9-3", "10.0.0.300", "::1", "@/no/such/file"])
def test_what_is_excluded_has_to_mean_something_and_no_name_is_looked_up(
    file: Path, word: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("socket.getaddrinfo", lambda *_: pytest.fail("a name was looked up"))
    file.write_text(f'[scan]\n\nexclude = ["nas.lan, 10.0.0.1", "{word}"]\n')
    said = load(environ(file, NETINV_EXCLUDE="10.0.0.8 1.2.3"))
    assert [fault.message.partition(": scan.exclude: ")[0] for fault in said.faults()] == ["NETINV_EXCLUDE", f"{file}:3"]
    file.write_text('[scan]\nexclude = ["nas.lan", "10.0.0.3-9", "10.0.0.0/28"]\n')
    assert not list(load(environ(file)).faults())
