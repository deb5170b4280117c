"""MQTT as far as an introduction goes: written and read by scapy's layer (OASIS MQTT 3.1.1)."""

from netinv.net import wire
from netinv.net.announcements import never_raises

NAME = b"netinv"
ANSWER = 4
"""Bytes of a CONNACK (3.2)."""
_CONNACK = 2
_CODES = 6
"""Return codes (3.2.2.3)."""


def load() -> None:
    """Load the layer."""
    wire.mqtt_layer()


def introduction() -> bytes:
    """CONNECT: a clean session in version 3.1.1 without a name or a password, to be over after 10 s of silence (3.1)."""
    mqtt = wire.mqtt_layer()
    body = mqtt.MQTTConnect(protoname=b"MQTT", protolevel=4, cleansess=1, klive=10, clientId=NAME)
    return bytes(mqtt.MQTT(type="CONNECT") / body)


def farewell() -> bytes:
    """DISCONNECT (3.14)."""
    mqtt = wire.mqtt_layer()
    return bytes(mqtt.MQTT(type="DISCONNECT") / mqtt.MQTTDisconnect())


@never_raises
def read(message: bytes) -> int | None:
    """The return code of a CONNACK, 0 if it lets us in; None if it is none."""
    mqtt = wire.mqtt_layer()
    answer = mqtt.MQTT(message[:ANSWER])
    if len(message) < ANSWER or answer.type != _CONNACK or answer.len != 2 or mqtt.MQTTConnack not in answer:
        return None
    told = answer[mqtt.MQTTConnack]
    return int(told.retcode) if told.sessPresentFlag <= 1 and told.retcode < _CODES else None
