"""MQTT: whether a broker is there, and takes whoever comes (OASIS MQTT 3.1.1, 3.1 and 3.2)."""

from netinv.model import Answer, Host
from netinv.net import mqtt
from netinv.net.network import Network
from netinv.net.peer import reach
from netinv.probes.base import Answers, ServiceProbe


def parse(answer: bytes) -> str | None:
    """`accepted` or `refused`; None if no broker answers so."""
    code = mqtt.read(answer)
    return None if code is None else "refused" if code else "accepted"


async def ask(network: Network, host: Host, port: int) -> Answers:
    async with reach(network, host.address, port) as peer:
        said = parse(await peer.say(mqtt.introduction(), mqtt.ANSWER)) if peer else None
        if peer and said == "accepted":
            await peer.say(mqtt.farewell())
    if said:
        yield Answer(host.address, "mqtt.broker", said)


PROBE = ServiceProbe(
    "mqtt",
    "introduces itself to an MQTT broker without a password, and leaves",
    tells=("mqtt.broker",),
    ask=ask,
    ports=(1883,),
    load=mqtt.load,
)
