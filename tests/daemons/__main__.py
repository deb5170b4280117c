"""`python -m tests.daemons [MACHINE...]`: a LAN of real daemons, scanned once; what each machine is, and what netinv says."""

import argparse
import sys
import tempfile
from pathlib import Path

from netinv.lab import namespace
from tests.daemons.judging import table
from tests.daemons.lan import impossible, lan
from tests.daemons.machine import machines
from tests.daemons.trial import scan

GATEWAY = "attic"
"""Without it nobody gets an address."""


def main(words: list[str]) -> int:
    """Scan once and print the table."""
    parser = argparse.ArgumentParser(prog="python -m tests.daemons", description=__doc__)
    known = tuple(machine.name for machine in machines())
    parser.add_argument("machines", nargs="*", metavar="MACHINE", help=f"only these and the gateway: {', '.join(known)}")
    names = parser.parse_args(words).machines
    if strange := next((name for name in names if name not in known), None):
        parser.error(f"there is no machine {strange}")
    if reason := impossible():
        print(f"error: {reason}", file=sys.stderr)
        return 1
    namespace.enter()
    wanted = [machine for machine in machines() if not names or machine.name in (*names, GATEWAY)]
    with (
        tempfile.TemporaryDirectory(prefix="netinv-daemons-") as home,
        lan([m for m in wanted if not m.missing], Path(home)) as up,
    ):
        outcome = scan(up, Path(home))
    for line in table(outcome):
        print(line)
    for machine in wanted:
        if machine.missing:
            print(f"left out: {machine.name}, for want of {', '.join(machine.missing)}")
    print(outcome)
    return 0


sys.exit(main(sys.argv[1:]))
