"""CredSSP, by which remote desktops ask for a password: the first message, which is answered by NTLM's challenge ([MS-CSSP]).

Its frame is written by pyasn1: scapy has no layer of it. Nothing of it need be read, since NTLM is found within it.
"""

from pyasn1.codec.der.encoder import encode
from pyasn1.type import namedtype, tag, univ

from netinv.net import ntlm

VERSION = 6
"""2.2.1."""


def _tagged(number: int) -> tag.Tag:
    return tag.Tag(tag.tagClassContext, tag.tagFormatSimple, number)


_TOKEN = univ.Sequence(
    componentType=namedtype.NamedTypes(namedtype.NamedType("negoToken", univ.OctetString().subtype(explicitTag=_tagged(0))))
)
_REQUEST = univ.Sequence(
    componentType=namedtype.NamedTypes(
        namedtype.NamedType("version", univ.Integer().subtype(explicitTag=_tagged(0))),
        namedtype.NamedType("negoTokens", univ.SequenceOf(componentType=_TOKEN).subtype(explicitTag=_tagged(1))),
    )
)
"""TSRequest (2.2.1); what follows the tokens is for later messages."""


def question() -> bytes:
    """A TSRequest with NTLM's offer."""
    request, token = _REQUEST.clone(), _TOKEN.clone()
    token["negoToken"] = ntlm.offer()
    request["version"] = VERSION
    request["negoTokens"].append(token)
    return bytes(encode(request))
