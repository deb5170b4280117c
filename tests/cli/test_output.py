"""Where data goes: format by option or suffix, width and colour by the terminal, and readers that leave early."""

import io
import os
import subprocess
import sys
from pathlib import Path

import pytest

from netinv.cli.output import Output, terminal
from netinv.errors import FormatError, UsageError
from netinv.formats import Report
from tests.formats.reports import device, household


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("options", "chosen"),
    [
        ({}, "table"),
        ({"name": "JSONL"}, "jsonl"),
        ({"as_json": True}, "json"),
        ({"as_jsonl": True}, "jsonl"),
        ({"as_csv": True, "name": "csv"}, "csv"),
        ({"path": "a.csv"}, "csv"),
        ({"path": Path("a.TXT")}, "table"),
        ({"path": "a.csv", "as_json": True}, "json"),
        ({"path": "-"}, "table"),
        ({"path": "-", "as_csv": True, "excel": True}, "csv"),
    ],
)
def test_the_format_is_the_one_named_or_else_that_of_the_suffix(options: dict[str, object], chosen: str) -> None:
    assert Output.choose(**options).format.name == chosen  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "options",
    [
        {"as_json": True, "as_csv": True},
        {"name": "table", "as_json": True},
        {"name": "yaml"},
        {"path": "devices"},
        {"path": "devices.doc"},
        {"as_json": True, "excel": True},
    ],
)
def test_options_that_clash_or_mean_nothing_are_wrong_usage(options: dict[str, object]) -> None:
    with pytest.raises(UsageError) as error:
        Output.choose(**options)  # type: ignore[arg-type]
    assert error.value.exit_code == 2
    assert error.value.hint


def test_a_file_is_written_whole(tmp_path: Path) -> None:
    path = tmp_path / "devices.csv"
    with Output.choose(path=path, excel=True).stream() as writer:
        writer.write(household())
        assert not path.exists()
    assert path.read_bytes().startswith(b"\xef\xbb\xbfip,")
    assert path.read_bytes().count(b"\r\n") == 21


def test_a_file_has_neither_colours_nor_a_width(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "40")
    with Output.choose(path=tmp_path / "devices.txt").stream() as writer:
        writer.write(household())
    text = (tmp_path / "devices.txt").read_text("utf-8")
    assert "\x1b" not in text
    assert "30:05:5c:8e:41:90" in text


def test_a_device_is_on_its_way_as_soon_as_it_is_written(capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    out = Output.choose(as_jsonl=True)
    assert out.streams
    with out.stream() as writer:
        writer.write(device(1))
        assert capsysbinary.readouterr().out.count(b"\n") == 1
        writer.write(device(2))
        assert capsysbinary.readouterr().out.startswith(b'{"ip": "192.168.178.2"')


@pytest.mark.parametrize(
    ("environ", "is_terminal", "color"),
    [
        ({}, True, True),
        ({}, False, False),
        ({"TERM": "dumb"}, True, False),
        ({"TERM": "xterm", "NO_COLOR": "1"}, True, False),
        ({"NO_COLOR": ""}, True, True),
        ({"FORCE_COLOR": "1"}, False, True),
        ({"FORCE_COLOR": "1", "TERM": "dumb"}, False, True),
        ({"FORCE_COLOR": "0"}, True, False),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, True, False),
    ],
)
def test_colours_are_for_terminals_and_as_the_environment_wants(environ: dict[str, str], is_terminal: bool, color: bool) -> None:
    stream = _Terminal() if is_terminal else io.StringIO()
    assert terminal(stream, environ).color is color


def test_only_a_terminal_has_a_width(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "123")
    assert terminal(_Terminal(), {}).width == 123
    assert terminal(io.StringIO(), {"FORCE_COLOR": "1"}).width is None


def test_a_reader_that_has_read_enough_is_no_error() -> None:
    reader, writing = os.pipe()
    os.set_blocking(reader, False)
    with os.fdopen(writing, "w") as stream, pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "stdout", stream)
        with Output.choose(as_jsonl=True).stream() as writer:
            writer.write(device(1))
            assert os.read(reader, 10) == b'{"ip": "19'
            os.close(reader)
            writer.write(device(2))
            assert not writer.is_read
            writer.write(device(3))


def test_a_whole_program_ends_quietly_when_its_reader_leaves() -> None:
    program = (
        "from netinv.cli.output import Output; from tests.formats.reports import household; from netinv.formats import Report\n"
        "with Output.choose(as_jsonl=True).stream() as writer:\n"
        "    for _ in range(200): writer.write(household())\n"
        "import sys; print('saved', file=sys.stderr)"
    )
    command = f'"{sys.executable}" -c "{program}" | head -n 1; exit "${{PIPESTATUS[0]}}"'
    ended = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False, cwd=Path(__file__).parents[2])
    assert (ended.returncode, ended.stderr) == (0, "saved\n")
    assert ended.stdout.startswith('{"ip": "192.168.178.1"')


@pytest.mark.parametrize("what", [device(), Report((device(),))])
def test_a_full_disk_is_told(what: Report, monkeypatch: pytest.MonkeyPatch) -> None:
    with Path("/dev/full").open("w") as stream:
        monkeypatch.setattr(sys, "stdout", stream)
        with pytest.raises(FormatError, match="No space left"), Output.choose(as_jsonl=True).stream() as writer:
            writer.write(what)
        monkeypatch.undo()


def test_a_closed_standard_output_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", None)
    with pytest.raises(FormatError, match="closed"), Output.choose().stream():
        pytest.fail("the work began")


def test_names_reach_a_pipe_in_utf_8_whatever_the_locale() -> None:
    program = (
        "from netinv.cli.output import Output; from tests.formats.reports import household\n"
        "with Output.choose(as_csv=True).stream() as writer: writer.write(household())"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        check=True,
        cwd=Path(__file__).parents[2],
        env={**os.environ, "PYTHONIOENCODING": "latin-1"},
    )
    assert "陽子のiPad" in ended.stdout.decode("utf-8")
    assert ended.stdout.count(b"\r\n") == 21
