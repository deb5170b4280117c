"""The data files of this room: written as TOML for people, kept as JSON beside it because that is read in a tenth of the time.

After a change to any of them run

    python -m netinv.classification.knowledge

Until then the TOML of what has changed is read, so a stale copy is never believed; only every start is slower.
"""

import json
from collections.abc import Mapping
from functools import cache
from hashlib import blake2s
from pathlib import Path
from typing import Any

DATA = Path(__file__).parent / "data"
_PACKED = "knowledge.json"


def tables(name: str) -> Mapping[str, Any]:
    """The tables of the file `name` in `data`, such as `kinds.toml` or `rules/phones.toml`; ValueError where it is no TOML."""
    return _packed()[name][1] if is_packed(name) else _parse((DATA / name).read_bytes())


def is_packed(name: str) -> bool:
    """Whether the JSON holds the file as it is now."""
    return name in _packed() and _packed()[name][0] == _digests()[name]


def rule_files() -> tuple[str, ...]:
    """The names of all files of rules, for `tables`."""
    return tuple(name for name in _digests() if name.startswith("rules/"))


def digest() -> str:
    """Changes with any file that verdicts depend on."""
    return blake2s("".join(_digests().values()).encode(), digest_size=8).hexdigest()


def pack() -> Path:
    """Write the JSON anew; its place."""
    _digests.cache_clear()
    files = {name: (of_now, _parse((DATA / name).read_bytes())) for name, of_now in _digests().items()}
    written = DATA / _PACKED
    # dates, which TOML has and JSON has not, become text
    text = json.dumps(files, ensure_ascii=False, separators=(",", ":"), allow_nan=False, default=str)
    written.write_text(text + "\n", "utf-8")
    _packed.cache_clear()
    return written


@cache
def _digests() -> Mapping[str, str]:
    """Each file with a digest of what it holds."""
    found = sorted([*DATA.glob("*.toml"), *DATA.glob("rules/*.toml")])
    return {path.relative_to(DATA).as_posix(): blake2s(path.read_bytes(), digest_size=8).hexdigest() for path in found}


@cache
def _packed() -> Mapping[str, tuple[str, dict[str, Any]]]:
    """What was packed; nothing where that cannot be read."""
    try:
        packed = json.loads((DATA / _PACKED).read_bytes())
    except (OSError, ValueError):
        return {}
    return packed if isinstance(packed, dict) else {}


def _parse(text: bytes) -> dict[str, Any]:
    import tomllib  # 7 ms that nobody pays where the packed files are fresh

    return tomllib.loads(text.decode("utf-8"))


if __name__ == "__main__":
    print(f"{pack()}: {len(_packed())} files")
