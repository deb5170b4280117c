"""What is measured: LANs of one trouble each, and who is sent there."""

from dataclasses import dataclass

from tests.benchmark.lans import Conditions

_FASTEST = ("netinv --fast", "arp-scan", "arp-scan -r 1 -t 100 -i 5u", "nmap -sn -T5 --min-rate 100000")
_HURRIED = (*_FASTEST[0:1], *_FASTEST[2:], "masscan --arp --rate 100000 --wait 0")


@dataclass(frozen=True)
class Case:
    """One LAN, and its contenders; their times are compared with `reference`'s."""

    name: str
    title: str
    conditions: Conditions
    scanners: tuple[str, ...]
    reference: str = "arp-scan"
    is_still: bool = False
    """The very same LAN in each run: what is found must be the same, too."""


_STRESS = Conditions(hosts=73, sleepy=0.2, duplicates=1, icmp=0.86, ceiling=450, ceiling_window_ms=200)
_WIFI = Conditions(hosts=25, wifi=0.6, wifi_loss=0.08, sleepy=0.15, loss=0.01, ceiling=1500)

CASES = {
    case.name: case
    for case in (
        Case(
            "stress",
            "/24, 73 hosts: a fifth sleepy, one address conflict, storm control at 450/s",
            _STRESS,
            (
                "netinv --presence",
                "netinv --presence, no root",
                "netinv",
                "arp-scan",
                "arp-scan -r 6",
                "nmap -sn",
                "nmap -sn, no root",
                "netdiscover",
                "masscan --arp",
                "fping -a -g",
            ),
        ),
        Case(
            "wifi",
            "/24, 25 hosts, 60 % on Wi-Fi: beacons, 8 % of broadcasts lost there, 15 % sleepy, 1 % loss each way",
            _WIFI,
            ("netinv --presence", "netinv --presence, no root", "arp-scan", "nmap -sn", "netdiscover", "masscan --arp"),
        ),
        Case(
            "loss-24",
            "/24, 60 hosts, 10 % loss each way",
            Conditions(loss=0.1),
            ("netinv --presence", "netinv --fast", "arp-scan", "nmap -sn", "masscan --arp"),
        ),
        Case(
            "loss-22",
            "/22, 240 hosts, 10 % loss each way",
            Conditions("10.9.0.0/22", 240, loss=0.1),
            ("netinv --presence", "netinv --fast", "arp-scan", "nmap -sn", "masscan --arp"),
        ),
        Case("fast-24", "/24, 60 hosts, no trouble", Conditions(), (*_FASTEST, "netinv --fast, no root", "nmap -sn")),
        Case("fast-22", "/22, 240 hosts, no trouble", Conditions("10.9.0.0/22", 240), (*_FASTEST, "netinv --fast, no root")),
        Case("fast-16", "/16, 1,000 hosts, no trouble", Conditions("10.9.0.0/16", 1000), _HURRIED, "arp-scan -r 1 -t 100 -i 5u"),
        Case(
            "crowded-16",
            "/16, 20,000 hosts, no trouble",
            Conditions("10.9.0.0/16", 20_000),
            _HURRIED,
            "arp-scan -r 1 -t 100 -i 5u",
        ),
        Case("ceiling", "/24, 60 hosts, storm control at 1,000/s", Conditions(ceiling=1000), ("netinv --fast", "arp-scan")),
        Case(
            "ceiling-22",
            "/22, 240 hosts, storm control at 1,000/s",
            Conditions("10.9.0.0/22", 240, ceiling=1000),
            ("netinv --fast", "arp-scan"),
        ),
        Case(
            "still",
            "/24, 60 hosts, the same LAN in every run",
            Conditions(),
            ("netinv", "netinv --presence", "netinv --fast"),
            reference="netinv",
            is_still=True,
        ),
    )
}
