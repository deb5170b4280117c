"""Notifications reach a service through Apprise, a real one, without markup, in few messages, and without telling its URL."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from netinv.errors import UsageError
from netinv.watch.notify import LINES, Notify
from tests.watch.test_events import EVENTS

pytestmark = pytest.mark.filterwarnings("ignore:'(imghdr|sndhdr)' is deprecated:DeprecationWarning")  # a plugin of Apprise has it


class Server:
    """A service that takes notifications as JSON, after as many refusals as it is told to make, and not before it may."""

    def __init__(self) -> None:
        self.taken: list[dict[str, Any]] = []
        self.refusals = 0
        self.may = threading.Event()
        self.may.set()
        self.asked = threading.Event()
        taken = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                taken.asked.set()
                taken.may.wait(10)
                if taken.refusals:
                    taken.refusals -= 1
                    self.send_response(500)
                else:
                    taken.taken.append(body)
                    self.send_response(200)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self._server = HTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))
        self._thread.start()
        self.url = f"json://127.0.0.1:{self._server.server_port}/t0k3n"

    def close(self) -> None:
        self.may.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@pytest.fixture
def server() -> Iterator[Server]:
    one = Server()
    yield one
    one.close()


def test_one_event_is_one_notification(server: Server) -> None:
    said: list[str] = []
    outlet = Notify([server.url], said.append)
    outlet.offer(EVENTS["new"])
    outlet.close()
    assert [(one["title"], one["message"]) for one in server.taken] == [("netinv", EVENTS["new"].says)]
    assert said == []


def test_what_happens_while_one_is_on_its_way_is_told_together(server: Server) -> None:
    server.may.clear()
    outlet = Notify([server.url], pytest.fail)
    outlet.offer(EVENTS["new"])
    assert server.asked.wait(5)
    for _ in range(LINES + 30):
        outlet.offer(EVENTS["new"])
    server.may.set()
    outlet.close()
    first, rest = server.taken
    assert first["title"] == "netinv"
    assert rest["title"] == f"netinv: {LINES + 30} events"
    assert len(rest["message"].splitlines()) == LINES + 1


def test_a_service_that_stumbles_is_asked_again_and_one_that_falls_is_told_of_without_its_url(
    server: Server, capfd: pytest.CaptureFixture[str]
) -> None:
    said: list[str] = []
    server.refusals = 1
    outlet = Notify([server.url], said.append, pauses=(0.05,))
    outlet.offer(EVENTS["new"])
    outlet.close()
    assert len(server.taken) == 1
    server.refusals = 2
    outlet = Notify([server.url], said.append, pauses=(0.05,))
    outlet.offer(EVENTS["new"])
    outlet.close()
    assert len(server.taken) == 1
    assert len(said) == 1
    assert "t0k3n" not in "".join(said) + "".join(capfd.readouterr())


@pytest.mark.parametrize("url", ["nonsense://t0k3n", "t0k3n", ""])
def test_what_is_no_url_is_refused_without_being_repeated(url: str, capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(UsageError) as refused:
        Notify([url], pytest.fail)
    assert "t0k3n" not in refused.value.message + (refused.value.hint or "") + "".join(capfd.readouterr())


def test_too_many_services_are_refused() -> None:
    with pytest.raises(UsageError, match="1 to 8"):
        Notify(["json://127.0.0.1:9"] * 9, pytest.fail)
