"""The configuration as commands go by it, and `netinv config`."""

import os
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import typer.main

from netinv.cli.app import app, run
from netinv.cli.telling import outlets_of
from netinv.errors import TargetError, UsageError
from netinv.settings import SETTINGS


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the configuration file would be."""
    monkeypatch.delenv("NETINV_CONFIG")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    (tmp_path / "netinv").mkdir()
    return tmp_path / "netinv" / "config.toml"


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Callable[..., dict[str, Any]]:
    """`asked("--fast")`: what `netinv scan --fast` asks of the scanner."""

    def scan(*words: str) -> dict[str, Any]:
        heard: dict[str, Any] = {}

        def ask(targets: object, **wishes: Any) -> None:
            heard.update(wishes)
            raise TargetError("enough")

        monkeypatch.setattr("netinv.scanner.scan", ask)
        assert run(["scan", "--no-save", "-q", *words]) == 2
        return heard

    return scan


# -- precedence


def test_flags_outrank_the_environment_and_that_the_file(
    file: Path, asked: Callable[..., dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert asked()["rate"] is None
    file.write_text('[scan]\nrate = 50\ninterface = ["one", "two"]\nlisten = 3\n')
    assert asked()["rate"] == 50
    assert list(asked()["interface"]) == ["one", "two"]
    monkeypatch.setenv("NETINV_RATE", "60")
    monkeypatch.setenv("NETINV_INTERFACE", "three four")
    assert asked()["rate"] == 60
    assert list(asked()["interface"]) == ["three", "four"]
    wishes = asked("--rate", "70", "-i", "five")
    assert (wishes["rate"], list(wishes["interface"]), wishes["listen"]) == (70, ["five"], 3)


def test_every_setting_of_a_scan_reaches_it(file: Path, asked: Callable[..., dict[str, Any]]) -> None:
    lines: dict[str, list[str]] = {}
    for setting in SETTINGS.values():
        section, _, key = setting.name.partition(".")
        lines.setdefault(section, []).append(f"{key} = {setting.example}")
    file.write_text("\n".join(f"[{section}]\n" + "\n".join(each) for section, each in lines.items()))
    wishes = asked()
    parameters = {"snmp.communities": "communities"}
    for setting in SETTINGS.values():
        if setting.name.startswith(("scan.", "snmp.")):
            value = wishes[parameters.get(setting.name, setting.key)]
            text = " ".join(value) if isinstance(value, list | tuple) else f"{value:g}" if not isinstance(value, str) else value
            assert text == " ".join(setting.example.strip('[]"').replace('", "', " ").split()), setting.name


@pytest.fixture
def watched(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., dict[str, Any]]:
    """`watched("--every", "1h")`: what `netinv watch --every 1h` would do."""

    def watch(*words: str) -> dict[str, Any]:
        heard: dict[str, Any] = {}

        class Keeper:
            def __init__(self, *_: object) -> None: ...

            def keep_alone(self) -> None: ...

            def close(self) -> None: ...

        def outlets_of(*told: Any, is_drawn: bool) -> None:
            heard.update(zip(("exec", "webhook-file", "mqtt-file", "notify-file", "metrics"), told[:5], strict=True))
            raise TargetError("enough")

        class Watcher:
            def __init__(self, *_: object, every: float, **more: object) -> None:
                heard["every"] = every

        def asked(**wishes: Any) -> object:
            heard.update(wishes)
            return None

        monkeypatch.setattr("netinv.watch.keeper.Keeper", Keeper)
        monkeypatch.setattr("netinv.watch.watcher.Watcher", Watcher)
        monkeypatch.setattr("netinv.watch.looks.Asked", asked)
        monkeypatch.setattr("netinv.cli.telling.outlets_of", outlets_of)
        assert run(["watch", "--store", str(tmp_path / "i.db"), *words]) == 2
        return heard

    return watch


def test_a_pace_named_on_the_command_line_is_not_slowed_by_the_file(
    file: Path, asked: Callable[..., dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    file.write_text('[scan]\npace = "gentle"\nrate = 20\nretries = 9\nlisten = 30\nalso = ["snmp"]\n')
    wishes = asked()
    assert (wishes["pace"], wishes["rate"], wishes["listen"], list(wishes["also"])) == ("gentle", 20, 30, ["snmp"])
    wishes = asked("--fast")
    assert (wishes["pace"], wishes["rate"], wishes["retries"], wishes["listen"], list(wishes["also"])) == (
        "fast", None, None, None, [],
    )  # fmt: skip
    wishes = asked("--fast", "--rate", "30")
    assert (wishes["pace"], wishes["rate"]) == ("fast", 30)
    monkeypatch.setenv("NETINV_PACE", "default")
    wishes = asked()
    assert (wishes["pace"], wishes["rate"]) == ("default", None)


def test_every_setting_of_a_watch_reaches_it_and_gives_way_to_its_option(
    file: Path, watched: Callable[..., dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shutil.which", str)
    ours = [setting for setting in SETTINGS.values() if setting.name.startswith("watch.")]
    file.write_text("[watch]\n" + "\n".join(f"{setting.key} = {setting.example}" for setting in ours))
    wishes = watched()
    assert (wishes["every"], wishes["manners"].pace, wishes["passive"]) == (600, "default", True)
    assert wishes["exec"] == ["/usr/local/bin/told", "{says}"]
    assert [wishes[name] for name in ("notify-file", "webhook-file", "mqtt-file", "metrics")] == [
        "/etc/netinv/notify", "/etc/netinv/webhook", "/etc/netinv/mqtt", "9877",
    ]  # fmt: skip
    wishes = watched(
        "--every", "1h", "--pace", "gentle", "--no-passive", "--metrics", "9000", "--mqtt-file", "x", "--exec", "say"
    )
    assert (wishes["every"], wishes["manners"].pace, wishes["passive"], wishes["metrics"]) == (3600, "gentle", False, "9000")
    assert (wishes["mqtt-file"], wishes["exec"]) == ("x", ["say"])
    assert watched("--", "notify-send", "{says}")["exec"] == ["notify-send", "{says}"], "instead of what the file says"
    assert watched("--exec", "say", "--", "{says}")["exec"] == ["say", "{says}"]
    monkeypatch.setenv("NETINV_WATCH_EVERY", "2m")
    assert watched()["every"] == 120


def test_a_url_in_the_environment_outranks_the_file_and_gives_way_to_the_option(
    file: Path,
    watched: Callable[..., dict[str, Any]],
    promised: Callable[[str, str], Any],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    file.write_text('[watch]\nwebhook-file = "/from/file"\nmqtt-file = "/from/file"\nnotify-file = "/from/file"\n')
    options = ("webhook-file", "mqtt-file", "notify-file")
    assert [watched()[option] for option in options] == ["/from/file"] * 3
    for option in options:
        monkeypatch.setenv(f"NETINV_{option.removesuffix('-file').upper()}", "ftp://t0k3n")
    assert [watched()[option] for option in options] == [None] * 3
    with pytest.raises(UsageError, match="no URL netinv can post to"):
        outlets_of([], None, None, None, None, print, None, None, is_drawn=False)  # type: ignore[arg-type]
    assert watched("--webhook-file", "/said")["webhook-file"] == "/said"
    capsys.readouterr()
    assert run(["config", "show", "--json"]) == 0
    out = capsys.readouterr().out
    told = {each["name"]: each for each in promised("config", out)["settings"]}["watch.webhook-file"]
    shown = (told["value"], told["text"], told["source"], told["where"], told["is_secret"])
    assert shown == (None, "(secret)", "environment", "NETINV_WEBHOOK", True)
    assert run(["config", "show"]) == 0
    assert "t0k3n" not in out + capsys.readouterr().out
    monkeypatch.setenv("NETINV_WATCH_WEBHOOK_FILE", "/other")
    assert run(["config", "check"]) == 2
    assert "error: NETINV_WATCH_WEBHOOK_FILE and NETINV_WEBHOOK contradict each other\n" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ('every = "soon"', "no time between two sweeps"),
        ('pace = "fast"', "no hurry"),
        ('on = ["knew"]', "there is no event 'knew'"),
        ('exec = "say \'"', "the command cannot be understood"),
        ('metrics = "example.org:1"', "no address to serve metrics at"),
        ('webhook-file = "https://hooks.example/t0k3n"', "has to be an absolute path"),
        ('webhok-file = "/x"', "there is no setting watch.webhok-file"),
    ],
)
def test_what_a_watch_cannot_do_is_told_with_its_line(
    file: Path, line: str, says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    file.write_text(f"[watch]\n{line}\n")
    assert run(["watch"]) == 2
    told = capsys.readouterr().err
    assert f"{file}:2" in told
    assert says in told
    assert "t0k3n" not in told


def test_what_the_file_leaves_out_stays_out(file: Path, asked: Callable[..., dict[str, Any]]) -> None:
    file.write_text('[scan]\nexclude = ["10.0.0.7"]\n')
    assert list(asked("-x", "10.0.0.8")["exclude"]) == ["10.0.0.8", "10.0.0.7"]


def test_the_usual_format_gives_way_to_one_that_is_named_in_any_way(
    file: Path, store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("NETINV_STORE", raising=False)
    file.write_text(f'[output]\nformat = "csv"\nwhy = true\n[store]\nurl = "{store}"\n')

    def listed(*words: str) -> str:
        assert run(["list", *words]) == 0
        return capsys.readouterr().out

    assert listed().startswith("ip,")
    assert listed("--json").startswith("{")
    assert listed("--format", "markdown").startswith("#")
    assert " WHY" in listed("--format", "table")
    assert " WHY" not in listed("--format", "table", "--no-why")
    listed("-o", str(tmp_path / "devices.json"))
    assert (tmp_path / "devices.json").read_text().startswith("{")
    monkeypatch.setenv("NETINV_FORMAT", "jsonl")
    assert listed().startswith('{"')
    assert listed("--csv").startswith("ip,")
    assert run(["export", str(tmp_path / "report.html")]) == 0
    assert "<html" in (tmp_path / "report.html").read_text()


def test_an_option_that_is_called_like_a_setting_is_that_setting_in_every_command() -> None:
    group: Any = typer.main.get_command(app)
    # a file is named there; they ask, or tell, whose a scan was, and not who we are
    others = {("export", "--format"), *((name, "--sensor") for name in ("list", "export", "map", "read", "replay"))}
    found = set()
    for name, command in group.commands.items():
        if name == "demo":  # on another network
            continue
        # What is set for the watch is the watch's, and there it stands before what is called alike elsewhere.
        known = [s for s in SETTINGS.values() if name == "watch" or not s.name.startswith("watch.")]
        settings = {option.partition("/")[0]: setting for setting in known for option in setting.options}
        for parameter in command.params:
            for option in settings.keys() & set(parameter.opts):
                if (name, option) not in others and option.startswith("--"):
                    assert parameter.envvar == settings[option].environment, (name, option)
                    found.add(settings[option].name)
    assert found == set(SETTINGS)


# -- a file that is broken


def test_a_broken_file_stops_what_goes_by_it_and_nothing_else(
    file: Path, store: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file.write_text("[scan]\nratte = 5\n")
    for words in (["list"], ["scan"], ["show", "10.0.0.5"], ["doctor"]):
        assert run(words) == 2, words
        assert capsys.readouterr().err == f"error: {file}:2: there is no setting scan.ratte\nhint: did you mean scan.rate?\n"
    for words in (["--help"], ["scan", "--help"], ["schema"], ["config", "path"], ["config", "show"], ["vendors", "info"]):
        assert run(words) == 0, words
        assert run([*words, "--help"]) == 0, words
    capsys.readouterr()
    assert run(["config", "check"]) == 2
    assert "there is no setting scan.ratte" in capsys.readouterr().err
    assert run(["show", "10.0.0.5", "--store", str(store)]) == 0  # which leaves nothing to ask the file


def test_a_variable_that_cannot_be_is_named(
    file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("NETINV_RATE", "soon")
    assert run(["scan"]) == 2
    told = capsys.readouterr().err
    assert run(["config", "check"]) == 2
    assert capsys.readouterr().err == told
    assert told.startswith("error: NETINV_RATE: scan.rate has to be a number of 1 to 1,000,000, not 'soon'\nhint: ")
    assert run(["scan", "--rate", "later"]) == 2
    assert "'later'" in capsys.readouterr().err


def test_a_directory_in_place_of_the_file_is_an_error_and_no_bug(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file.mkdir()
    for words in (["config", "check"], ["list"]):
        assert run(words) == 2
        assert f"{file} is not read: it is a directory\nhint: " in capsys.readouterr().err


def test_what_cannot_be_left_out_is_told_by_the_scan_as_by_the_check(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file.write_text('[scan]\nexclude = ["10.0.0.7/99"]\n')
    for words in (["config", "check"], ["scan"], ["scan", "-x", "10.0.0.8"]):
        assert run(words) == 2
        assert capsys.readouterr().err.startswith(f"error: {file}:2: scan.exclude: 10.0.0.7/99: not a target\nhint: ")


@pytest.mark.parametrize("words", [["list", "--store", ""], ["scan", "--sensor="], ["demo", "--in-memory", "--store", ""]])
def test_an_option_that_names_nothing_is_wrong_and_an_empty_variable_says_nothing(
    words: list[str], file: Path, store: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("NETINV_STORE", str(store))
    assert run(words) == 2
    assert "names nothing\nhint: leave it out" in capsys.readouterr().err
    assert run(["store", "copy", "", str(store.with_name("copy.db"))]) == 2
    assert not store.with_name("copy.db").exists()
    file.write_text(f'[store]\nurl = "{store}"\n')
    monkeypatch.setenv("NETINV_STORE", "")
    assert run(["list", "--csv"]) == 0
    assert "10.0.0.5" in capsys.readouterr().out


def test_a_name_in_the_file_that_means_nothing_is_told_with_its_line(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file.write_text('[scan]\nskip = ["tpc"]\n')
    assert run(["scan"]) == 2
    assert capsys.readouterr().err == f"error: {file}:2: scan.skip: there is no probe 'tpc'\nhint: did you mean tcp?\n"


def test_the_demo_knows_nothing_of_what_is_set_for_other_networks(
    file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file.write_text('[scan]\ninterface = ["nowhere0"]\n[output]\nformat = "csv"\n')
    monkeypatch.setenv("NETINV_RATE", "1")
    before = dict(os.environ)
    assert run(["demo", "--in-memory"]) == 0
    assert "Routers (1)" in capsys.readouterr().out
    assert dict(os.environ) == before


# -- netinv config


def test_show_tells_each_value_and_who_says_so(
    file: Path, promised: Callable[[str, str], Any], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("NETINV_STORE", raising=False)
    file.write_text(
        '[scan]\npace = "gentle"\nretries = 4\n[snmp]\ncommunities = "hunter2"\n[store]\nurl = "pg://me:pass@host/lan"\n'
    )
    monkeypatch.setenv("NETINV_TIMEOUT", "2.5")
    assert run(["config", "show", "--json"]) == 0
    out = capsys.readouterr().out
    document = promised("config", out)
    told = {each["name"]: (each["value"], each["source"], each["where"]) for each in document["settings"]}
    assert list(told) == list(SETTINGS)
    assert told["scan.pace"] == ("gentle", "file", f"{file}:2")
    assert told["scan.rate"] == (100, "default", "default of the pace")
    assert told["scan.retries"] == (4, "file", f"{file}:3")
    assert told["scan.timeout"] == (2.5, "environment", "NETINV_TIMEOUT")
    assert told["scan.exclude"] == ([], "default", None)
    assert told["snmp.communities"] == (None, "file", f"{file}:5")
    assert told["store.url"] == ("pg://me:***@host/lan", "file", f"{file}:7")
    assert run(["config", "show"]) == 0
    table = capsys.readouterr().out
    assert [line.split()[0] for line in table.splitlines()[1:]] == list(SETTINGS)
    for shown in (out, table):
        assert "hunter2" not in shown
        assert "pass@" not in shown


def test_show_tells_also_what_is_wrong(
    file: Path, promised: Callable[[str, str], Any], capsys: pytest.CaptureFixture[str]
) -> None:
    file.write_text('[scan]\nrate = 0\npace = "brisk"\n')
    assert run(["config", "show", "--json"]) == 0
    assert len(promised("config", capsys.readouterr().out)["problems"]) == 2
    assert run(["config", "show"]) == 0
    assert capsys.readouterr().err.count("warning: ") == 2


def test_check_is_content_with_a_file_that_is_right(
    file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["config", "check"]) == 0
    assert f"there is no {file}" in capsys.readouterr().err
    file.write_text('[scan]\nrate = 50\n[snmp]\ncommunities = ["hunter2"]\n')
    file.chmod(0o644)
    monkeypatch.setenv("NETINV_RATTE", "5")
    assert run(["config", "check"]) == 0
    err = capsys.readouterr().err
    assert "2 set, nothing wrong" in err
    assert "it holds secrets" in err
    assert "NETINV_RATTE is no setting; NETINV_RATE is" in err


def test_init_writes_a_private_file_once(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file.parent.rmdir()
    assert run(["config", "init"]) == 0
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert run(["config", "check"]) == 0
    file.write_text("# mine")
    capsys.readouterr()
    assert run(["config", "init"]) == 2
    assert "already" in capsys.readouterr().err
    assert file.read_text() == "# mine"


@pytest.mark.parametrize("words", [["config", "path"], ["config", "init"]])
def test_where_there_is_to_be_no_file_there_is_none(
    words: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("NETINV_CONFIG", os.devnull)
    assert run(words) == 2
    assert "unset NETINV_CONFIG" in capsys.readouterr().err
    assert run(["config", "check"]) == 0
    assert run(["config", "show"]) == 0


def test_what_needs_no_configuration_reads_none_and_a_list_without_one_loads_no_toml(tmp_path: Path, store: Path) -> None:
    code = (
        "import sys; from netinv.cli.app import run\n"
        "run(['--help']); print('help:', *{'netinv.config', 'tomllib'} & set(sys.modules))\n"
        "run(['list']); print('list:', *{'tomllib'} & set(sys.modules))"
    )
    environ = {**os.environ, "NETINV_CONFIG": "", "XDG_CONFIG_HOME": str(tmp_path), "NETINV_STORE": str(store)}
    done = subprocess.run([sys.executable, "-c", code], env=environ, capture_output=True, text=True, check=True)
    assert "help:" in done.stdout.splitlines()
    assert done.stdout.splitlines()[-1] == "list:"
