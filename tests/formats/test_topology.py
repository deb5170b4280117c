"""How the network hangs together: gateways, what joins cables, kinds, and who is behind a router."""

from dataclasses import replace

from hypothesis import given

from netinv.formats import Report
from netinv.formats.drawing import drawing
from netinv.formats.topology import Site, is_self, title, topology
from netinv.model import Device, Evidence, Verdict
from tests.formats.reports import NOON, device, household, reports, scan
from tests.formats.written import attackers, attacking


def _fact(host: int, key: str) -> tuple[Evidence, ...]:
    return (Evidence(f"192.168.178.{host}", key, "eth0", "local", NOON),)


def _of(kind: str, host: int, category: str = "other", **changes: object) -> Device:
    return device(host, **{"verdict": Verdict(category, kind, None, None, None, 0.9), **changes})


_GATEWAY = _of("router", 1, "router", evidence=_fact(1, "route.gateway"))


def _everybody(sites: tuple[Site, ...]) -> list[Device]:
    return [
        *(site.gateway for site in sites if site.gateway),
        *(one for site in sites for one in (*site.joining, *site.beyond)),
        *(one for site in sites for group in site.groups for one in group.devices),
    ]


def test_from_the_gateway_by_the_switch_to_the_devices_by_kind() -> None:
    phone, tablet, switch, point = _of("phone", 30), _of("tablet", 31), _of("switch", 5), _of("access_point", 4)
    (site,) = topology(Report([phone, tablet, point, switch, _GATEWAY]))
    assert site.gateway is _GATEWAY
    assert site.joining == (switch, point)
    assert [(group.title, group.devices) for group in site.groups] == [("phone", (phone,)), ("tablet", (tablet,))]


def test_a_device_without_a_mac_address_is_behind_a_router() -> None:
    far, me = _of("server", 99, "computer", macs=()), _of("computer", 50, "computer", macs=(), evidence=_fact(50, "local.self"))
    (site,) = topology(Report([_GATEWAY, far, me]))
    assert site.beyond == (far,)
    assert is_self(site.groups[0].devices[0])


def test_of_two_that_claim_the_gateways_address_the_router_is_believed() -> None:
    thief = _of("camera", 1, id="thief", evidence=_fact(1, "route.gateway"))
    (site,) = topology(Report([thief, _GATEWAY]))
    assert site.gateway is _GATEWAY
    assert site.groups[0].devices == (thief,)


def test_each_device_is_at_the_gateway_nearest_to_it() -> None:
    fact = Evidence("10.0.0.1", "route.gateway", "eth0", "local", NOON)
    office = _of("router", 2, "router", addresses=("10.0.0.1",), evidence=(fact,))
    printer = _of("printer", 3, "printer", addresses=("10.0.0.9",))
    phone = _of("phone", 30)
    sites = topology(Report([_GATEWAY, office, printer, phone]))
    assert [(site.address, site.groups[0].devices) for site in sites] == [("10.0.0.1", (printer,)), ("192.168.178.1", (phone,))]


def test_home_and_office_are_apart_though_their_gateways_have_one_address() -> None:
    home, office = _GATEWAY, replace(_GATEWAY, id="other", network="office")
    phone, printer = _of("phone", 30), _of("printer", 31, "printer", network="office")
    sites = topology(Report([home, office, phone, printer]))
    assert [(site.gateway, site.groups[0].devices) for site in sites] == [(home, (phone,)), (office, (printer,))]


def test_a_gateway_known_by_its_address_alone_is_told_all_the_same() -> None:
    (site,) = topology(Report([_of("phone", 30)], scan()))
    assert (site.gateway, site.address) == (None, "192.168.178.1")
    assert topology(Report(())) == ()


def test_kinds_are_named_as_they_are_read() -> None:
    assert [title("other", "access_point"), title("computer", "unknown"), title("unknown", "unknown")] == [
        "access point", "computer?", "unknown",
    ]  # fmt: skip


@given(reports | attacking)
def test_every_device_is_in_one_place(report: Report) -> None:
    assert sorted(map(id, _everybody(topology(report)))) == sorted(map(id, report.devices))


def test_the_drawing_names_who_fits_and_counts_the_rest() -> None:
    phones = [_of("phone", number, name=f"phone-{number}") for number in range(30, 45)]
    svg = drawing(topology(Report([_GATEWAY, *phones])))
    assert "phone (15)" in svg
    assert "phone-39" in svg
    assert "phone-40" not in svg
    assert "and 5 more" in svg


def test_what_connects_the_others_is_told_apart_by_kind_in_the_drawing() -> None:
    picture = drawing(topology(household()))
    assert "connects the others (1)" in picture
    assert ">access point<" in picture


def test_the_drawing_holds_no_markup_but_its_own() -> None:
    for report in (attackers(), household(), Report(())):
        svg = drawing(topology(report))
        assert svg.startswith("<svg ")
        assert not any(mark in svg.lower() for mark in ("<script", "<img", "style=", "javascript:alert(1)<"))
