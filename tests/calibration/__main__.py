"""`python -m tests.calibration FILE`: the figures, cross-validated by family of devices; `--write` fits anew."""

import argparse
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from hashlib import blake2s
from pathlib import Path

from netinv.classification import knowledge
from netinv.classification.calibration import Calibration, calibration
from netinv.classification.rules import load_rules
from netinv.classification.verdict import judge
from tests.calibration.cases import Case, read_cases
from tests.calibration.figures import figures
from tests.calibration.fitting import fit

_LAN = ("mdns", "ssdp", "dhcp", "mac")


def main(words: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.calibration", description=__doc__)
    parser.add_argument("file", type=Path, help="labelled observations, one JSON object a line")
    parser.add_argument(
        "--also", type=Path, action="append", default=[], help="observations to fit to besides, which are not judged"
    )
    parser.add_argument(
        "--folds", type=int, default=5, help="parts the families are dealt into (5); 1 judges by the calibration in use"
    )
    parser.add_argument("--without", default="rapid7", help="source left out of the figures but for the first (rapid7)")
    parser.add_argument("--half", choices=("a", "b"), help="only the families of one half, so that the other can stay unseen")
    parser.add_argument("--write", action="store_true", help="fit to all of it and write data/calibration.toml")
    asked = parser.parse_args(words)
    cases = [case for case in read_cases(asked.file) if asked.half in (None, case.half())]
    also = [case for file in asked.also for case in read_cases(file)]
    if asked.write:
        _write(fit([*cases, *also]), {asked.file: len(cases)} | {file: len(read_cases(file)) for file in asked.also})
        return
    trusted = _by_family(cases, also, asked.folds)
    judged = [(case, judge(case.heard, load_rules(), trusted[case.family])) for case in cases]
    generic = [pair for pair in judged if not pair[0].is_determined]
    for title, kinds, without in (
        ("everything", (), ""),
        (f"all but {asked.without}", (), asked.without),
        (f"LAN evidence ({', '.join(_LAN)}), all but {asked.without}", _LAN, asked.without),
    ):
        chosen = [pair for pair in judged if pair[0].is_determined and pair[0].is_of(kinds, without)]
        print(title, *figures(chosen, generic).lines(), "", sep="\n")


def _by_family(cases: Sequence[Case], also: Sequence[Case], folds: int) -> dict[str, Calibration]:
    """For each family the calibration fitted without it and the others of its fold."""
    families = sorted({case.family for case in cases}, key=lambda family: blake2s(family.encode()).digest())
    if folds < 2:
        return dict.fromkeys(families, calibration())
    trusted: dict[str, Calibration] = {}
    for fold in range(folds):
        held_out = frozenset(families[fold::folds])
        trusted |= dict.fromkeys(held_out, fit([*(case for case in cases if case.family not in held_out), *also]))
    return trusted


def _write(fitted: Calibration, sources: Mapping[Path, int]) -> None:
    scale, offset = (
        "\n".join(f"{strength} = {value:.3f}" for strength, value in of.items()) for of in (fitted.scale, fitted.offset)
    )
    named = "\n".join(
        f"#     {file.name}: {cases} labelled observations, BLAKE2s {blake2s(file.read_bytes(), digest_size=8).hexdigest()}"
        for file, cases in sources.items()
    )
    text = f"""# How far each strength of evidence is trusted (see evidence.toml), and what a share of the weight means. Fitted by
#     python -m tests.calibration FILE --also FILE --write
# on {datetime.now(UTC):%Y-%m-%d} to
{named}

[scale]
{scale}

[offset]
{offset}

[confidence]
slope = {fitted.slope:.4f}
highest = {fitted.highest}
sure_from = {fitted.sure_from}
"""
    (knowledge.DATA / "calibration.toml").write_text(text, "utf-8")
    knowledge.pack()
    print(text)


if __name__ == "__main__":
    main()
