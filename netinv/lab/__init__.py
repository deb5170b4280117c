"""The virtual LAN: an isolated network namespace, and in it simulated devices that really answer.

`netinv demo` and the tests live on it::

    namespace.enter()  # once: this process leaves the real network
    with lan() as home:  # an interface, and behind it the household of data/household.toml
        home.run(["ping", "-c1", home.gateway])
        print(home.counters())
"""

from netinv.lab.counters import Counters
from netinv.lab.crowd import crowd
from netinv.lab.ethernet import Lan, lan
from netinv.lab.household import Household, SimulatedDevice, household
from netinv.lab.impairments import Impairments

__all__ = ["Counters", "Household", "Impairments", "Lan", "SimulatedDevice", "crowd", "household", "lan"]
