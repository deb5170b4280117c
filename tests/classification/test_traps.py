"""Names that only look like the name of a thing: a word inside another or in a compound, a person's or a project's name."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netinv.classification.document import evidence_of
from netinv.classification.verdict import classify

MACHINES = {"unknown", "computer", "server", "vm"}
"""What may be said of a name that somebody gave a computer."""

TRAPS = re.findall(
    r"\S+",
    """
jonas-pc spring-server-printer-queue echo-test alexander alexa-schmidt-laptop printer-test camera-shop-pc evelyn-pc eve-macbook
veras-laptop sonoma sonos-backup-server denon-fan-blog tvheadend kodi-dev-server steves-thinkpad augusts-desktop hue-research
arlo-guthrie blinkenlights handyman mobile-dev satoshi-node hopper oppositional renovation poco-loco honorable tecnologia
metzger-pc naima-laptop linnea-macbook activedirectory active-node helios zippo-server citizen-kane savings-app activity-tracker
ringo token-ring ring-buffer-test nest-js roku-dev-laptop nas-backup-script camtasia doorbell-api-test lampstack
tablet-repair-shop phonebook-server phonebook tvguide-app speakeasy bose-einstein-sim jbl-marketing-pc gateway-test router-lab
switch-config-backup ap-invoice-server voip-billing upsell-server ups-tracking-db watchtower printserver-old
thermostat-simulator fridge-magnets oven-fresh-bakery inverter-design-ws dreamweaver orbiter juramaschine-pc
shelly-ann-laptop hamed-laptop eddie-pc candy-crush hoover-dam vue-frontend bhyve-host mac-os-11 inputsensor-dev
dishwasher-repair-pc canary-deployment beamer-slides wizard wizcorp solaris sunny-day drucker-software-server kameramann-pc
hitachi-research yamaha-motor-pc miele-office-pc bosch-desktop-17 siemens-laptop-3 homey-cafe-pos tempest-lan
nest-of-birds canon-city-library-pc brother-in-law-laptop ring-road-sensor-db ring-a-ding echo-park jonas-2210 mercury-1024
phoenix-rising apollo-113 delta-force-42 tigers-nest robin-hood-pc kitchener-office canonball-run philips-screwdriver-shop
sharp-minds-laptop brother-john hp-lovecraft lovecraft-hp doorway-church printmaking-class-pc switchboard-operator
switzerland-office router-wood-shop plugged-magazine-web speakers-corner tabletop-games netgear-junkyard-sale
ups-and-downs-podcast nasal-spray-study nash-bridges tvs-and-radios-museum ipad-thai-recipe chromecastle wallbox-art-gallery
fridgeport ovenden vacuum-physics-lab kettlebell-gym boilermaker-union dryer-sheet-study sprinkler-fitters-union dishwasher-pete
mower-county-library sense-and-sensibility curb-your-enthusiasm leap-year-calc titan-2000 atlas-350 orion-120 lab-2203 room-101
marie-1984 team-742 h2o-model r2d2 c3po b52 x1-carbon rs232-notes n64-emulator-pc anna-drucker-laptop tom-heizung-pc
xbox-fanboy playstation-repair chromecast-emulator tasmota-flasher roomba-hacker
""",
)

NEARLY = ["shelly-johnson", "alexa-meyer", "kindle-wood", "wyze-guy", "roku-palace", "xbox-heaven"]
"""Product names with another word: perhaps such a device, surely not surely."""
FACTORY = ["shelly1-ab12cd", "tasmota-4B2A11-2577", "BRWB4B5B6A1B2C3", "chromecast-kitchen", "iPhone-von-Anna"]

SPOKEN_OF: list[dict[str, object]] = [
    {"http": [{"port": 80, "title": "Index of /iphone/wallpapers"}]},
    {"http": [{"port": 80, "title": "Hikvision camera viewer - Frigate"}]},
    {"http": [{"port": 80, "title": "Printers"}]},
    {"snmp": {"sysDescr": "printer test agent (python pysnmp)"}},
    {"snmp": {"sysDescr": "camera shop inventory agent"}},
    {"snmp": {"sysDescr": "router simulator in GNS3 lab"}},
    {"tls": {"subject": "CN=printer.example.com"}},
    {"mdns": [{"type": "_ssh._tcp", "name": "Sonos scripts", "hostname": "sonos.local"}]},
    {"mdns": [{"type": "_workstation._tcp", "name": "speaker [00:11:22:33:44:55]", "hostname": "speaker.local"}]},
]

THINGS = ["nas", "tv", "cam", "printer", "speaker", "hub", "ups", "switch", "phone", "lamp", "plug", "echo", "ring", "router"]

letters = st.text("abcdefghijklmnopqrstuvwxyz", min_size=3, max_size=7)


def kind_of(name: str) -> str:
    return classify(evidence_of({"dhcp": {"hostname": name}})).kind


@pytest.mark.parametrize("name", TRAPS)
def test_a_name_that_only_looks_like_a_thing_is_none(name: str) -> None:
    assert kind_of(name) in MACHINES


@pytest.mark.parametrize("name", NEARLY)
def test_a_name_made_of_a_product_and_another_word_makes_nobody_sure(name: str) -> None:
    assert classify(evidence_of({"dhcp": {"hostname": name}})).confidence < 0.9


@pytest.mark.parametrize("name", FACTORY)
def test_a_name_as_the_factory_gives_it_with_a_serial_or_a_place_still_does(name: str) -> None:
    verdict = classify(evidence_of({"dhcp": {"hostname": name}}))
    assert verdict.confidence >= 0.9, verdict.kind


@pytest.mark.parametrize("told", SPOKEN_OF)
def test_what_speaks_of_a_thing_or_plays_it_is_none(told: dict[str, object]) -> None:
    verdict = classify(evidence_of(told))
    assert verdict.kind in MACHINES or verdict.confidence < 0.9
    assert verdict.confidence < 0.9


def test_a_name_counts_once_whatever_records_it_stands_in() -> None:
    once = classify(evidence_of({"mdns": [{"type": "_http._tcp", "name": "x", "hostname": "speaker.local"}]}))
    twice = classify(evidence_of({"mdns": [{"type": "_http._tcp", "name": "speaker", "hostname": "speaker.local"}]}))
    assert twice.kind == once.kind
    assert twice.confidence == pytest.approx(once.confidence, abs=0.02)


@given(letters, st.sampled_from(THINGS), letters)
@settings(max_examples=300, deadline=None)
def test_a_word_inside_another_claims_nothing(before: str, thing: str, after: str) -> None:
    assert kind_of(f"zq{before}{thing}{after}qz") == "unknown"


@given(st.sampled_from(THINGS), letters, st.sampled_from(["server", "test", "backup", "laptop", "pc", "api", "db", "lab"]))
@settings(max_examples=300, deadline=None)
def test_in_a_compound_the_last_word_rules(thing: str, between: str, head: str) -> None:
    assert kind_of(f"{thing}-zq{between}-{head}") in MACHINES


@given(st.sampled_from(["nginx", "Apache/2.4.57 (Debian)", "lighttpd/1.4", "OpenSSH", "Linux", "Microsoft-IIS/10.0"]), letters)
@settings(max_examples=100, deadline=None)
def test_generic_software_is_no_device(software: str, word: str) -> None:
    assert classify(evidence_of({"http": [{"server": software, "title": f"zq{word}"}]})).kind in MACHINES


@pytest.mark.parametrize(
    "title",
    [
        "Camera bag shop", "How to choose a camera", "Printer drivers download", "Vue Router demo", "Speaker notes - Reveal.js",
        "Firewall rules wiki", "Tasmota docs mirror", "Synology vs QNAP review", "Access Point Theatre tickets", "Xerox history",
        "Canon City Public Library", "Ring Road Traffic", "Sharp Minds GmbH", "HP Lovecraft Collected Works",
        "Projector Club Cinema",
        "Heat Pump Research Group", "Vacuum Physics Lab", "Dishwasher Salt Study", "Router Bits for Woodworking",
        "Tablet Weaving Guild", "Speaker Series 2025", "TV Series Database",
    ],
)  # fmt: skip
def test_a_page_about_a_thing_is_not_the_thing(title: str) -> None:
    assert classify(evidence_of({"http": [{"port": 80, "server": "nginx", "title": title}]})).kind == "unknown"


@pytest.mark.parametrize(
    "name",
    [
        "Nest of Birds", "Canon City Library", "Ring Road Project", "Echo Test Page", "Spring Server Printer Queue",
        "Vacuum Tubes Forum",
        "Marie's Dishwasher Manual", "Thermostat Simulator", "Jonas' Laptop", "My Garage Door Opener Docs",
    ],
)  # fmt: skip
def test_a_page_announced_under_a_name_about_a_thing_is_not_the_thing(name: str) -> None:
    assert classify(evidence_of({"mdns": [{"type": "_http._tcp", "name": name}]})).kind in MACHINES


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("RAX50", "router"), ("GS108Ev3", "switch"), ("ruckus-r610", "access_point"), ("DS218play", "nas"),
        ("HS110", "smart_home"), ("samsung-dishwasher-kitchen", "smart_home"), ("MFC-L2710DW", "printer"), ("SIP-T46S", "voip"),
    ],
)  # fmt: skip
def test_a_name_that_is_wholly_a_model_is_one(name: str, kind: str) -> None:
    assert kind_of(name) == kind


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("Network Camera", "camera"), ("Router Login", "router"), ("HP LaserJet MFP M428fdw", "printer"),
        ("Welcome to your Synology DiskStation", "nas"), ("Tasmota - Main Menu", "smart_home"),
        ("NETGEAR GS308E Switch", "switch"),
    ],
)  # fmt: skip
def test_a_page_that_a_device_gives_itself_is_believed(title: str, kind: str) -> None:
    assert classify(evidence_of({"http": [{"port": 80, "title": title}]})).kind == kind


def test_a_border_router_of_thread_is_not_the_router_of_the_house() -> None:
    thread = {"type": "_meshcop._udp", "name": "Apple BorderRouter", "txt": {"vn": "Apple Inc.", "mn": "BorderRouter"}}
    assert classify(evidence_of({"mdns": [thread]})).kind != "router"


def test_a_plugs_number_inside_another_model_is_not_the_plug() -> None:
    assert kind_of("H6159_A1B2") == kind_of("HS110") == "smart_home"
    assert kind_of("BD-H6500") != "smart_home"


@pytest.mark.parametrize(
    "name", ["sonoscape", "kindleberger", "ipadilla", "bosemann", "shellyann", "wyzeman", "vizior", "rokuro"]
)
def test_a_name_that_only_begins_like_a_product_is_nobodys(name: str) -> None:
    assert classify(evidence_of({"dhcp": {"hostname": name}})).kind == "unknown"
