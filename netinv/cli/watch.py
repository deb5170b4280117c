"""`netinv watch`: look at the network again and again, listen in between, and tell who comes and goes."""

import sys
from collections.abc import Callable
from contextlib import ExitStack, suppress
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperCommand

from netinv.cli import options
from netinv.cli.configured import configured, is_said
from netinv.cli.naming import sensor_name
from netinv.cli.signals import INTERRUPTED, Signals
from netinv.defaults import CALM, EVERY
from netinv.settings import SETTINGS
from netinv.watch.clock import duration

if TYPE_CHECKING:
    from netinv.watch.events import Event
    from netinv.watch.outlets import Outlet

HELP = """Watch the network: sweep it gently every few minutes, listen in between, and tell who is new, back or gone.

On a terminal a table that keeps itself up to date; elsewhere each event is a line of JSON (`netinv schema event`).

Examples:

  sudo netinv watch                                         until Ctrl-C

  sudo netinv watch --on new -- notify-send netinv {says}   a command for each new device; no shell

  sudo netinv watch --notify-file ~/.netinv-notify          to a telephone: ntfy://TOPIC in that file

  sudo netinv watch --passive                               only listen: not a packet is sent

  netinv watch --print-unit                                 a systemd unit that watches without root
"""
STEP = 0.5
"""Seconds the watch waits at most before it looks after commands, the screen and signals."""

_Many = list[str] | None
_COMMAND = f"{__name__}.command"


class Watch(TyperCommand):
    """A command line whose words after `--` are those of another command."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if "--" in args:
            at = args.index("--")
            args, ctx.meta[_COMMAND] = args[:at], tuple(args[at + 1 :])
        return super().parse_args(ctx, args)


def watch(
    context: typer.Context,
    targets: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[TARGETS]...", help="As for netinv scan; without any, the network on the link.", show_default=False
        ),
    ] = None,
    interface: Annotated[_Many, configured("scan.interface", means="Watch from this interface")] = None,
    exclude: Annotated[_Many, configured("scan.exclude")] = None,
    every: Annotated[str, configured("watch.every")] = EVERY,
    pace: Annotated[str, configured("watch.pace")] = CALM[0],
    skip: Annotated[_Many, configured("scan.skip")] = None,
    passive: Annotated[bool, configured("watch.passive")] = False,
    large: Annotated[bool, typer.Option("--large", help="Allow more than 1,024 addresses (a /22).")] = False,
    huge: Annotated[bool, typer.Option("--huge", help="Allow more than 65,536 addresses (a /16).")] = False,
    public: Annotated[bool, typer.Option("--public", help="Allow the public Internet: only with its owner's leave.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="A line of JSON for each event, also on a terminal.")] = False,
    on: Annotated[_Many, configured("watch.on")] = None,
    command: Annotated[
        str | None,
        configured(
            "watch.exec",
            means="Run this for each event, with the words after -- if there are any: JSON on its input, NETINV_EVENT_* set, "
            "{says} and {event} filled in; no shell",
        ),
    ] = None,
    webhook_file: Annotated[str | None, configured("watch.webhook-file")] = None,
    mqtt_file: Annotated[str | None, configured("watch.mqtt-file")] = None,
    notify_file: Annotated[str | None, configured("watch.notify-file")] = None,
    metrics: Annotated[str | None, configured("watch.metrics")] = None,
    count: Annotated[
        int | None, typer.Option(min=1, metavar="N", show_default=False, help="End after N sweeps; else it goes on for ever.")
    ] = None,
    sensor: options.Sensor = None,
    store: options.Store = None,
    print_unit: Annotated[
        bool, typer.Option("--print-unit", help="Print a systemd unit for this installation, and exit.")
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No notes; events and errors only.")] = False,
) -> int:
    """Look, listen, tell."""
    if print_unit:
        from netinv.watch.unit import barrier, unit

        typer.echo(unit(), nl=False)
        if closed := barrier():
            _say(f"the unit's user may not enter {closed}: install netinv elsewhere for it, as in /opt/netinv")
        return 0
    from netinv.cli.live import screen
    from netinv.cli.streams import is_closed, refusal
    from netinv.cli.telling import outlets_of, words_of
    from netinv.errors import StoreError
    from netinv.scanner import manners_of
    from netinv.watch.keeper import Keeper
    from netinv.watch.ledger import Ledger
    from netinv.watch.looks import Asked, plan_look
    from netinv.watch.watcher import Watcher

    for name, word in (("watch.pace", pace), *(("watch.on", word) for word in on or ())):
        if check := SETTINGS[name].check:
            check(word)
    seconds = duration(every)
    manners = manners_of(pace, timeout=None, rate=None, retries=None, presence=False)
    after = context.meta.get(_COMMAND)
    words = words_of(command if after is None or is_said(context, "command") else None, after)
    if is_closed(sys.stdout):
        raise refusal()
    asked = Asked(
        targets=tuple(targets or ()),
        interface=tuple(interface or ()),
        exclude=tuple(exclude or ()),
        manners=manners,
        skip=tuple(skip or ()),
        allow_large=large,
        allow_huge=huge,
        allow_public=public,
        passive=passive,
        sensor=sensor_name(sensor),
    )
    with ExitStack() as stack:
        signals = stack.enter_context(Signals())
        # Before anything else is opened, so that it knows no secret and no inventory.
        keeper = Keeper(lambda order: plan_look(asked, order), _prepare)
        stack.callback(keeper.close)
        keeper.keep_alone()
        show = stack.enter_context(screen(wanted=not as_json and sys.stdout.isatty()))
        say: Callable[[str], None] = (lambda _: None) if quiet else show.note if show else _say
        ledger = Ledger(store, say)
        ledger.open()
        outlets: list[Outlet] = []

        def tell(event: "Event") -> None:
            if show:
                show.event(event)
            else:
                _print(event)
            for outlet in outlets:
                if not on or event.kind in on:
                    outlet.offer(event)

        watcher = Watcher(keeper, ledger, every=seconds, tell=tell, say=say, waits=count is None)
        outlets += outlets_of(words, webhook_file, mqtt_file, notify_file, metrics, say, watcher, ledger, is_drawn=bool(show))
        for outlet in outlets:
            stack.callback(outlet.close)
        while not signals.caught and not (count and watcher.counts.sweeps >= count):
            watcher.step(STEP)
            for outlet in outlets:
                outlet.poll()
            if show:
                show.draw(watcher, ledger)
        watcher.finish()
        for outlet in outlets:
            outlet.poll()
        if ledger.is_failing:
            raise StoreError("not all of the watch is saved", hint="make room for the inventory, or name another with --store")
    return INTERRUPTED[signals.caught[0]] if signals.caught else 0


def _prepare() -> None:
    """What the keeper does first: it, and those who read the network, know no secret."""
    import os

    from netinv.watch.looks import warm_up

    for name in ("NETINV_WEBHOOK", "NETINV_MQTT", "NETINV_NOTIFY", "NETINV_STORE", "PGPASSWORD"):
        os.environ.pop(name, None)
    warm_up()


def _print(event: "Event") -> None:
    from netinv.formats.json import encode
    from netinv.watch.events import document

    sys.stdout.write(encode(document(event)) + "\n")
    sys.stdout.flush()


def _say(line: str) -> None:
    with suppress(OSError, AttributeError):
        print(f"note: {line}", file=sys.stderr, flush=True)


watch.__doc__ = HELP
