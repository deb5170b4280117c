"""HTTP: what a first page tells, where it may send us, and what it cannot make us do."""

import asyncio
import time
from email.message import Message
from hashlib import md5

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netinv.probes import favicon, http_message, web_page
from netinv.probes.http import PROBE
from netinv.probes.http_message import Response
from tests.probes.peers import ADDRESS, Serve, bears, says, told, web


def answer(body: str = "", status: str = "200 OK", **headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status}", *(f"{name.replace('_', '-')}: {value}" for name, value in headers.items())]
    return "\r\n".join([*lines, f"Content-Length: {len(body.encode())}", "", body]).encode()


def response(raw: bytes) -> Response:
    found = http_message.parse(raw)
    assert found
    return found


def test_title_server_and_more_are_told_of_the_first_page() -> None:
    page = "<html><head><META name=Generator content='Hugo 1'><title>\n NETGEAR &amp; R7000 </title></head><title>no</title>"
    said = answer(page, Server="lighttpd/1.4.35", X_Powered_By="Express", Set_Cookie="SID=secret; Path=/")
    assert told(PROBE, says(said)) == [
        ("http.server", "lighttpd/1.4.35"),
        ("http.header", "x-powered-by: Express"),
        ("http.header", "set-cookie: SID"),
        ("http.title", "NETGEAR & R7000"),
        ("http.body", "generator=Hugo 1"),
    ]


def test_the_realm_of_a_password_is_told_and_the_title_of_the_refusal_is_not() -> None:
    said = answer("<title>401 Unauthorized</title>", "401 Unauthorized", WWW_Authenticate='Basic realm="NETGEAR \\"R7000\\""')
    assert told(PROBE, says(said)) == [("http.realm", 'NETGEAR "R7000"')]


def test_a_body_in_chunks_and_one_without_an_end_are_read() -> None:
    chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n7\r\n<title>\r\nc\r\nBox</title>..\r\n0\r\n\r\n"
    assert told(PROBE, says(chunked)) == [("http.title", "Box")]
    assert told(PROBE, says(b"HTTP/1.0 200 OK\r\n\r\n<title>Box</title></head>")) == [("http.title", "Box")]


def test_what_is_not_written_in_utf_8_is_read_as_it_says() -> None:
    japanese = "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=Shift_JIS\r\n\r\n<title>ルーター</title>".encode("shift_jis")
    assert dict(web_page.parse(response(japanese)))["http.title"] == "ルーター"
    assert dict(web_page.parse(response(b"HTTP/1.1 200 OK\r\n\r\n<title>K\xfcche</title>")))["http.title"] == "Küche"
    strange = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=punycode\r\n\r\n<title>\xff-x</title>"
    assert dict(web_page.parse(response(strange)))["http.title"] == "ÿ-x"


def test_a_redirect_is_followed_at_the_same_address_and_port_on_the_same_connection() -> None:
    pages = {
        "/": answer(status="302 Found", Location="/cgi-bin/luci?x=1", Server="uhttpd"),
        "/cgi-bin/luci?x=1": answer("<title>OpenWrt</title>"),
    }
    assert told(PROBE, web(pages)) == [
        ("http.server", "uhttpd"),
        ("http.header", "location: /cgi-bin/luci"),
        ("http.title", "OpenWrt"),
    ]


def test_a_page_that_sends_on_by_itself_is_followed_too() -> None:
    pages = {
        "/": answer('<meta http-equiv="Refresh" content="0; URL=\'login.html\'">'),
        "/login.html": answer("<title>Login - TL-SG108E</title>"),
    }
    assert told(PROBE, web(pages)) == [("http.title", "Login - TL-SG108E")]


@pytest.mark.parametrize(
    "location",
    [
        "http://198.51.100.7/",
        "http://198.51.100.7:80/x",
        "//198.51.100.7/x",
        f"http://{ADDRESS}:9100/x",
        f"https://{ADDRESS}/x",
        f"http://{ADDRESS}:81/x",
        "http://device.example.com/x",
        "http://[::1/x",
        f"http://user@198.51.100.7:80@{ADDRESS}:99999/x",
        "ftp://x/x",
        "/x\x0bHost:y",
        "/x y",
        "",
        "/",
    ],
)
def test_no_redirect_leads_anywhere_else(location: str) -> None:
    moved = Response(302, _headers(location=location), b"", True, False)
    assert web_page.onward(moved, ADDRESS, 80, is_secure=False) is None


def test_ipv6_is_followed_to_itself_only() -> None:
    moved = Response(302, _headers(location="http://[fe80::1]/x"), b"", True, False)
    assert web_page.onward(moved, "fe80::1", 80, is_secure=False) == "/x"
    assert web_page.onward(moved, "fe80::2", 80, is_secure=False) is None
    assert b"Host: [fe80::1]:8080\r\n" in http_message.request("fe80::1", 8080, "/")


def test_nothing_but_the_page_is_asked_of_one_that_names_no_icon() -> None:
    asked = []

    def pages(first: str) -> Serve:
        class Pages(dict[str, bytes]):
            def get(self, path: str, default: bytes = b"") -> bytes:  # type: ignore[override]
                asked.append(path)
                return answer(first) if path == "/" else default

        return web(Pages())

    told(PROBE, pages("<title>nginx</title>"))
    told(PROBE, pages("<title>My shellyfish shop</title>"))
    assert asked == ["/", "/"]


