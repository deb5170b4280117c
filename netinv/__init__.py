"""netinv: see every device on the local network, what each one is, and why netinv thinks so.

    interfaces -> targets -> probes -> evidence -> verdict -> device -> inventory -> formats

    import netinv

    scan = netinv.scan("192.168.1.0/24", timeout=2.0)
    for device in scan.devices:
        print(device.ip, device.mac, device.verdict.kind, [reason.says for reason in device.verdict.because])

    with netinv.open_inventory() as inventory:
        for change in inventory.record(scan).changes:
            print(change)
        netinv.export(inventory.devices(), "devices.csv")

Everything here is loaded when it is first used, so that `import netinv` costs next to nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from netinv.classification import classify
    from netinv.errors import (
        DeviceError,
        FormatError,
        InterfaceError,
        LabError,
        NetinvError,
        PrivilegeError,
        RuleError,
        StoreError,
        TargetError,
        TranscriptError,
        UsageError,
    )
    from netinv.formats import export
    from netinv.inventory.base import Inventory
    from netinv.inventory.store import open_inventory
    from netinv.model import (
        MAC,
        Alternative,
        Annotations,
        Change,
        Device,
        Evidence,
        Finding,
        Interface,
        Link,
        Name,
        Problem,
        Reason,
        Scan,
        Traffic,
        Verdict,
    )
    from netinv.reading import read_capture
    from netinv.replayer import replay
    from netinv.scanner import scan
    from netinv.survey import Progress

__version__ = "0.1.0"

__all__ = [
    "MAC",
    "Alternative",
    "Annotations",
    "Change",
    "Device",
    "DeviceError",
    "Evidence",
    "Finding",
    "FormatError",
    "Interface",
    "InterfaceError",
    "Inventory",
    "LabError",
    "Link",
    "Name",
    "NetinvError",
    "PrivilegeError",
    "Problem",
    "Progress",
    "Reason",
    "RuleError",
    "Scan",
    "StoreError",
    "TargetError",
    "Traffic",
    "TranscriptError",
    "UsageError",
    "Verdict",
    "__version__",
    "classify",
    "export",
    "open_inventory",
    "read_capture",
    "replay",
    "scan",
]

_ROOMS = {
    "netinv.classification": ("classify",),
    "netinv.errors": tuple(name for name in __all__ if name.endswith("Error")),
    "netinv.formats": ("export",),
    "netinv.inventory.base": ("Inventory",),
    "netinv.inventory.store": ("open_inventory",),
    "netinv.reading": ("read_capture",),
    "netinv.replayer": ("replay",),
    "netinv.scanner": ("scan",),
    "netinv.survey": ("Progress",),
    "netinv.model": tuple(name for name in __all__ if name[0].isupper() and not name.endswith("Error")),
}
"""Where each public name lives; the first room that has it counts."""


def __getattr__(name: str) -> object:
    for room, names in _ROOMS.items():
        if name in names:
            value: object = getattr(import_module(room), name)
            globals()[name] = value
            return value
    raise AttributeError(f"module 'netinv' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
