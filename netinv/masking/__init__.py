"""A transcript made fit to be shown: who the devices are is masked, what they are is not.

MAC addresses keep the bits that name their vendor, names keep the words that name products and services, and every mask has
the length and the look of what it hides, so that messages stay whole and rules find what they found. Equal things stay equal
within one transcript: a mask is drawn by a key that is made for it and forgotten. Private addresses are kept; public ones, and
IPv6 networks, move to the ranges for documentation (RFC 5737, RFC 3849). Times are kept.

Masked like names, wherever their words stand, are logins, sessions, mail addresses, telephone numbers and homes (`personal`).

Keys that servers prove themselves by, and what certificates hold of them, are others afterwards. Which keys of evidence hide
what, the vocabulary says (`hides` in `classification/data/evidence.toml`), so that no new one is forgotten.

What may still tell somebody apart: which devices there are and when they spoke, what web pages say in sentences, a key that came
in pieces, and names that are also those of a maker or a product.
"""

import secrets

from netinv.errors import TranscriptError
from netinv.masking.mask import Mask
from netinv.net.transcript import Header, Transcript

__all__ = ["Mask", "anonymised", "check"]


def check(header: Header) -> None:
    """Whether a scan that begins like this can be masked; TranscriptError for one of public addresses."""
    if any(network.is_global for door in header.doors for network in door.targets.networks):
        said = "a scan of public addresses cannot be made anonymous"
        raise TranscriptError(said, hint="the addresses are what it would have to hide")


def anonymised(transcript: Transcript, key: bytes | None = None) -> Transcript:
    """The transcript, masked; `key` for masks that shall be the same again. TranscriptError for a scan of public addresses."""
    check(transcript.header)
    mask = Mask(key or secrets.token_bytes(16))
    mask.learn(transcript)
    return mask.masked(transcript)