ICON = b"\0\0\1\0\1\0\x10\x10 an icon"
AS_ICON = b"HTTP/1.1 200 OK\r\nContent-Type: image/x-icon\r\nContent-Length: %d\r\n\r\n%s" % (len(ICON), ICON)


@pytest.mark.parametrize(
    ("page", "path"),
    [
        ("<link rel='shortcut icon' href='img/a.ico?v=2'><title>Box</title>", "/img/a.ico?v=2"),
        ("<LINK REL=ICON HREF=/b.png><title>Box</title>", "/b.png"),
        ("<title> Login </title>", "/favicon.ico"),
        ("<html>", "/favicon.ico"),
    ],
)
def test_the_icon_of_a_page_is_told_as_its_digest(page: str, path: str) -> None:
    assert ("http.favicon", md5(ICON).hexdigest()) in told(PROBE, web({"/": answer(page), path: AS_ICON}))


def test_the_icon_of_the_page_sent_on_to_is_meant_relative_to_that() -> None:
    pages = {
        "/": answer(status="302 Found", Location="/ui/index.html"),
        "/ui/index.html": answer("<link rel=icon href=i.ico><title>Box</title>"),
        "/ui/i.ico": AS_ICON,
    }
    assert ("http.favicon", md5(ICON).hexdigest()) in told(PROBE, web(pages))


@pytest.mark.parametrize(
    "href",
    [
        "http://198.51.100.7/a.ico",
        "//198.51.100.7/a.ico",
        "https://127.0.0.1/a.ico",
        "data:image/png;base64,AAAA",
        "http://[::1/x",
        "a b",
        "",
        "/",
    ],
)
def test_an_icon_is_fetched_from_nobody_else(href: str) -> None:
    page = response(answer(f"<link rel=icon href='{href}'><title>Box</title>"))
    assert favicon.place(page, f"http://{ADDRESS}:80/") is None


def test_an_icon_that_says_it_is_too_large_is_not_heard_out() -> None:
    sent = 0

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        while await reader.readuntil(b"\r\n\r\n"):
            if not sent:
                writer.write(answer("<link rel=icon href=/i.ico><title>Box</title>"))
                sent = 1
                continue
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 900000\r\n\r\n")
            for _ in range(100):
                writer.write(b"\0\0\1\0" * 250)
                await writer.drain()
                sent += 1
                await asyncio.sleep(0.002)

    assert told(PROBE, serve, timeout=1.0) == [("http.title", "Box")]
    assert sent < 50


@pytest.mark.parametrize(
    "said",
    [
        answer("<html>not here</html>"),
        b"HTTP/1.1 404 x\r\nContent-Length: 4\r\n\r\n\0\0\1\0",
        b"HTTP/1.1 200 OK\r\nContent-Length: 90000\r\n\r\n\0\0\1\0" + bytes(40_000),
        b"HTTP/1.1 200 OK\r\n\r\n\0\0\1\0" + bytes(40_000),
    ],
)
def test_what_is_no_icon_or_too_large_is_not_told(said: bytes) -> None:
    assert favicon.parse(response(said[: favicon.LIMIT])) == ()


def test_a_server_that_hangs_up_is_called_once_more_and_no_oftener() -> None:
    calls = 0
    closing = answer("<title>FRITZ!Box</title>", status="302 Found", Location="/a", Server="FRITZ!Box", Connection="close")

    async def serve(reader, writer) -> None:  # type: ignore[no-untyped-def]
        nonlocal calls
        calls += 1
        await says(closing)(reader, writer)

    told(PROBE, serve)
    assert calls == 2


def test_hostile_servers_cost_their_own_time_only() -> None:
    bears(PROBE, others=[says(HOSTILE_PAGE)])


HOSTILE_PAGE = b"HTTP/1.1 200 OK\r\nContent-Length: 16000\r\n\r\n" + b"<!--<![x" * 2000


def _headers(**headers: str) -> Message:
    message = Message()
    for name, value in headers.items():
        message[name] = value
    return message


HEADS = [
    b"",
    b"HTTP/1.1 200 OK\r\n\r\n",
    b"HTTP/1.1 302 x\r\nLocation: ",
    b"HTTP/1.0 401 x\r\nWWW-Authenticate: ",
    b"RTSP/1.0 200 OK\r\n",
    b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=",
]
BITS = [
    b"<",
    b"!",
    b"<!--",
    b"<![",
    b"<title",
    b">",
    b"</title>",
    b"<meta ",
    b"&#",
    b"&",
    b"'",
    b'"',
    b"\xff",
    b"\r\n",
    b"</",
    b"<?",
]


@given(st.sampled_from(HEADS), st.binary(max_size=512) | st.lists(st.sampled_from(BITS), max_size=200).map(b"".join))
def test_any_bytes_are_read_without_raising(head: bytes, data: bytes) -> None:
    found = http_message.parse(head + data)
    if found:
        assert all(len(value) <= 600 for _, value in web_page.parse(found))
        web_page.onward(found, ADDRESS, 80, is_secure=False)
        favicon.parse(found._replace(status=200))
        favicon.place(found._replace(status=200), f"http://{ADDRESS}:80/")


@pytest.mark.parametrize(
    "bit", [b"<!--", b"<![", b"<title", b"<", b"&", b"<a b='", b"</", b"<?", b"<!", b"<title>", b"a='", b"<meta x"]
)
def test_no_repetition_makes_a_page_dear_to_read(bit: bytes) -> None:
    page = Response(200, Message(), bit * (http_message.LIMIT // len(bit)), True, False)
    began = time.process_time()
    web_page.parse(page)
    assert time.process_time() - began < 1.0
