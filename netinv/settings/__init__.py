"""What a user can set, each declared once: for the configuration file, the environment, the command line, and the documents."""

from netinv.defaults import CALM, EVERY, GENTLE_RATE, LISTEN, MOST_RETRIES, PACES, RATE, RETRIES, TIMEOUT
from netinv.errors import UsageError
from netinv.settings.setting import Kind, Setting, Value, as_text, nearest

__all__ = ["SETTINGS", "Kind", "Setting", "Value", "as_text", "example", "nearest"]


def _pace(name: str) -> None:
    if name not in PACES:
        raise _no("pace", name, tuple(PACES))


def _probe(name: str) -> None:
    from netinv.probes import probes

    names = tuple(probe.name for probe in probes())
    if name not in names:
        raise _no("probe", name, names)


def _target(words: str) -> None:
    from netinv.net.notation import check

    check(words)


def _format(name: str) -> None:
    from netinv.formats import by_name

    by_name(name)


def _sensor(name: str) -> None:
    from netinv.text import clean

    if clean(name, 64) != name:
        raise UsageError("a sensor's name is 64 printable characters at the most", hint="the host name is as good as any")


def _calm_pace(name: str) -> None:
    if name not in CALM:
        raise UsageError("a watch is no hurry", hint=f"paces: {', '.join(CALM)}")


def _interval(word: str) -> None:
    from netinv.watch.clock import duration

    duration(word)


def _event(name: str) -> None:
    from netinv.watch.events import KINDS

    if name not in KINDS:
        raise _no("event", name, tuple(KINDS))


def _address(where: str) -> None:
    from netinv.watch.metrics import parse_address

    parse_address(where)


def _command(words: str) -> None:
    import shlex

    try:
        shlex.split(words)
    except ValueError as error:
        raise UsageError(f"the command cannot be understood: {error}", hint="close what you quote") from error


def _no(what: str, name: str, names: tuple[str, ...]) -> UsageError:
    from netinv.text import clean

    return UsageError(f"there is no {what} '{clean(name, 40)}'", hint=nearest(name, names, f"{what}s"))


