"""NTP's control messages, in which a time server tells its system and its software: by scapy's layer (RFC 9327)."""

from netinv.net import wire
from netinv.net.announcements import never_raises

TEXT = 512
_READ_VARIABLES = 2
"""3: of the system, where no association is named."""
_HEADER = 12


def load() -> None:
    """Load the layer."""
    wire.ntp_layer()


def question(sequence: int) -> bytes:
    """Read Variables; it changes nothing. `sequence` has 16 bits."""
    return bytes(wire.ntp_layer().NTPControl(version=2, op_code=_READ_VARIABLES, sequence=sequence))


@never_raises
def read(message: bytes, sequence: int) -> str | None:
    """The variables in the first answer to this question, as they are written: `version="ntpd 4.2.8p10", ...`; else None."""
    if len(message) < _HEADER or message[0] & 7 != 6:  # mode 6, a control message (2)
        return None
    heard = wire.ntp_layer().NTPControl(message)
    if not heard.response or heard.err or heard.op_code != _READ_VARIABLES or heard.sequence != sequence or heard.offset:
        return None
    told = heard.data if isinstance(heard.data, bytes) else bytes(heard.data or b"")
    return " ".join(told.decode("utf-8", "replace").replace("\0", " ").split())[:TEXT] or None
