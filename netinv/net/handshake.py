"""The certificate a TLS server shows in clear, as those up to version 1.2 do (RFC 5246); of 1.3 it is in cipher.

The few lengths are read here: scapy's layer of TLS takes all of a session apart, and half a second to load.
"""

_RECORD, _MESSAGE = 5, 4
_HANDSHAKE, _CERTIFICATE = 22, 11


def certificate(said: bytes) -> bytes | None:
    """The server's own, as DER, in what it says from the beginning; None if it is not there (yet)."""
    told, at = bytearray(), 0
    while at + _RECORD <= len(said) and said[at] == _HANDSHAKE and said[at + 1] == 3:  # 6.2.1
        end = at + _RECORD + int.from_bytes(said[at + 3 : at + 5], "big")
        told += said[at + _RECORD : end]
        at = end
    at = 0
    while at + _MESSAGE <= len(told):  # 7.4
        end = at + _MESSAGE + int.from_bytes(told[at + 1 : at + 4], "big")
        if told[at] == _CERTIFICATE:  # 7.4.2: a list, and in it the server's first, each after its length
            begin = at + _MESSAGE + 6
            length = int.from_bytes(told[begin - 3 : begin], "big")
            return bytes(told[begin : begin + length]) if 0 < length <= end - begin and end <= len(told) else None
        at = end
    return None
