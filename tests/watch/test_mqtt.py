"""MQTT, against a broker that understands just enough of it (MQTT 3.1.1, 2 and 3), on loopback."""

import json
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

import pytest

from netinv.errors import UsageError
from netinv.watch.events import document
from netinv.watch.mqtt import Mqtt
from tests.formats.reports import device
from tests.formats.written import program
from tests.watch.test_events import EVENTS


class Broker:
    """Takes whatever is published, and keeps it."""

    def __init__(self) -> None:
        self.published: list[tuple[str, str, bool]] = []
        """Topic, message, and whether it is to be retained."""
        self.login: bytes = b""
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self._clients: list[socket.socket] = []
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def topics(self) -> dict[str, str]:
        return {topic: message for topic, message, _ in self.published}

    def wait_for(self, topic: str, message: str | None = None, seconds: float = 10.0) -> str:
        deadline = time.monotonic() + seconds
        while topic not in self.topics() or (message is not None and self.topics()[topic] != message):
            assert time.monotonic() < deadline, self.published
            time.sleep(0.01)
        return self.topics()[topic]

    def hang_up(self) -> None:
        """Lose everybody who is connected."""
        for client in self._clients:
            client.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._thread.join(5)
        self._socket.close()

    def _serve(self) -> None:
        while True:
            try:
                client, _ = self._socket.accept()
            except OSError:
                return
            self._clients = [client]
            with client, client.makefile("rb") as stream:
                try:
                    while head := stream.read(1):
                        self._answer(client, head[0], stream.read(_length(stream)))
                except OSError:
                    pass

    def _answer(self, client: socket.socket, head: int, body: bytes) -> None:
        match head >> 4:
            case 1:
                self.login = body
                client.sendall(bytes((0x20, 2, 0, 0)))
            case 3:
                size = int.from_bytes(body[:2], "big")
                topic, rest = body[2 : 2 + size].decode(), body[2 + size :]
                self.published.append((topic, rest[2:].decode(), bool(head & 1)))
                client.sendall(bytes((0x40, 2)) + rest[:2])
            case 12:
                client.sendall(bytes((0xD0, 0)))


def _length(stream: BinaryIO) -> int:
    size = shift = 0
    while True:
        byte = stream.read(1)[0]
        size |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            return size


@pytest.fixture
def broker() -> Iterator[Broker]:
    made = Broker()
    yield made
    made.close()


def test_home_assistant_learns_of_every_device_and_whether_it_is_at_home(broker: Broker) -> None:
    devices = [(device(1), replace(device(2), presence="gone"))]
    said: list[str] = []
    outlet = Mqtt(f"mqtt://anna:s%20ecret@127.0.0.1:{broker.port}/house", said.append, lambda: devices[0])
    try:
        outlet.poll()
        config = json.loads(broker.wait_for("homeassistant/device_tracker/netinv_d000001/config"))
        assert config["state_topic"] == "house/device/d000001/state"
        assert config["availability_topic"] == "house/status"
        assert config["device"]["connections"] == [["mac", "02:00:00:00:00:01"]]
        assert config["unique_id"] in config["device"]["identifiers"]
        broker.wait_for("house/device/d000001/state", "home")
        broker.wait_for("house/device/d000002/state", "not_home")
        attributes = [json.loads(broker.wait_for(f"house/device/d00000{n}/attributes")) for n in (1, 2)]
        assert attributes[0]["ip"] == "192.168.178.1"
        assert [known["in_zones"] for known in attributes] == [["zone.home"], []]
        broker.wait_for("house/status", "online")
        assert b"anna" in broker.login
        assert b"s ecret" in broker.login
        assert all(is_retained for _, _, is_retained in broker.published)
        sent = len(broker.published)
        outlet.poll()
        devices[0] = (replace(device(1), presence="gone"), devices[0][1])
        outlet.poll()
        broker.wait_for("house/device/d000001/state", "not_home")
        assert len(broker.published) <= sent + 2, "only what is not as it was"
        outlet.offer(EVENTS["gone"])
        assert json.loads(broker.wait_for("house/event")) == document(EVENTS["gone"])
        assert broker.published[-1][2] is False
    finally:
        outlet.close()
    broker.wait_for("house/status", "offline")
    assert said == []


def test_a_broker_that_is_lost_is_told_once_and_found_again(broker: Broker) -> None:
    said: list[str] = []
    outlet = Mqtt(f"mqtt://127.0.0.1:{broker.port}", said.append, lambda: ())
    try:
        broker.wait_for("netinv/status", "online")
        broker.published.clear()
        broker.hang_up()
        broker.wait_for("netinv/status", "online")
        assert said == ["MQTT: the broker is lost; trying again", "MQTT: connected again"]
    finally:
        outlet.close()


def test_mosquitto_keeps_what_it_is_told_and_is_told_again_where_it_has_forgotten(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    (tmp_path / "mosquitto.conf").write_text(f"listener {port} 127.0.0.1\nallow_anonymous true\n")
    words = [program("mosquitto"), "-c", str(tmp_path / "mosquitto.conf")]
    ask = [program("mosquitto_sub"), "-p", str(port), "-W", "15", "-C", "1", "-t", "homeassistant/device_tracker/+/config"]
    silent = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    said: list[str] = []
    broker = subprocess.Popen(words, **silent)
    until(lambda: is_open(port))
    outlet = Mqtt(f"mqtt://127.0.0.1:{port}", said.append, lambda: (device(1),))
    try:
        until(lambda: outlet.poll() or outlet._is_connected)
        told = [subprocess.run(ask, capture_output=True, text=True, check=True).stdout]
        broker.kill()
        broker.wait()
        broker = subprocess.Popen(words, **silent)
        until(lambda: outlet.poll() or "MQTT: connected again" in said)
        outlet.poll()
        told += [subprocess.run(ask, capture_output=True, text=True, check=True).stdout]
    finally:
        outlet.close()
        broker.kill()
        broker.wait()
    assert [json.loads(config)["unique_id"] for config in told] == ["netinv_d000001"] * 2


def is_open(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def until(is_so: Callable[[], object], seconds: float = 15.0) -> None:
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.mark.parametrize("url", ["", "t0k3n", "http://t0k3n/", "mqtt:///t0k3n", "mqtt://x:t0k3n/", "mqtt://x/+/t0k3n"])
def test_what_is_no_broker_is_refused_without_being_repeated(url: str) -> None:
    with pytest.raises(UsageError) as error:
        Mqtt(url, print, lambda: ())
    assert "t0k3n" not in error.value.message + (error.value.hint or "")
