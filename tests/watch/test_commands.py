"""Commands that are run for events: real processes, few at a time, and none for ever."""

import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from netinv.watch import commands
from netinv.watch.commands import AT_ONCE, WAITING, Commands
from netinv.watch.events import document
from tests.watch.test_events import EVENTS


def until(is_so: Callable[[], bool], outlet: Commands, seconds: float = 10.0) -> None:
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline
        outlet.poll()
        time.sleep(0.01)


def python(program: str, *words: str) -> list[str]:
    return [sys.executable, "-c", program, *words]


def test_a_command_gets_the_event_by_its_input_its_environment_and_its_words(tmp_path: Path) -> None:
    said: list[str] = []
    program = "import json, os, sys; told = [sys.argv[1:], json.load(sys.stdin), dict(os.environ)]"
    program += f"; json.dump(told, open({str(tmp_path / 'told')!r}, 'w'))"
    outlet = Commands(python(program, "{event}", "{says}", "$HOME; `id`"), said.append)
    outlet.offer(EVENTS["new"])
    until((tmp_path / "told").exists, outlet)
    outlet.close()
    words, event, environment = json.loads((tmp_path / "told").read_text())
    assert words == ["new", EVENTS["new"].says, "$HOME; `id`"], "no shell"
    assert event == document(EVENTS["new"])
    assert environment["NETINV_EVENT_IP"] == "192.168.178.10"
    assert said == []


def test_a_command_knows_no_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NETINV_WEBHOOK", "https://example.org/t0k3n")
    outlet = Commands(python(f"import os; open({str(tmp_path / 'told')!r}, 'w').write(repr(os.environ))"), print)
    outlet.offer(EVENTS["new"])
    outlet.close()
    assert "t0k3n" not in (tmp_path / "told").read_text()


def test_what_fails_is_told_and_never_fatal() -> None:
    said: list[str] = []
    for words in (["/no/such/command"], python("raise SystemExit(7)")):
        outlet = Commands(words, said.append)
        outlet.offer(EVENTS["new"])
        outlet.close()
    assert said == ["/no/such/command cannot be run: No such file or directory", f"{sys.executable} failed (7)"]


def test_one_that_goes_on_for_ever_is_ended_with_all_it_started() -> None:
    said: list[str] = []
    now = [0.0]
    outlet = Commands(["sh", "-c", "sleep 1000 & wait"], said.append, clock=lambda: now[0])
    outlet.offer(EVENTS["new"])
    now[0] = commands.SECONDS + 1
    outlet.poll()
    assert said == ["sh ran for more than 60 s and was ended"]
    outlet.close()


def test_few_run_at_once_and_only_so_many_wait(tmp_path: Path) -> None:
    said: list[str] = []
    outlet = Commands(
        ["sh", "-c", f"echo x >> {tmp_path}/begun; cat > /dev/null; while [ ! -e {tmp_path}/go ]; do sleep 0.02; done"],
        said.append,
    )
    for _ in range(WAITING + AT_ONCE + 2):
        outlet.offer(EVENTS["new"])
    until(lambda: (tmp_path / "begun").exists() and len((tmp_path / "begun").read_text().split()) >= AT_ONCE, outlet)
    time.sleep(0.2)  # for more of them
    outlet.poll()
    assert len((tmp_path / "begun").read_text().split()) == AT_ONCE
    assert len([s for s in said if "too slow" in s]) == 2
    (tmp_path / "go").touch()
    until(lambda: len((tmp_path / "begun").read_text().split()) >= 20, outlet)
    outlet.close()


def test_where_the_screen_is_drawn_on_only_its_last_line_is_said(
    capfd: pytest.CaptureFixture[str],
) -> None:
    said: list[str] = []
    script = "i=0; while [ $i -lt 20000 ]; do echo line $i; i=$((i+1)); done; printf 'the \\033[31mend\\n\\n' >&2; exit 3"
    outlet = Commands(["sh", "-c", script], said.append, drawn_on=True)
    outlet.offer(EVENTS["new"])
    outlet.close()
    assert said == ["sh failed (3)", "sh: the [31mend"]
    assert "".join(capfd.readouterr()) == ""


def test_one_that_prints_without_end_is_shown_in_part_and_keeps_nobody_waiting(capfd: pytest.CaptureFixture[str]) -> None:
    said: list[str] = []
    now = [0.0]
    outlet = Commands(["yes", "so much"], said.append, clock=lambda: now[0])
    outlet.offer(EVENTS["new"])
    until(lambda: any("the rest is not shown" in line for line in said), outlet)
    begin = time.monotonic()
    for _ in range(3):
        outlet.poll()
    assert time.monotonic() - begin < 5
    now[0] = commands.SECONDS + 1
    outlet.poll()
    assert said == ["yes prints more than 64 KiB: the rest is not shown", "yes ran for more than 60 s and was ended"]
    shown = "".join(capfd.readouterr())
    assert set(shown.splitlines()[:-1]) == {"so much"}
    assert len(shown) <= commands.SHOWN
    outlet.close()


def test_what_a_command_prints_goes_to_standard_error(capfd: pytest.CaptureFixture[str]) -> None:
    outlet = Commands(["sh", "-c", "echo one; echo two >&2"], pytest.fail)
    outlet.offer(EVENTS["new"])
    outlet.close()
    out, err = capfd.readouterr()
    assert (out, err) == ("", "one\ntwo\n")


def test_a_command_finds_the_desktop_of_who_called_sudo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commands, "_RUNTIME", tmp_path)
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
    (tmp_path / str(os.getuid())).mkdir()
    outlet = Commands(["sh", "-c", f'echo "$XDG_RUNTIME_DIR" > {tmp_path}/told'], pytest.fail)
    outlet.offer(EVENTS["new"])
    outlet.close()
    assert (tmp_path / "told").read_text().strip() == str(tmp_path / str(os.getuid()))
