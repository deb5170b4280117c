"""The house itself: its public face, its start-up, and the promises its documents make."""

import ast
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import netinv

ROOT = Path(__file__).parent.parent


def python(code: str) -> str:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT).stdout.strip()


def test_the_public_face_is_complete() -> None:
    assert len(set(netinv.__all__)) == len(netinv.__all__)
    for name in netinv.__all__:
        assert getattr(netinv, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        _ = netinv.nonsense


def test_importing_netinv_loads_next_to_nothing() -> None:
    loaded = set(python("import sys, netinv; print(*sys.modules)").split())
    assert {name for name in loaded if name.startswith("netinv")} == {"netinv"}
    assert not loaded & {"dataclasses", "ipaddress", "asyncio", "sqlite3", "rich", "typer", "scapy"}


@pytest.mark.parametrize("words", [["--help"], ["scan", "--help"], ["list"], ["--version"]])
def test_what_sends_nothing_loads_neither_scapy_nor_asyncio(words: list[str], tmp_path: Path) -> None:
    code = (
        "import os, sys; os.environ['NETINV_STORE'] = sys.argv[1]\n"
        "from netinv.cli.app import run\n"
        f"run({words!r})\n"
        "heavy = {m.partition('.')[0] for m in sys.modules} & {'scapy', 'asyncio', 'pyroute2', 'dns', 'pydantic'}\n"
        "print('loaded:', *heavy)"
    )
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path / "i.db")], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "loaded:"


def test_every_module_says_in_a_sentence_what_it_is_for() -> None:
    for path in (ROOT / "netinv").rglob("*.py"):
        doc = ast.get_docstring(ast.parse(path.read_text("utf-8")))
        assert doc, f"{path.relative_to(ROOT)} has no docstring"


def test_the_version_is_told_once() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert project["version"] == netinv.__version__
