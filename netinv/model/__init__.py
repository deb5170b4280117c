"""The vocabulary: the few immutable types that travel between rooms, and nothing that does anything."""

from netinv.model.addressing import MAC, Interface
from netinv.model.device import YOU, Annotations, Device, Link, Presence
from netinv.model.evidence import Answer, Evidence, Host, Notice, Saying
from netinv.model.scan import Change, Finding, Problem, Scan, Traffic
from netinv.model.verdict import Alternative, Detail, Name, Reason, Verdict

__all__ = [
    "MAC",
    "YOU",
    "Alternative",
    "Annotations",
    "Answer",
    "Change",
    "Detail",
    "Device",
    "Evidence",
    "Finding",
    "Host",
    "Interface",
    "Link",
    "Name",
    "Notice",
    "Presence",
    "Problem",
    "Reason",
    "Saying",
    "Scan",
    "Traffic",
    "Verdict",
]