_PACE_NAMED = ("pace", "fast", "gentle")
_QUICK = ("fast", "presence")
SETTINGS: dict[str, Setting] = {
    setting.name: setting
    for setting in (
        Setting(
            "scan.interface", "words", "Scan from this interface", "NETINV_INTERFACE", ("--interface", "-i"), "NAME",
            example='["eth0"]',
        ),
        Setting(
            "scan.exclude", "targets", "Leave these out", "NETINV_EXCLUDE", ("--exclude", "-x"), "TARGET",
            check=_target, adds=True, example='["10.0.0.7", "10.0.0.200-250"]',
        ),
        Setting(
            "scan.pace", "word", "The manners of the scan: gentle, default or fast", "NETINV_PACE", ("--pace",), "NAME",
            default="default", check=_pace, overruled_by=("fast", "gentle"), example='"gentle"',
        ),
        Setting(
            "scan.rate", "number", "Packets a second, in any tenth of a second", "NETINV_RATE", ("--rate",), "PPS",
            default=RATE, low=1, high=1_000_000, overruled_by=_PACE_NAMED, example="150",
        ),
        Setting(
            "scan.retries", "whole", "Ask a silent address N times more, a second apart", "NETINV_RETRIES", ("--retries",), "N",
            default=RETRIES, usually=f"{RETRIES}, up to {MOST_RETRIES} where the link loses", low=0, high=15,
            overruled_by=_PACE_NAMED, example="4",
        ),
        Setting(
            "scan.timeout", "number", "Wait S seconds after the last question", "NETINV_TIMEOUT", ("--timeout",), "S",
            default=TIMEOUT, low=0.05, high=60, overruled_by=_PACE_NAMED, example="2.5",
        ),
        Setting(
            "scan.skip", "words", "Do not ask with this probe", "NETINV_SKIP", ("--skip",), "NAME",
            check=_probe, overruled_by=("probe",), example='["tcp"]',
        ),
        Setting(
            "scan.also", "words", "Ask with this probe too, which is not asked by default: snmp, industrial, tcp-ping",
            "NETINV_ALSO", ("--also",), "NAME", check=_probe, overruled_by=("probe", "passive", *_QUICK), example='["tcp-ping"]',
        ),
        Setting(
            "scan.listen", "number", "Listen for S seconds at least to what devices announce by themselves", "NETINV_LISTEN",
            ("--listen",), "S", usually=f"while asking; with --passive {LISTEN:.0f}", low=0, high=86_400, overruled_by=_QUICK,
            example="30",
        ),
        Setting(
            "scan.sensor", "word", "What this machine is called in an inventory that several share", "NETINV_SENSOR",
            ("--sensor",), "NAME", usually="its host name", check=_sensor, example='"attic"',
        ),
        Setting(
            "snmp.communities", "words", "Ask by SNMP too, with this community, which in the environment nobody else sees",
            "NETINV_COMMUNITY", ("--community",), "NAME", usually="public, with --also snmp",
            overruled_by=("probe", "passive", *_QUICK), is_secret=True, example='["public"]',
        ),
        Setting(
            "output.format", "word", "table, csv, json, html ...; a wrong name is answered with all", "NETINV_FORMAT",
            ("--format", "-f"), "NAME", default="table", check=_format, overruled_by=("as_json", "as_jsonl", "as_csv", "output"),
            example='"csv"',
        ),
        Setting(
            "output.why", "switch", "Show the one telling reason for each verdict in the table", "NETINV_WHY",
            ("--why/--no-why",), default=False, example="true",
        ),
        Setting(
            "store.url", "place", "The inventory: a file, or postgresql://HOST/DATABASE", "NETINV_STORE", ("--store",), "FILE",
            usually="netinv/inventory.db in the XDG data directory", example='"~/lan.db"',
        ),
        Setting(
            "watch.every", "word", "From one sweep to the next: 30s, 5m, 1h", "NETINV_WATCH_EVERY", ("--every",), "TIME",
            default=EVERY, check=_interval, example='"10m"',
        ),
        Setting(
            "watch.pace", "word", f"gentle, which is {GENTLE_RATE:.0f} packets a second at the most, or default",
            "NETINV_WATCH_PACE", ("--pace",), "NAME", default=CALM[0], check=_calm_pace, example='"default"',
        ),
        Setting(
            "watch.passive", "switch", "Send nothing at all: only listen; needs root, and tells of nobody that they are gone",
            "NETINV_WATCH_PASSIVE", ("--passive/--no-passive",), default=False, example="true",
        ),
        Setting(
            "watch.on", "words", "Tell commands, services and webhooks of new, back, gone, changed or conflict only",
            "NETINV_WATCH_ON", ("--on",), "EVENT", usually="all", check=_event, example='["new", "conflict"]',
        ),
        Setting(
            "watch.exec", "word", "Run this for each event: JSON on its input, NETINV_EVENT_* set, {says} and {event} filled in; "
            "no shell", "NETINV_WATCH_EXEC", ("--exec",), "COMMAND", check=_command, example='"/usr/local/bin/told {says}"',
        ),
        Setting(
            "watch.notify-file", "path", "Notify telephones and desktops by the Apprise URLs in FILE, one a line, or in "
            "NETINV_NOTIFY", "NETINV_WATCH_NOTIFY_FILE", ("--notify-file",), "FILE",
            content="NETINV_NOTIFY", example='"/etc/netinv/notify"',
        ),
        Setting(
            "watch.webhook-file", "path", "Post events to the URL in FILE, or in NETINV_WEBHOOK, which is never shown",
            "NETINV_WATCH_WEBHOOK_FILE", ("--webhook-file",), "FILE", content="NETINV_WEBHOOK",
            example='"/etc/netinv/webhook"',
        ),
        Setting(
            "watch.mqtt-file", "path", "Tell the broker at the URL in FILE, or in NETINV_MQTT, and Home Assistant by it: "
            "mqtt://USER:PASSWORD@HOST", "NETINV_WATCH_MQTT_FILE", ("--mqtt-file",), "FILE", content="NETINV_MQTT",
            example='"/etc/netinv/mqtt"',
        ),
        Setting(
            "watch.metrics", "word", "Serve Prometheus metrics at [ADDR:]PORT, on loopback if none is named",
            "NETINV_WATCH_METRICS", ("--metrics",), "ADDRESS", check=_address, example='"9877"',
        ),
    )
}  # fmt: skip
"""All, by name, in the order they are shown in."""


def example() -> str:
    """A configuration file that says nothing yet, with a line for each setting."""
    lines = ["# What netinv does unless the command line or the environment says otherwise: see `netinv config show`."]
    section = ""
    for setting in SETTINGS.values():
        if (head := setting.name.partition(".")[0]) != section:
            section = head
            lines += ["", f"[{section}]"]
        usually = f"; usually {setting.usual}" if setting.usual else ""
        lines.append(f"# {f'{setting.key} = {setting.example}':<42}# {setting.means}{usually}")
    return "\n".join(lines) + "\n"
