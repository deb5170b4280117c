"""HTTP: what a first page tells, where it may send us, and what it cannot make us do."""

import time
from email.message import Message

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netinv.probes import http_message, web_endpoints, web_page
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


@pytest.mark.parametrize(
    ("first", "path", "said", "heard"),
    [
        ("FRITZ!Box", "/jason_boxinfo.xml", '<j:Box xmlns:j="x"><j:Name>FRITZ!Box 7590</j:Name></j:Box>', "Name=FRITZ!Box 7590"),
        ("hue personal wireless lighting", "/api/config", '{"modelid": "BSB002", "name": "Hue"}', "modelid=BSB002"),
        ("Shelly Switch", "/shelly", '{"type": "SHSW-25", "auth": false}', "type=SHSW-25"),
    ],
)
def test_a_makers_own_endpoint_is_asked_where_the_first_page_is_theirs(first: str, path: str, said: str, heard: str) -> None:
    assert ("http.body", f"{path} {heard}") in told(PROBE, web({"/": answer(f"<title>{first}</title>"), path: answer(said)}))


def test_nobody_else_is_asked_for_it() -> None:
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


def test_a_server_that_hangs_up_is_called_once_more_and_no_oftener() -> None:
    calls = 0
    closing = answer("<title>FRITZ!Box</title>", status="302 Found", Location="/a", Server="FRITZ!Box", Connection="close")

    async def serve(reader, writer) -> None:  # type: ignore[no-untyped-def]
        nonlocal calls
        calls += 1
        await says(closing)(reader, writer)

    told(PROBE, serve)
    assert calls == 2


@pytest.mark.parametrize("hint", [pytest.param(e, id=e.path) for e in web_endpoints.ENDPOINTS])
def test_no_endpoint_gives_way_to_a_bomb(hint: web_endpoints.Endpoint) -> None:
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><Name>&b;</Name>'
    for said in (bomb, "[" * 8000, '{"a":' * 3000, "<a>" * 4000, "{" + "\ud800".encode("utf-8", "replace").decode()):
        assert web_endpoints.parse(hint, response(answer(said))) == ()


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
        for endpoint in web_endpoints.ENDPOINTS:
            web_endpoints.parse(endpoint, found._replace(status=200))


@pytest.mark.parametrize(
    "bit", [b"<!--", b"<![", b"<title", b"<", b"&", b"<a b='", b"</", b"<?", b"<!", b"<title>", b"a='", b"<meta x"]
)
def test_no_repetition_makes_a_page_dear_to_read(bit: bytes) -> None:
    page = Response(200, Message(), bit * (http_message.LIMIT // len(bit)), True, False)
    began = time.process_time()
    web_page.parse(page)
    assert time.process_time() - began < 1.0
