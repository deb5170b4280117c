"""The README tells of the program as it is: its commands, probes and formats, and commands that work."""

import io
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import typer.main

from netinv.cli.app import EPILOG, app
from netinv.config import load
from netinv.findings import KINDS
from netinv.formats import Report, Style, formats
from netinv.lab import Lan, household
from netinv.lab.memory import MemoryNetwork
from netinv.probes import probes
from netinv.probes.base import LinkProbe, Probe
from netinv.scanner import scan
from netinv.settings import SETTINGS

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text("utf-8")


def plain(text: str) -> str:
    return " ".join(text.split())


def command_table() -> str:
    group: Any = typer.main.get_command(app)
    rows = [f"| `netinv {name}` | {(command.help or '').splitlines()[0]} |" for name, command in group.commands.items()]
    return "\n".join(["| command | what it does |", "|---|---|", *rows])


def probe_table() -> str:
    rows = [f"| `{p.name}` | {asked(p)} | {p.summary} | {told(p.tells)} |" for p in probes()]
    return "\n".join(["| probe | asks | what it does | tells |", "|---|---|---|---|", *rows])


def asked(probe: Probe) -> str:
    if "listen" in probe.needs:
        return "nobody"
    return "the network" if isinstance(probe, LinkProbe) else "each host found"


def told(keys: tuple[str, ...]) -> str:
    tcp = [k for k in keys if re.fullmatch(r"tcp\.\d+", k)]
    return ", ".join(f"`{k}`" for k in keys if k not in tcp) or "`tcp.PORT`"


def finding_table() -> str:
    rows = [f"| `{name}` | {kind.means} | {kind.hint} |" for name, kind in KINDS.items()]
    return "\n".join(["| finding | what it means | what to do |", "|---|---|---|", *rows])


def format_table() -> str:
    rows = [f"| `{f.name}` | `{f.suffix}` | {f.summary} |" for f in formats().values()]
    return "\n".join(["| format | file | what it is |", "|---|---|---|", *rows])


def setting_table() -> str:
    rows = [
        f"| `{s.name}` | `{s.options[0].partition('/')[0]}` | `{s.environment}` | {s.means} | {s.usual} |"
        for s in SETTINGS.values()
    ]
    return "\n".join(["| setting | option | variable | what it means | usually |", "|---|---|---|---|---|", *rows])


@pytest.mark.parametrize("part", [command_table, setting_table, probe_table, finding_table, format_table])
def test_the_readme_tells_of_every_command_probe_finding_and_format(part: Any) -> None:
    assert part() in README, f"the README should say:\n{part()}"


def test_the_configuration_file_in_the_readme_is_without_fault(tmp_path: Path) -> None:
    (text,) = re.findall(r"```toml\n(# ~/.config/netinv/config.toml\n.*?)```", README, re.DOTALL)
    (tmp_path / "config.toml").write_text(text)
    found = load({"NETINV_CONFIG": str(tmp_path / "config.toml"), "HOME": "/home/me"})
    assert len(found.entries) > 5
    assert not list(found.faults())


def test_the_exit_codes_are_the_same_in_the_help_and_in_the_readme() -> None:
    assert plain(EPILOG) in plain(README)


def test_the_readme_names_no_option_the_program_does_not_have() -> None:
    group: Any = typer.main.get_command(app)
    options = {option for command in group.commands.values() for p in command.params for option in p.opts}
    for line in re.findall(r"netinv \w+[^`|\n]*", README):
        for option in re.findall(r"(?<=\s)--?[a-z][a-z-]*", line.partition("#")[0]):
            assert option in options, line


def test_the_table_in_the_readme_is_what_the_demo_shows() -> None:
    home = household()
    others = [device for device in scan(network=MemoryNetwork(home)).devices if device.ip != home.scanner]
    stream = io.StringIO()
    formats()["table"].write(Report(others), stream, Style(width=80))
    shown = rows(stream.getvalue())
    assert len(shown) == len(others)
    told = [row for row in rows(README) if "(you)" not in row[1]]
    assert [(address, kind) for address, _, kind in told] == [(address, kind) for address, _, kind in shown]
    for (_, cut, _), (_, name, _) in zip(told, shown, strict=True):  # columns are as wide as the widest row lets them be
        assert cut == name or ("…" in cut and name.startswith(cut.rstrip("…")))


def rows(text: str) -> list[tuple[str, str, str]]:
    """Address, name and kind of each device in a table."""
    table = text[text.index("    ADDRESS ") :].splitlines()
    name, kind, sure = (table[0].index(title) for title in ("NAME", "KIND", "SURE"))
    lines = [line for line in table[1:] if re.match(r"(new|   ) \d", line)]
    return [(line[4:name].strip(), line[name:kind].strip(), line[kind:sure].strip()) for line in lines]


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("jq"), reason="jq is not installed")
def test_the_one_liners_for_scripts_work(lan: Lan, netinv: Any, tmp_path: Path) -> None:
    lines = [line for line in README.splitlines() if "| jq" in line]
    assert len(lines) == 3
    lan.run(netinv.command("scan", "-q"), env=netinv.environment())
    for line in lines:
        assert line.startswith("netinv ")
        program = " ".join(netinv.command())
        done = lan.run(["sh", "-ec", line.replace("netinv", program, 1)], env=netinv.environment())
        assert done.returncode == 0, done.stderr
        if "is_new" not in line:
            assert lan.gateway in done.stdout or "10.77.0.20" in done.stdout


def test_every_long_help_has_an_example() -> None:
    group: Any = typer.main.get_command(app)
    for name in ("scan", "export", "interfaces", "schema", "demo"):
        assert "xample" in (group.commands[name].help or ""), name


def test_the_ci_runs_the_command_the_readme_gives() -> None:
    command = re.search(r"^python3 -m venv .*pytest$", README, re.MULTILINE)
    assert command
    assert subprocess.run(["grep", "-qxF", command[0], ROOT / ".ci" / "run"], check=False).returncode == 0
