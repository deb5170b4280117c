"""What makers let their devices tell at addresses of their own: asked of whom something hints at, and read whatever it says."""

import json
import time
from datetime import UTC, datetime
from email.message import Message

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netinv import lab
from netinv.classification.rules import load_rules
from netinv.model import Evidence, Host
from netinv.probes import http_message, probes, web_answer, web_endpoints
from netinv.probes.endpoint import PROBE, places
from netinv.probes.web_endpoints import ENDPOINTS, Endpoint, hints
from tests.conftest import Netinv
from tests.probes.peers import ADDRESS, HOSTILE, Serve, says, told, web


def http(body: str, status: str = "200 OK") -> bytes:
    return f"HTTP/1.1 {status}\r\nContent-Length: {len(body.encode())}\r\n\r\n{body}".encode()


def endpoint(name: str) -> Endpoint:
    return next(each for each in ENDPOINTS.values() if each.name == name)


def read(name: str, body: str) -> dict[str, str]:
    response = http_message.parse(http(body))
    assert response
    facts = web_answer.parse(endpoint(name), response)
    assert len(dict(facts)) == len(facts)
    return dict(facts)


# Each in the form its maker, or the project that describes it, gives; names and numbers are invented.
SAID = {
    "fritz": (
        '<j:BoxInfo xmlns:j="http://jason.avm.de/updatecheck/"><j:Name>FRITZ!Box 7590</j:Name><j:HW>226</j:HW>'
        "<j:Version>154.07.57</j:Version><j:Serial>3CA62F417D02</j:Serial></j:BoxInfo>",
        {"web.model": "FRITZ!Box 7590", "web.firmware": "154.07.57", "web.serial": "3CA62F417D02"},
    ),
    "netgear": (
        "Firmware=V1.0.4.88_10.0.67\r\nRegionTag=R7000_WW\r\nModel=R7000\r\nInternetConnectionStatus=Up\r\n",
        {"web.model": "R7000", "web.firmware": "V1.0.4.88_10.0.67"},
    ),
    "unifi-network": ('{"meta":{"rc":"ok","up":true,"server_version":"7.5.187"},"data":[]}', {"web.firmware": "7.5.187"}),
    "qnap": (
        '<?xml version="1.0"?><QDocRoot version="1.0"><authPassed>0</authPassed><model><modelName>TS-X53'
        "</modelName><displayModelName><![CDATA[TS-453Be]]></displayModelName></model><firmware><version><![CDATA[5.1.0]]></version>"
        "</firmware><hostname><![CDATA[attic]]></hostname></QDocRoot>",
        {"web.model": "TS-453Be", "web.firmware": "5.1.0", "web.name": "attic"},
    ),
    "ilo": (
        "<RIMP><HSI><SBSN>CZ1234567A</SBSN><SPN>ProLiant DL380 Gen9</SPN></HSI><MP><PN>Integrated Lights-Out 4 (iLO 4)</PN>"
        "<FWRI>2.82</FWRI></MP></RIMP>",
        {"web.product": "Integrated Lights-Out 4 (iLO 4)", "web.model": "ProLiant DL380 Gen9", "web.firmware": "2.82",
         "web.serial": "CZ1234567A"},
    ),
    "hp-ledm": (
        '<prdcfgdyn2:ProductConfigDyn xmlns:prdcfgdyn2="a" xmlns:prdcfgdyn="b" xmlns:dd="c"><prdcfgdyn:ProductInformation>'
        "<dd:MakeAndModel>HP OfficeJet Pro 8610</dd:MakeAndModel><dd:SerialNumber>CN00000000</dd:SerialNumber><dd:Version>"
        "<dd:Revision>FDP1CN1547AR</dd:Revision></dd:Version></prdcfgdyn:ProductInformation></prdcfgdyn2:ProductConfigDyn>",
        {"web.model": "HP OfficeJet Pro 8610", "web.serial": "CN00000000", "web.firmware": "FDP1CN1547AR"},
    ),
    "samsung-tv": (
        '{"device":{"OS":"Tizen","modelName":"QE55Q6FNA","name":"[TV] Living room"},"type":"Samsung SmartTV"}',
        {"web.model": "QE55Q6FNA", "web.name": "[TV] Living room"},
    ),
    "cast": (
        '{"device_info": {"model_name": "Google Nest Mini", "manufacturer": "Google Inc."}, "name": "Kitchen speaker",'
        '"build_info": {"cast_build_revision": "1.56.281627"}}',
        {"cast.name": "Kitchen speaker", "cast.model": "Google Nest Mini", "cast.firmware": "1.56.281627"},
    ),
    "roku": (
        '<?xml version="1.0" encoding="UTF-8" ?><device-info><model-name>Roku Express 4K</model-name><is-tv>false</is-tv>'
        "<user-device-name>Bedroom Roku</user-device-name><serial-number>X00000</serial-number></device-info>",
        {"roku.model": "Roku Express 4K", "roku.is-tv": "false", "roku.name": "Bedroom Roku", "roku.serial": "X00000"},
    ),
    "kodi": (
        '{"id":1,"jsonrpc":"2.0","result":{"name":"Kodi","version":{"major":20,"minor":2,"revision":"x","tag":"stable"}}}',
        {"web.product": "Kodi", "web.firmware": "20"},
    ),
    "plex": (
        '<MediaContainer size="0" claimed="1" machineIdentifier="0a1b" version="1.32.5.7349"></MediaContainer>',
        {"web.firmware": "1.32.5.7349"},
    ),
    "musiccast": (
        '{"response_code":0,"model_name":"RX-V481","destination":"U","device_id":"00A0DE000000","system_version":2.87}',
        {"web.model": "RX-V481", "web.firmware": "2.87"},
    ),
    "bluos": (
        '<SyncStatus brand="Bluesound" model="N030" modelName="NODE" name="Living room"></SyncStatus>',
        {"web.model": "NODE", "web.name": "Living room", "web.vendor": "Bluesound"},
    ),
    "hue": (
        '{"name":"Hue Bridge","swversion":"1967054020","bridgeid":"001788FFFE010203","modelid":"BSB002"}',
        {"web.model": "BSB002", "web.name": "Hue Bridge", "web.firmware": "1967054020", "web.serial": "001788FFFE010203"},
    ),
    "shelly": (
        '{"name":null,"id":"shellyplus1-000000","mac":"000000000000","model":"SNSW-001X16EU","gen":2,"ver":"0.14.1","app":"Plus1"}',
        {"web.model": "SNSW-001X16EU", "web.product": "Plus1", "web.firmware": "0.14.1"},
    ),
    "tasmota": (
        '{"Status":{"Module":1,"DeviceName":"Fan","FriendlyName":["Fan"]},"StatusFWR":{"Version":"9.5.0(tasmota)","Hardware":"ESP8266EX"},'
        '"StatusNET":{"Hostname":"tasmota-1234"}}',
        {"web.name": "Fan", "web.firmware": "9.5.0(tasmota)", "web.product": "ESP8266EX"},
    ),
    "enphase": (
        "<?xml version='1.0'?><envoy_info><device><sn>120000000000</sn><pn>800-00555-r03</pn><software>R4.10.35</software>"
        "</device></envoy_info>",
        {"web.model": "800-00555-r03", "web.serial": "120000000000", "web.firmware": "R4.10.35"},
    ),
    "freebox": (
        '{"box_model_name":"Freebox v8 (r1)","api_base_url":"/api/","https_port":46535,"device_name":"Freebox Server",'
        '"https_available":true,"box_model":"fbxgw8-r1","uid":"1a2b3c4d","api_version":"8.0","device_type":"FreeboxServer8,1"}',
        {"web.model": "Freebox v8 (r1)", "web.product": "Freebox Server", "web.serial": "1a2b3c4d"},
    ),
    "proxmox": (
        '{"data":[{"type":"pam","realm":"pam","comment":"Linux PAM standard authentication"},{"type":"pve","realm":"pve"}]}',
        {},
    ),
    "portainer": ('{"Version":"2.19.4","InstanceID":"299ab403-70a8-4c05-92f7-bf7a994d50df"}', {"web.firmware": "2.19.4"}),
    "grafana": ('{"commit":"087143285","database":"ok","version":"5.1.3"}', {"web.firmware": "5.1.3"}),
    "frigate": (
        '{"cameras":{"yard":{"camera_fps":5.0}},"detection_fps":13.7,"service":{"uptime":10,"version":"0.13.2-6476f8a"}}',
        {"web.firmware": "0.13.2-6476f8a"},
    ),
    "node-red": ('{"httpNodeRoot":"/","version":"3.1.0","context":{"stores":["memory"]}}', {"web.firmware": "3.1.0"}),
    "hdhomerun": (
        '{"FriendlyName":"HDHomeRun CONNECT","ModelNumber":"HDHR4-2US","FirmwareName":"hdhomerun4_atsc",'
        '"FirmwareVersion":"20150826","DeviceID":"10439EFD","BaseURL":"http://192.168.1.111:80"}',
        {"web.serial": "10439EFD", "web.model": "HDHR4-2US", "web.firmware": "20150826", "web.product": "HDHomeRun CONNECT"},
    ),
    "openwebif": (
        '{"webifver":"OWIF 1.2.7","brand":"Mock","boxtype":"mocker1","model":"mocker one","imagever":"6.0.0",'
        '"friendlyimagedistro":"OpenATV"}',
        {"web.vendor": "Mock", "web.model": "mocker one", "web.firmware": "6.0.0", "web.product": "OpenATV"},
    ),
    "devialet": (
        '{"deviceId":"1ad2e2a7","deviceName":"Left","model":"Phantom I Silver","serial":"L00P00000AB11",'
        '"release":{"buildType":"release","canonicalVersion":"2.16.1.49152","version":"2.16.1"}}',
        {"web.name": "Left", "web.model": "Phantom I Silver", "web.serial": "L00P00000AB11", "web.firmware": "2.16.1.49152"},
    ),
    "deconz": (
        '{"bridgeid":"0123456789ABCDEF","mac":"12:34:56:78:90:ab","modelid":"deCONZ","name":"Phoscon-GW","swversion":"2.05.35"}',
        {"web.serial": "0123456789ABCDEF", "web.product": "deCONZ", "web.name": "Phoscon-GW", "web.firmware": "2.05.35"},
    ),
    "homebridge": (
        '{"env":{"ableToConfigureSelf":true,"homebridgeInstanceName":"Homebridge 1C74","nodeVersion":"v20.9.0",'
        '"packageName":"homebridge-config-ui-x","packageVersion":"4.55.1"},"formAuth":true,"theme":"auto"}',
        {"web.name": "Homebridge 1C74", "web.firmware": "4.55.1", "web.product": "homebridge-config-ui-x"},
    ),
    "go-e": (
        '{"typ":"go-eCharger","sse":"012345","fna":"Garage","fwv":"054.7"}',
        {"web.model": "go-eCharger", "web.serial": "012345", "web.name": "Garage", "web.firmware": "054.7"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", SAID)
def test_model_name_and_more_are_read_of_what_makers_let_their_devices_tell(name: str) -> None:
    body, wanted = SAID[name]
    assert read(name, body) == {"web.api": name, **wanted}


@pytest.mark.parametrize(
    "body", ["", "x", "{}", "[]", "<a/>", '{"name": ["x"]}', "<Name></Name>", "<html><title>FRITZ!Box</title>", "null"]
)
def test_another_answer_is_none(body: str) -> None:
    assert read("fritz", body) == read("hue", body) == read("netgear", body) == {}


def test_of_two_members_of_a_name_the_nearer_to_the_root_is_told() -> None:
    assert read("cast", '{"a": {"b": {"name": "deep"}}, "c": [{"name": "nearer"}], "name": "Near"}')["cast.name"] == "Near"


def test_what_says_nothing_is_not_told() -> None:
    assert read("hue", '{"modelid": "BSB002", "name": "", "swversion": "unknown", "bridgeid": 0}') == {
        "web.api": "hue",
        "web.model": "BSB002",
    }


def test_everybody_is_asked_for_what_something_hints_at_and_for_nothing_else() -> None:
    assert [ENDPOINTS[hint].name for hint in hints("http.title", "FRITZ!Box")] == ["fritz"]
    assert [ENDPOINTS[hint].name for hint in hints("mdns.service", "_hue._tcp")] == ["hue"]
    assert [ENDPOINTS[hint].name for hint in hints("mdns.hostname", "shellyplus1-0a1b2c.local")] == ["shelly"]
    assert [ENDPOINTS[hint].name for hint in hints("http.header", "x-made-by: Enphase")] == ["enphase"]
    assert hints("tcp.8009", "open")
    assert not hints("tcp.8009", "closed")
    for key, value in (
        ("http.title", "nginx"),
        ("http.title", "My shellyfish shop"),
        ("mdns.hostname", "grafanas-laptop.local"),
        ("http.title", "How I use Grafana"),
        ("mdns.service", "_hue._tcp.evil"),
        ("mdns.hostname", "jonas-shelly.local"),
        ("http.header", "enphase: x"),
        ("dhcp.vendor-class", "FRITZ!Box"),
    ):
        assert hints(key, value) == ()


def test_every_endpoint_can_be_hinted_at_leads_to_no_printing_port_and_is_known_to_a_rule() -> None:
    listened = {value for rule in load_rules() for c in rule.when if c.key == "web.api" for value in c.values}
    for hint, each in ENDPOINTS.items():
        assert each.page or each.ssdp or each.called or each.services or each.port, hint
        assert each.path.isascii()
        assert each.path.startswith("/")
        assert not set(each.ports) & {515, *range(9100, 9108)}
        assert each.name in listened or not any(key.startswith("web.") for key in each.told.values()), hint
    everything = {key for probe in probes() for key in probe.tells}
    assert PROBE.hears <= everything


def test_ports_known_to_be_closed_are_not_asked_and_open_ones_first() -> None:
    each = Endpoint("x", "/", {}, (80, 443, 8080))
    assert places(each, _host()) == (80, 443)
    assert places(each, _host(("tcp.80", "closed"), ("tcp.8080", "open"))) == (8080, 443)


def test_a_device_is_asked_where_its_maker_lets_it_tell_and_at_a_second_port_if_need_be() -> None:
    path = endpoint("enphase").path
    body, _ = SAID["enphase"]
    assert _told("enphase", web({path: http(body)}), port=80)[0] == ("web.api", "enphase")
    assert _told("enphase", web({path: http(body, "404 x")}), port=80) == []


def test_on_a_lan_devices_are_asked_for_what_their_pages_and_ports_hint_at(lan: lab.Lan, netinv: Netinv) -> None:
    done = netinv("scan", "--jsonl", "10.77.0.1", "10.77.0.20", "10.77.0.61", "10.77.0.62", "10.77.0.71")
    told_of = {device["ip"]: device for device in map(json.loads, done.stdout.splitlines())}
    assert told_of["10.77.0.71"]["model"] == "SHPLG-S"
    assert told_of["10.77.0.71"]["vendor"] == "Shelly"
    assert told_of["10.77.0.1"]["serial"] == "3CA62F417D02"
    assert told_of["10.77.0.20"]["serial"] == "VNB3K00000"
    assert told_of["10.77.0.61"]["name"] == "Kitchen"
    assert {"web.api", "tls.subject"} <= {e["key"] for e in told_of["10.77.0.20"]["evidence"]}
    assert {"cast.model"} <= {e["key"] for e in told_of["10.77.0.62"]["evidence"]}


def test_hostile_devices_cost_their_own_time_only() -> None:
    bombs = (
        '<!DOCTYPE x [<!ENTITY a "aa"><!ENTITY b "&a;&a;&a;">]><device-info><model-name>&b;</model-name></device-info>',
        "[" * 10_000,
        '{"a":' * 3000,
        "<a>" * 4000,
        '{"name": [' + '{"b": [1]},' * 900 + "1]}",
        "Model=" * 3000,
    )
    for serve in (*HOSTILE, *(says(http(bomb)) for bomb in bombs)):
        assert _told("samsung-tv", serve, port=8001) == []


def _host(*heard: tuple[str, str]) -> Host:

    return Host(ADDRESS, tuple(Evidence(ADDRESS, key, value, "test", datetime(2026, 11, 23, tzinfo=UTC)) for key, value in heard))


def _told(name: str, serve: Serve, port: int) -> list[tuple[str, str]]:
    return told(PROBE, serve, port=port, hint=f"{name} {endpoint(name).path}")


@pytest.mark.parametrize("bit", ["\n", " ", "a=", "=", "a", "[", '{"a":', "<a>", "<!--", "&", '{"name":1,', "{}"])
def test_no_repetition_makes_an_answer_dear_to_read(bit: str) -> None:
    response = http_message.Response(200, Message(), (bit * http_message.LIMIT).encode()[: http_message.LIMIT], True, False)
    began = time.process_time()
    for each in ENDPOINTS.values():
        web_answer.parse(each, response)
    assert time.process_time() - began < 2.0


MEMBERS = st.sampled_from(sorted({name for each in ENDPOINTS.values() for name in each.told}))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=200),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(MEMBERS | st.text(max_size=8), inner, max_size=4),
)


@given(st.sampled_from(sorted(ENDPOINTS)), st.binary(max_size=512) | JSON.map(lambda said: json.dumps(said).encode()))
def test_any_bytes_are_read_without_raising(hint: str, body: bytes) -> None:
    response = http_message.parse(b"HTTP/1.1 200 OK\r\n\r\n" + body)
    assert response
    facts = web_answer.parse(ENDPOINTS[hint], response)
    assert {key for key, _ in facts} <= set(web_endpoints.TELLS)
    assert all(len(value) <= web_answer.VALUE for _, value in facts)


@given(st.sampled_from(sorted(PROBE.hears)), st.text(max_size=600))
def test_no_fact_makes_a_hint_stumble(key: str, value: str) -> None:
    assert len(hints(key, value)) <= len(ENDPOINTS)
