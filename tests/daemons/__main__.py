"""`python -m tests.daemons [MACHINE...]`: a LAN of real daemons, scanned once; what each machine is, and what netinv says."""

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


def main(names: list[str]) -> int:
    """Scan once and print the table."""
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
