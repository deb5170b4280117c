"""What servers answer to whoever visits them by HTTP and RTSP: pages, descriptions, and what makers let a device tell."""

from collections.abc import Iterable

from netinv.net.overheard import Overheard
from netinv.probes import airplay, endpoint, favicon, http, http_message, ipp, rtsp, tls, upnp, web_answer, web_page, wsd
from netinv.probes.base import Probe
from netinv.probes.http_message import Response, literal
from netinv.probes.web_endpoints import ENDPOINTS, HEARS, hints

_READ: tuple[Probe, ...] = (http.PROBE, ipp.PROBE, rtsp.PROBE, airplay.PROBE, upnp.PROBE, wsd.PROBE, endpoint.PROBE)
TELLS = tuple(dict.fromkeys(key for each in _READ for key in each.tells))
HOSTS = 4096
"""Of which it is remembered what they hint at, and servers of which it is where their first page leads."""
_PAGES = frozenset({*http.PROBE.ports, *tls.PROBE.ports})
_METHODS = (b"GET", b"POST", b"OPTIONS", b"DESCRIBE")

Facts = Iterable[tuple[str, str]]


class Visited:
    """Of one capture: which page of a server is the first, or belongs to it, and who may be asked at a maker's address."""

    def __init__(self) -> None:
        self._hinted: dict[str, set[str]] = {}
        self._onward: dict[tuple[str, int], set[str]] = {}

    def note(self, address: str, key: str, value: str) -> None:
        """Something is known of a host, by which it may become worth while what it tells at other addresses."""
        if key in HEARS and (found := hints(key, value)) and (address in self._hinted or len(self._hinted) < HOSTS):
            self._hinted.setdefault(address, set()).update(found)

    def read(self, heard: Overheard) -> Facts:
        """What the answer to a request tells; nothing where the request was not heard, or was for another host's page."""
        words = heard.asked.partition(b"\r\n")[0].split(b" ")
        response = http_message.parse(heard.payload)
        if response is None or len(words) != 3 or words[0] not in _METHODS:
            return
        path = words[1].decode("ascii", "replace")
        if heard.payload.startswith(b"RTSP/"):
            yield from self._rtsp(heard, path, response)
        elif path.startswith("/"):
            if words[0] == b"GET" and heard.port in _PAGES:
                yield from self._page(heard, path, response)
            if response.status == 200:
                yield from self._document(heard, words[0] == b"POST", path, response)

    def _rtsp(self, heard: Overheard, path: str, response: Response) -> Facts:
        if heard.port in rtsp.PROBE.ports:
            yield from (("rtsp.server", value) for value in rtsp.parse(response))
        elif heard.port == airplay.PORT and response.status == 200 and path == "/info":
            yield from airplay.parse(response.body)

    def _page(self, heard: Overheard, path: str, response: Response) -> Facts:
        source, server = heard.source or "", (heard.source or "", heard.port)
        known = self._onward.get(server, set())
        if path != "/" and path not in known:
            return
        if icon := favicon.parse(response):
            yield from icon
            return
        yield from web_page.parse(response)
        here = f"http://{literal(source)}:{heard.port}{path}"
        further = favicon.place(response, here), path == "/" and web_page.onward(response, source, heard.port, is_secure=False)
        if len(self._onward) < HOSTS:
            self._onward.setdefault(server, set()).update(each for each in further if each)

    def _document(self, heard: Overheard, is_posted: bool, path: str, response: Response) -> Facts:
        source = heard.source or ""
        if is_posted:
            if heard.port in ipp.PROBE.ports:
                yield from (fact for fact in web_page.parse(response) if fact[0] == "http.server")
                yield from ipp.parse(response.body)
            elif "soap" in str(response.headers.get("content-type", "")):
                yield from wsd.parse(response.body)
            return
        if response.body.lstrip()[:1] == b"<":
            yield from upnp.parse(response.body)
        for hint, place in ENDPOINTS.items():
            # What an open port hints at is known by its address alone.
            if path == place.path and heard.port in place.ports and (place.port or hint in self._hinted.get(source, ())):
                yield from web_answer.parse(place, response)
