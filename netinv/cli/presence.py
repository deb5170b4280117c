"""The scans of the past, for the formats that show who was there when."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from netinv.formats import Look
    from netinv.inventory.store import Inventory, ScanSummary

MOST = 40
"""Scans looked back at: as many as a strip in a table shows apart."""


def looks(inventory: "Inventory", network: str | None = None) -> tuple["Look", ...]:
    """The latest scans, or those of one network, oldest first."""
    from netinv.formats import Look

    past = reversed(inventory.scans(MOST, network=network))
    return tuple(Look(scan.started, scan.network, inventory.seen_in(scan.id), _is_whole(scan)) for scan in past)


def _is_whole(scan: "ScanSummary") -> bool:
    """Every network on the link was among what was asked, and all of it was asked: who is missing was silent."""
    networks = {network.strip() for network in scan.network.split(",")}
    return not scan.is_partial and networks <= {target.strip() for target in scan.targets.split(",")}
