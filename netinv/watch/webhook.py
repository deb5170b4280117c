"""Posting events to a URL of the user's: it is a secret, so neither it nor any part of it is ever shown."""

import queue
import threading
import time
from http.client import HTTPException
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from netinv.errors import UsageError
from netinv.formats.json import encode
from netinv.watch.events import Event, document
from netinv.watch.outlets import Say

TIMEOUT = 10.0
"""Seconds to wait for the server at each step."""
PAUSES = (1.0, 5.0, 25.0)
"""Seconds before each further try."""
WAITING = 256
"""Events that wait; while the server is away the newest are dropped, and told of."""
_GRACE = 5.0


class _NoRedirects(HTTPRedirectHandler):
    """Nobody but the user says where events go."""

    def redirect_request(self, *_: object, **__: object) -> None:
        return None


class Webhook:
    """An outlet that posts each event as JSON, in their order, by a thread of its own; certificates are verified."""

    def __init__(self, url: str, say: Say, *, pauses: tuple[float, ...] = PAUSES) -> None:
        """UsageError where `url` is none, without repeating it."""
        try:
            parts = urlsplit(url)
            is_good = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 1) > 0
        except ValueError:
            is_good = False
        if not is_good or parts.username or not url.isascii() or not url.isprintable() or " " in url:
            raise UsageError(
                "the webhook is no URL netinv can post to",
                hint="one line, http:// or https://, without a user name; it is not shown here since it may be a secret",
            )
        self._url = url
        self._say = say
        self._pauses = pauses
        self._opener = build_opener(_NoRedirects)
        self._events: queue.Queue[bytes | None] = queue.Queue(WAITING)
        self._is_closing = threading.Event()
        self._thread = threading.Thread(target=self._work, name="webhook", daemon=True)
        self._thread.start()

    def offer(self, event: Event) -> None:
        try:
            self._events.put_nowait(encode(document(event)).encode())
        except queue.Full:
            self._say(f"webhook: the server has been away too long, not told of '{event.says}'")

    def poll(self) -> None:
        pass

    def close(self) -> None:
        self._is_closing.set()
        try:
            self._events.put_nowait(None)
        except queue.Full:
            return
        self._thread.join(_GRACE)
        if self._thread.is_alive():
            self._say("webhook: some events could not be told in time")

    def _work(self) -> None:
        while (body := self._events.get()) is not None:
            self._post_patiently(body)

    def _post_patiently(self, body: bytes) -> None:
        for pause in (*self._pauses, None):
            trouble, may_pass = self._post(body)
            if trouble is None:
                return
            if pause is None or not may_pass or self._is_closing.is_set():
                self._say(f"webhook: an event was not taken: {trouble}")
                return
            deadline = time.monotonic() + pause
            while time.monotonic() < deadline and not self._is_closing.wait(0.1):
                pass

    def _post(self, body: bytes) -> tuple[str | None, bool]:
        """Why it was not taken, and whether that may pass; of the errors only words that cannot hold the URL."""
        headers = {"Content-Type": "application/json", "User-Agent": "netinv"}
        try:
            request = Request(self._url, body, headers, method="POST")  # noqa: S310 - http and https only, as checked
            with self._opener.open(request, timeout=TIMEOUT) as answer:
                answer.read(1)
        except HTTPError as error:
            code = error.code
            error.close()
            return f"the server answered {code}", code >= 500 or code in (408, 429)
        except URLError as error:
            reason = error.reason
            is_untrusted = type(reason).__name__ == "SSLCertVerificationError"
            said = "its certificate is not to be trusted" if is_untrusted else _plainly(reason)
            return said, not is_untrusted
        except (OSError, HTTPException, ValueError) as error:
            return _plainly(error), True
        return None, False


def _plainly(reason: object) -> str:
    strerror = getattr(reason, "strerror", None)
    return strerror if isinstance(strerror, str) and strerror else type(reason).__name__
