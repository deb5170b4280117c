"""What can go wrong, worded as the user should read it: what happened, and what to do about it."""


class NetinvError(Exception):
    """Anything netinv expects to go wrong; `cli/app.py` prints it as `error:` and `hint:` and exits with `exit_code`."""

    exit_code = 1

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(NetinvError):
    """What was asked for does not exist or does not fit together."""

    exit_code = 2


class TargetError(NetinvError):
    """The targets cannot be understood, or are more than was agreed to."""

    exit_code = 2


class InterfaceError(NetinvError):
    """There is no interface to scan from, or it cannot carry a scan."""


class PrivilegeError(NetinvError):
    """The system forbids every way of asking."""

    exit_code = 4


class RuleError(NetinvError):
    """A classification rule is malformed or contradicts its own examples."""


class DeviceError(NetinvError):
    """No device, or more than one, is meant by what the user wrote."""


class FormatError(NetinvError):
    """The output cannot be written in that format or to that place."""


class TranscriptError(NetinvError):
    """A recording of a scan, or a capture file, cannot be read or written."""


class LabError(NetinvError):
    """The virtual LAN cannot be set up here."""


class StoreError(NetinvError):
    """The inventory cannot be read or written."""

    exit_code = 5
