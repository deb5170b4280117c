"""The webhook, against a real server on loopback; its URL is never said."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from netinv.errors import UsageError
from netinv.watch.events import document
from netinv.watch.webhook import Webhook
from tests.watch.test_events import EVENTS

SECRET = "t0k3n"


class Server(HTTPServer):
    """Answers with the statuses it is told to, one after the other, and then with 204."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.statuses: list[int] = []
        self.heard: list[tuple[str, Any]] = []
        self.is_enough = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/{SECRET}"


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.heard.append((self.path, body))
        status = self.server.statuses.pop(0) if self.server.statuses else 204
        self.send_response(status)
        self.send_header("Location", f"http://127.0.0.1:{self.server.server_port}/elsewhere")
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_GET = do_POST  # noqa: N815 - as the base wants it

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as made:
        thread = threading.Thread(target=made.serve_forever)
        thread.start()
        yield made
        made.shutdown()
        thread.join()


def post(url: str, *kinds: str) -> list[str]:
    """Post events of these kinds; what was said."""
    said: list[str] = []
    hook = Webhook(url, said.append, pauses=(0.01, 0.01))
    for kind in kinds:
        hook.offer(EVENTS[kind])
    hook._events.put(None)
    hook._thread.join(10)
    hook.close()
    assert not any(SECRET in line or "127.0.0.1" in line for line in said)
    return said


def test_every_event_is_posted_in_its_order(server: Server) -> None:
    assert post(server.url, "new", "gone", "back") == []
    assert server.heard == [(f"/{SECRET}", document(EVENTS[kind])) for kind in ("new", "gone", "back")]


def test_a_server_that_stumbles_is_asked_again_but_not_without_end(server: Server) -> None:
    server.statuses = [503, 200]
    assert post(server.url, "new") == []
    assert len(server.heard) == 2
    server.statuses = [500] * 9
    assert post(server.url, "new") == ["webhook: an event was not taken: the server answered 500"]
    assert len(server.heard) == 5


def test_who_refuses_is_not_asked_again(server: Server) -> None:
    server.statuses = [404]
    assert post(server.url, "new") == ["webhook: an event was not taken: the server answered 404"]
    assert len(server.heard) == 1


def test_nobody_is_sent_elsewhere(server: Server) -> None:
    server.statuses = [302]
    assert post(server.url, "new") == ["webhook: an event was not taken: the server answered 302"]
    assert [path for path, _ in server.heard] == [f"/{SECRET}"]


def test_a_server_that_is_away_is_told_of_without_its_name() -> None:
    assert post(f"http://127.0.0.1:1/{SECRET}", "new") == ["webhook: an event was not taken: Connection refused"]


def test_a_certificate_nobody_vouches_for_is_refused(server: Server) -> None:
    (said,) = post(server.url.replace("http:", "https:"), "new")
    assert said.startswith("webhook: an event was not taken: ")
    assert server.heard == []


BAD = ("", "{}", "ftp://x/{}", "http:///{}", "http://a b/{}", "http://u:{}@x/", "http://[{}", "http://x:{}/")


@pytest.mark.parametrize("url", [url.format(SECRET) for url in BAD])
def test_what_is_no_url_is_refused_without_being_repeated(url: str) -> None:
    with pytest.raises(UsageError) as error:
        Webhook(url, print)
    assert SECRET not in error.value.message + (error.value.hint or "")
