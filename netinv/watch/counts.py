"""What a watch has done so far, for whoever counts it."""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(slots=True)
class Counts:
    """Of one watch, since it began."""

    sweeps: int = 0
    failures: int = 0
    """Looks that failed, and sweeps that were cut short."""
    events: dict[str, int] = field(default_factory=dict)
    last_sweep: datetime | None = None
    last_duration: float = 0.0
    """Seconds the last sweep took."""
