"""MQTT: whether a broker is there, and takes whoever comes (OASIS MQTT 3.1.1, 3.1 and 3.2)."""

from netinv.model import Answer, Host
from netinv.net.network import Network
from netinv.net.peer import reach
from netinv.probes.base import Answers, ServiceProbe

CONNECT = (
    b"\x10\x12"  # CONNECT, 18 bytes follow
    b"\0\x04MQTT\x04\x02\0\x0a"  # version 3.1.1, a clean session, to be over after 10 s of silence
    b"\0\x06netinv"
)
DISCONNECT = b"\xe0\0"
_CONNACK = b"\x20\x02"
_CODES = 6
"""Return codes (3.2.2.3)."""


def parse(answer: bytes) -> str | None:
    """`accepted` or `refused`; None if no broker answers so."""
    if len(answer) < 4 or answer[:2] != _CONNACK or answer[2] > 1 or answer[3] >= _CODES:
        return None
    return "refused" if answer[3] else "accepted"


async def ask(network: Network, host: Host, port: int) -> Answers:
    async with reach(network, host.address, port) as peer:
        said = parse(await peer.say(CONNECT, 4)) if peer else None
        if peer and said == "accepted":
            await peer.say(DISCONNECT)
    if said:
        yield Answer(host.address, "mqtt.broker", said)


PROBE = ServiceProbe(
    "mqtt",
    "introduces itself to an MQTT broker without a password, and leaves",
    tells=("mqtt.broker",),
    ask=ask,
    ports=(1883,),
)
