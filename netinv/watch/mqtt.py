"""MQTT: every event, and each device as a device tracker that Home Assistant discovers, by the Eclipse Foundation's client.

Topics, below the prefix of the URL (`netinv`): `event` is each event as JSON; `status` is `online` or `offline`;
`device/ID/state` is `home` or `not_home`, and `device/ID/attributes` what is known of it. All but events are retained.

Home Assistant goes by the state until 2026.12, and from 2027.1 on by the attribute `in_zones` alone (its MQTT device tracker's
"in_zones"): it is told both, and until then says in its log that it will ignore the first.
"""

import re
from collections.abc import Callable, Iterable
from importlib.metadata import version
from typing import Any
from urllib.parse import unquote, urlsplit

from netinv.errors import UsageError
from netinv.formats.base import stamp
from netinv.formats.json import encode
from netinv.model import Device
from netinv.watch.events import Event, document
from netinv.watch.outlets import Say

DISCOVERY = "homeassistant"
"""Where Home Assistant looks for what introduces itself (its MQTT integration, "Discovery prefix")."""
DEVICES = 1000
"""Devices introduced; more is a flood, or no home."""
WAITING = 4 * DEVICES
"""Messages kept while the broker is away."""
_PORTS = {"mqtt": 1883, "mqtts": 8883}
_PREFIX = re.compile(r"[\w.-]+(/[\w.-]+)*")


class Mqtt:
    """An outlet to a broker; it connects in its own thread, and again whenever it loses the broker."""

    def __init__(self, url: str, say: Say, devices: Callable[[], tuple[Device, ...]]) -> None:
        """`url` is `mqtt://USER:PASSWORD@HOST:PORT/PREFIX`, or `mqtts:`; UsageError where it is none, without repeating it."""
        try:
            parts = urlsplit(url)
            host, port = parts.hostname, parts.port or _PORTS.get(parts.scheme, 0)
            self._prefix = unquote(parts.path.strip("/")) or "netinv"
            is_good = parts.scheme in _PORTS and bool(host) and bool(_PREFIX.fullmatch(self._prefix))
        except ValueError:
            is_good = False
        if not is_good or not host:
            raise UsageError(
                "the MQTT broker is not named by a URL",
                hint="mqtt://USER:PASSWORD@HOST/PREFIX, or mqtts://; it is not shown here since it may hold a password",
            )
        try:
            from paho.mqtt.client import Client
            from paho.mqtt.enums import CallbackAPIVersion
        except ImportError as error:
            raise UsageError("MQTT needs its client library", hint="pip install 'netinv[mqtt]'") from error
        self._say = say
        self._devices = devices
        self._seen: tuple[Device, ...] | None = None
        self._published: dict[str, str] = {}
        """What each retained topic was last told."""
        self._is_connected: bool | None = None
        self._is_back = False
        """A broker that was lost is found again: it may have forgotten everything."""
        self._client = Client(CallbackAPIVersion.VERSION2)
        if parts.username:
            self._client.username_pw_set(unquote(parts.username), unquote(parts.password or ""))
        if parts.scheme == "mqtts":
            self._client.tls_set()  # the system's authorities, and the name is checked
        self._client.max_queued_messages_set(WAITING)
        self._client.reconnect_delay_set(1, 120)
        self._client.will_set(f"{self._prefix}/status", "offline", qos=1, retain=True)
        self._client.on_connect = self._connected
        self._client.on_disconnect = self._disconnected
        self._client.on_connect_fail = self._failed
        self._client.connect_async(host, port, keepalive=60)
        self._client.loop_start()

    def offer(self, event: Event) -> None:
        self._client.publish(f"{self._prefix}/event", encode(document(event)), qos=1)

    def poll(self) -> None:
        if self._is_back:
            self._is_back = False
            self._seen = None
            self._published.clear()
        devices = self._devices()
        if devices is self._seen:
            return
        self._seen = devices
        for device in devices[:DEVICES]:
            for topic, message in self._introduction(device):
                if self._published.get(topic) != message:
                    self._published[topic] = message
                    self._client.publish(topic, message, qos=1, retain=True)

    def close(self) -> None:
        if self._is_connected:
            told = self._client.publish(f"{self._prefix}/status", "offline", qos=1, retain=True)
            try:
                told.wait_for_publish(3.0)
            except (RuntimeError, ValueError):
                self._say("MQTT: the broker could not be told that the watch ends")
        self._client.disconnect()
        self._client.loop_stop()

    def _introduction(self, device: Device) -> Iterable[tuple[str, str]]:
        """What is retained of a device: topics and messages."""
        base, name = f"{self._prefix}/device/{device.id}", f"netinv_{device.id}"
        vendor, model = device.vendor, device.verdict.model
        about: dict[str, object] = {
            "identifiers": [name],
            "connections": [["mac", mac] for mac in device.macs],
            "name": device.name or device.ip or device.id,
            **({"manufacturer": vendor} if vendor else {}),
            **({"model": model} if model else {}),
        }
        config = {
            "unique_id": name,
            "name": None,
            "state_topic": f"{base}/state",
            "json_attributes_topic": f"{base}/attributes",
            "availability_topic": f"{self._prefix}/status",
            "source_type": "router",
            "device": about,
            "origin": {"name": "netinv", "sw_version": version("netinv")},
        }
        is_home = device.presence != "gone"
        attributes = {
            "ip": device.ip,
            "mac": device.mac,
            "host_name": device.name,
            "vendor": vendor,
            "category": device.verdict.category,
            "kind": device.verdict.kind,
            "presence": device.presence,
            "in_zones": ["zone.home"] if is_home else [],
            "network": device.network,
            "first_seen": stamp(device.first_seen),
        }
        yield f"{DISCOVERY}/device_tracker/{name}/config", encode(config)
        yield f"{base}/state", "home" if is_home else "not_home"
        yield f"{base}/attributes", encode(attributes)

    # These three are called by the client's thread; the watch's own is elsewhere meanwhile.

    def _connected(self, client: Any, userdata: Any, flags: Any, reason: Any, properties: Any) -> None:
        if reason.is_failure:
            self._trouble(f"the broker refuses us: {reason}")
            return
        if self._is_connected is False:
            self._is_back = True
            self._say("MQTT: connected again")
        self._is_connected = True
        client.publish(f"{self._prefix}/status", "online", qos=1, retain=True)

    def _disconnected(self, client: Any, userdata: Any, flags: Any, reason: Any, properties: Any) -> None:
        if reason.is_failure:
            self._trouble("the broker is lost")

    def _failed(self, client: Any, userdata: Any) -> None:
        self._trouble("the broker cannot be reached")

    def _trouble(self, said: str) -> None:
        if self._is_connected is not False:
            self._say(f"MQTT: {said}; trying again")
        self._is_connected = False
