"""Who else is told of what a watch sees: a command, a webhook, a broker, telephones, Prometheus."""

import os
import shlex
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from netinv.errors import UsageError

if TYPE_CHECKING:
    from netinv.watch.ledger import Ledger
    from netinv.watch.outlets import Outlet
    from netinv.watch.watcher import Watcher

_LONGEST = 16_384
"""Characters of a file of URLs."""
_URL_FILE = "a file with the URL in a line of its own"


def secret(path: str | None, variable: str) -> str | None:
    """The one URL, or the first."""
    return next(iter(secrets(path, variable)), None)


def secrets(path: str | None, variable: str) -> tuple[str, ...]:
    """URLs that are nobody's business: the lines of a file, or else the words of a variable; UsageError for a bad file.

    That the variable outranks a file which only the configuration names is seen to where settings are read.
    Empty lines, and those that begin with `#`, are none.
    """
    if path is None:
        return tuple(os.environ.get(variable, "").split())
    if "://" in path:  # the secret itself, which is not repeated
        raise UsageError("a URL stands where the file that holds it is to be named", hint=f"put it into a file, or in {variable}")
    try:
        with Path(path).expanduser().open(encoding="utf-8") as file:
            lines = [line.strip() for line in file.read(_LONGEST).splitlines()]
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is no text"
        raise UsageError(f"{path} cannot be read: {why}", hint=_URL_FILE) from error
    if not (found := tuple(line for line in lines if line and not line.startswith("#"))):
        raise UsageError(f"{path} is empty", hint=_URL_FILE)
    return found


def outlets_of(
    words: list[str],
    webhook_file: str | None,
    mqtt_file: str | None,
    notify_file: str | None,
    metrics: str | None,
    say: Callable[[str], None],
    watcher: "Watcher",
    ledger: "Ledger",
    *,
    is_drawn: bool,
) -> "list[Outlet]":
    """Everybody else who is told; each loaded only where it is wanted."""
    found: list[Outlet] = []
    if words:
        from netinv.watch.commands import Commands

        found.append(Commands(words, say, drawn_on=is_drawn))
    if url := secret(webhook_file, "NETINV_WEBHOOK"):
        from netinv.watch.webhook import Webhook

        found.append(Webhook(url, say))
    if url := secret(mqtt_file, "NETINV_MQTT"):
        from netinv.watch.mqtt import Mqtt

        found.append(Mqtt(url, say, lambda: ledger.devices))
    if urls := secrets(notify_file, "NETINV_NOTIFY"):
        from netinv.watch.notify import Notify

        found.append(Notify(urls, say))
    if metrics:
        from netinv.watch.metrics import Metrics

        found.append(Metrics(metrics, watcher, lambda: ledger.devices))
    return found


def words_of(command: str | None, more: Sequence[str] | None) -> list[str]:
    """The words of a command: those of --exec, parted as a shell would, and those after `--` as they are.

    UsageError where it cannot be run.
    """
    if command is None and more is None:
        return []
    try:
        words = [*shlex.split(command or ""), *(more or ())]
    except ValueError as error:
        raise UsageError(f"the command cannot be understood: {error}", hint="close what you quote") from error
    if not words or not shutil.which(words[0]):
        raise UsageError(f"there is no command '{words[0] if words else ''}'", hint="name one that can be run, with its path")
    return words
