"""The scans of the past, for the formats that show who was there when."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from netinv.formats import Look
    from netinv.inventory.base import Inventory, ScanSummary

MOST = 40
"""Scans looked back at: as many as a strip in a table shows apart."""
_LOOKED_THROUGH = 10 * MOST
"""Scans among which those are looked for that asked."""


def looks(inventory: "Inventory", network: str | None = None) -> tuple["Look", ...]:
    """The latest scans that asked, or those of one network, oldest first; where none asked, those that listened."""
    from netinv.formats import Look

    past = asking(inventory, network)[:MOST][::-1]
    seen = inventory.seen_in_each([scan.id for scan in past])
    return tuple(Look(scan.started, scan.network, who, _is_whole(scan)) for scan, who in zip(past, seen, strict=True))


def asking(inventory: "Inventory", network: str | None = None) -> tuple["ScanSummary", ...]:
    """The latest scans that asked, the latest first; where none asked, those that listened.

    Who is only listened to may keep silent: between the sweeps of a watch that would be nearly everybody.
    """
    past = inventory.scans(_LOOKED_THROUGH, network=network)
    return tuple(scan for scan in past if scan.method != "listen") or past


def _is_whole(scan: "ScanSummary") -> bool:
    """Every network on the link was among what was asked, and all of it was asked: who is missing was silent."""
    networks = {network.strip() for network in scan.network.split(",")}
    return not scan.is_partial and scan.method != "listen" and networks <= {target.strip() for target in scan.targets.split(",")}
