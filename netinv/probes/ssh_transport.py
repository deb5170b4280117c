"""The beginning of SSH's transport, as far as a server shows its host key: no secret is made, and none is needed (RFC 4253).

Read here, since scapy's layer computes no lengths, and takes a host key apart of which only the fingerprint is wanted.
"""

import struct
from base64 import b64encode
from collections.abc import Iterator
from hashlib import sha256

LIMIT = 16 * 1024
"""Bytes heard in all; an answer has some 1,500."""
IDENTIFICATION = b"SSH-2.0-netinv\r\n"
_KEXINIT, _INIT, _REPLY = 20, 30, 31
_COOKIE = b"netinv netinv   "
_LENGTH = struct.Struct("!I")
_BLOCK = 8
"""Packets are padded to a multiple of it (6)."""
_ONE_OF_THE_GROUP = _LENGTH.pack(256) + bytes.fromhex("5a" * 256)
_SHARES = {
    # RFC 8731: the number 9, with which both sides begin
    b"curve25519-sha256": _LENGTH.pack(32) + bytes((9,)) + bytes(31),
    b"curve25519-sha256@libssh.org": _LENGTH.pack(32) + bytes((9,)) + bytes(31),
    # RFC 5656: the generator of NIST's curve P-256 (FIPS 186-4, D.1.2.3)
    b"ecdh-sha2-nistp256": _LENGTH.pack(65)
    + bytes.fromhex(
        "046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"
        "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5"
    ),
    # RFC 3526, 3: any number below the prime will do
    b"diffie-hellman-group14-sha256": _ONE_OF_THE_GROUP,
    b"diffie-hellman-group14-sha1": _ONE_OF_THE_GROUP,
}
"""Key exchanges, each with what we send as our share of it."""
_HOST_KEYS = b"ssh-ed25519,ecdsa-sha2-nistp256,rsa-sha2-512,rsa-sha2-256,ssh-rsa,ssh-dss"
"""Always in this order, so that a server always shows the same of its keys."""
_CIPHERS = b"chacha20-poly1305@openssh.com,aes128-ctr,aes256-ctr,aes128-gcm@openssh.com,aes128-cbc,3des-cbc"
_MACS = b"hmac-sha2-256,hmac-sha1,hmac-sha2-512,hmac-sha2-256-etm@openssh.com"


def offer() -> bytes:
    """What we would speak (7.1)."""
    lists = (b",".join(_SHARES), _HOST_KEYS, _CIPHERS, _CIPHERS, _MACS, _MACS, b"none", b"none", b"", b"")
    return _packet(bytes((_KEXINIT,)) + _COOKIE + b"".join(_LENGTH.pack(len(each)) + each for each in lists) + bytes(5))


def share(heard: bytes) -> bytes | None:
    """Our share of the key exchange that both know, by what was heard after the identification; None if there is none (yet)."""
    for payload in _payloads(heard):
        if payload[:1] == bytes((_KEXINIT,)):
            theirs = _string(payload, 17).split(b",")
            return next((_packet(bytes((_INIT,)) + ours) for name, ours in _SHARES.items() if name in theirs), None)
    return None


def fingerprint(heard: bytes) -> str | None:
    """Of the host key, as ssh-keygen writes it, by what was heard after the identification; None if none was shown (yet)."""
    for payload in _payloads(heard):
        if payload[:1] == bytes((_REPLY,)) and (key := _string(payload, 1)):
            return "SHA256:" + b64encode(sha256(key).digest()).rstrip(b"=").decode("ascii")
    return None


def _payloads(heard: bytes) -> Iterator[bytes]:
    """Of each whole packet (6)."""
    at = 0
    while at + 5 <= len(heard):
        (length,) = _LENGTH.unpack_from(heard, at)
        padding, end = heard[at + 4], at + 4 + length
        if not padding < length <= LIMIT or end > len(heard):
            return
        yield heard[at + 5 : end - padding]
        at = end


def _string(payload: bytes, at: int) -> bytes:
    if at + 4 > len(payload):
        return b""
    (length,) = _LENGTH.unpack_from(payload, at)
    return payload[at + 4 : at + 4 + length] if at + 4 + length <= len(payload) else b""


def _packet(payload: bytes) -> bytes:
    padding = _BLOCK - (5 + len(payload)) % _BLOCK
    padding += _BLOCK if padding < 4 else 0
    return _LENGTH.pack(1 + len(payload) + padding) + bytes((padding,)) + payload + bytes(padding)
