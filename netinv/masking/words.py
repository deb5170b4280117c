"""Which words of a name are kept: those that tell what a device is, and not whose."""

import re
from functools import cache
from typing import Final

from netinv.classification.kinds import kinds
from netinv.classification.rules import load_rules

WORD: Final = re.compile(r"[0-9A-Za-z\u00c0-\u024f]+|[^\W_0-9A-Za-z\u00c0-\u024f]+")
"""A run of letters and digits of one script."""

_IN_MESSAGES = """
local lan home arpa addr ip6 tcp udp http https www com net org the and location host server date cache control max age
content length type connection close realm basic digest title head body html meta uuid upnp ssdp device service root
rootdevice schemas urn xml version name friendly manufacturer model number serial description url presentation icon system
unknown none default user agent accept notify alive discover all any text plain charset utf
"""
_PROTOCOL: Final = frozenset(_IN_MESSAGES.split())
"""Words of the messages that names are told in: masked there, they would be no messages any more."""
_FIRST_NAMES = """
adam alex alexander alice amelie amy ana anders andrea andreas andrew angela anita anja ann anna anne annette anton antonio
arthur ava barbara ben benjamin bernd bernhard birgit bob brian bruno carl carla carlos caroline charles charlie charlotte
chen chris christian christina christine christoph clara claudia daniel david dennis diana diego dieter dirk dominik doris
edith elena elias elisabeth elizabeth ella elsa emil emily emma eric erik ernst eva fabian felix florian frank franz
frederik fritzi gabriel george gerd gerhard grace greta guido gustav hanna hannah hans harald harry heidi heike heinz helen
helga helmut henry holger ian ida inge ingrid isabel ivan jack jacob jakob james jan jana jane jason jean jennifer jens
jessica jim joachim joe johan johanna johannes john jonas jonathan jones jose josef joseph juan judith julia julian julie
jutta karin karl karla katharina kathrin katja kevin klaus kurt lara lars laura lea lena leo leon leonie li liam lily linda
lisa louis louise lucas lucy luis luisa lukas luke luna mae manfred manuel marc marco marcus maria marie marina mario marion
mark markus marta martha martin martina mary mateo matthew matthias maurice max maximilian maya mia michael michelle miguel
mike miller moritz nadine natalie nico nicolas nicole nils nina noah nora olaf ole oliver olivia oscar oskar otto pascal
patricia patrick paul paula pauline pedro peter petra philip philipp pierre pia rachel ralf rebecca renate richard rita
robert robin roberts roland rosa rosie rudolf ruth ryan sabine sam samuel sandra sara sarah sascha sebastian silke simon
simone smith sofia sonja sophia sophie stefan stefanie steffen stephan steve steven susan susanne sven sylvia tanja thomas
till tim timo tina tobias tom toni torsten ursula ute uwe valentin vera veronika victor victoria vincent walter wang werner
wilhelm william wolfgang yasmin yusuf zhang zoe
"""
PEOPLE: Final = frozenset(_FIRST_NAMES.split())
"""First names, and some family names, that are also those of products: these are masked all the same."""

_ROOMS = """
arbeitszimmer attic bad basement bath bathroom bedroom boden buero cellar conservatory corridor dach dachboden diele dining
diningroom downstairs driveway eg esszimmer flur garage garden garten hall hallway hobbyraum kammer keller kids kinderzimmer
kitchen kueche küche landing laundry living livingroom loft lounge nursery og patio pool porch schlafzimmer shed stairs study
terrasse treppe upstairs utility wohnzimmer wintergarten yard
"""
ROOMS: Final = frozenset(_ROOMS.split())
"""Of a house: what some rules listen to beside other words, but of this household all the same."""


@cache
def kept() -> frozenset[str]:
    """Words that name products, makers, services and kinds: those the rules listen to, but for names of people and of rooms."""
    said: set[str] = {*_PROTOCOL, *kinds()}
    for rule in load_rules():
        for condition in rule.when:
            said.update(word.lower() for text in (*condition.values, *condition.phrases) for word in WORD.findall(text))
            said.update(word.lower() for word in re.findall(r"(?<![\\A-Za-z])[A-Za-z]{3,}", condition.regex))
    return frozenset(said - ((PEOPLE | ROOMS) - _PROTOCOL))
