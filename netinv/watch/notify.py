"""Notifications on a telephone or a desktop, by Apprise, which knows how to reach some hundred services.

Nobody wants a telephone that rings thirty times: what happens while one notification is on its way is told together in the next.
"""

import logging
import threading
from collections import deque
from collections.abc import Sequence
from typing import TYPE_CHECKING

from netinv.errors import UsageError
from netinv.watch.events import Event
from netinv.watch.outlets import Say

if TYPE_CHECKING:
    from apprise import Apprise

LINES = 8
"""Events told in one notification; of the rest only how many they are."""
WAITING = 256
"""Events that wait for the next; then the oldest is dropped."""
SERVICES = 8
_PAUSES = (5.0, 30.0)
"""Seconds before another try where a service has not taken a notification."""
_GRACE = 5.0
_HINT = "one URL a line, as ntfy://TOPIC or pover://USER@TOKEN; they are not shown here since they may be secrets"


class Notify:
    """An outlet to services that reach a person; it waits for them in a thread of its own."""

    def __init__(self, urls: Sequence[str], say: Say, *, pauses: Sequence[float] = _PAUSES) -> None:
        """`urls` as Apprise reads them; UsageError where one is none, without repeating it."""
        # Its warnings would reach standard error, and may hold what is secret.
        log = logging.getLogger("apprise")
        log.addHandler(logging.NullHandler())
        log.propagate = False
        try:
            from apprise import Apprise, AppriseAsset
        except ImportError as error:
            raise UsageError("notifications need Apprise", hint="pip install 'netinv[notify]'") from error
        asset = AppriseAsset(app_id="netinv", app_desc="netinv", async_mode=False)
        self._services: list[Apprise] = []
        for url in urls:
            one = Apprise(asset=asset)
            if not one.add(url):
                raise UsageError("a URL for notifications is none that Apprise knows", hint=_HINT)
            self._services.append(one)
        if not 0 < len(self._services) <= SERVICES:
            raise UsageError(f"notifications go to 1 to {SERVICES} services", hint=_HINT)
        self._say = say
        self._pauses = tuple(pauses)
        self._waiting: deque[str] = deque()
        self._news = threading.Condition()
        self._is_closing = False
        self._thread = threading.Thread(target=self._work, name="notify", daemon=True)
        self._thread.start()

    def offer(self, event: Event) -> None:
        with self._news:
            if len(self._waiting) >= WAITING:
                self._say(f"notifications: the services are too slow, not told of '{self._waiting.popleft()}'")
            self._waiting.append(event.says)
            self._news.notify()

    def poll(self) -> None:
        pass

    def close(self) -> None:
        with self._news:
            self._is_closing = True
            self._news.notify()
        self._thread.join(_GRACE)
        if self._thread.is_alive():
            self._say("notifications: some events could not be told in time")

    def _work(self) -> None:
        while lines := self._next():
            title = "netinv" if len(lines) == 1 else f"netinv: {len(lines)} events"
            body = "\n".join([*lines[:LINES], *(["..."] if len(lines) > LINES else [])])
            for number, service in enumerate(self._services, 1):
                self._tell(number, service, title, body)

    def _next(self) -> list[str]:
        """All that happened since; nothing once the watch ends."""
        with self._news:
            self._news.wait_for(lambda: self._waiting or self._is_closing)
            lines = list(self._waiting)
            self._waiting.clear()
        return lines

    def _tell(self, number: int, service: "Apprise", title: str, body: str) -> None:
        for pause in (*self._pauses, None):
            # As plain text, so that a service which takes markup is given none that a device wrote.
            if service.notify(body=body, title=title, body_format="text"):
                return
            with self._news:
                self._news.wait_for(lambda: self._is_closing, pause or 0.0)
        self._say(f"notifications: number {number} of the services has not taken one")
