"""Titles that are about a thing and not its name: a "Camera bag shop" is no camera, a "Sonos fan page" no loudspeaker."""

import re

# Words of shops, handbooks, news and conversation. None of them stands in the titles devices give their own pages: small words
# that do ("Web Client for DVR", "Welcome to ...", "Log In") are not among them.
_WORDS = frozenset(
    re.findall(
        r"\w+",
        """
        about archive archives association bag bags best blog book books but buy calendar catalog catalogue cheap choose club
        collection community compare comparison corner course demo devil diary discussion docs downs drivers dummies example
        examples explained fake fan fans faq festival forum forums friendly gallery guide guides guild history how
        introduction law learn love magazine manual manuals mirror museum my news notes our parts podcast price prices project
        projects quiz recipe recipes rental review reviews rules schedule seminar shop shops simulator sister society specs
        statement stories story studies survey test tests that the theatre theory this tickets tips tracking traffic tutorial
        tutorials unofficial used versus vs was we what when why wiki wikipedia wishlist woodworking you your
        """,
    )
)
# Who keeps pages about things, and is no thing; a printer's name may well say that it stands in one of them.
_INSTITUTIONS = frozenset(
    re.findall(
        r"\w+",
        """
        academy bakery church cinema city clinic college county department engineering faculty gym hospital hotel
        institute lab labs laboratory library opera park physics racecourse rental research restaurant school street
        study theater union university
        """,
    )
)
# What devices do say although the words in it are such: greetings, and the demonstration pages a server for cameras comes with.
_OWN_WORDS = re.compile(
    r"\bdemo pages\b|^\s*(welcome|log ?[io]n|sign ?in|connect\w*|redirect\w*)\s+(to|at|on|into)\s+(the|your)?\b", re.IGNORECASE
)
# Series of talks, films and books, while a "LaserJet 400 series" is a device.
_SERIES = re.compile(
    r"\b(speakers?|lectures?|talks?|tv|television|film|video|concert|seminar|webinar|book)s?['’]? series\b", re.IGNORECASE
)
# Pages that list or show things: a web server's listing of a directory, a queue's or a shop's "Printers", a program for looking
# at them ("camera viewer - ..."), while "Network Camera Viewer" is what a camera calls its own page.
_LISTS = re.compile(
    r"^\s*index of\b|^\s*(computers|phones|printers|routers|servers|speakers|switches|tablets|(web)?cam(era)?s)\s*$"
    r"|\bviewer\s*[-–|:]\s*\w",
    re.IGNORECASE,
)
# What programs say that only play a device.
_PLAYED = re.compile(
    r"\b(simulat(or|ed|ion)|emulator|dummy|fake|mock|shop|test(ing)? (agent|bench|device|lab|rig|server))\b", re.IGNORECASE
)
_LETTERS = re.compile(r"[^\W\d_]+")


def is_prose(title: str) -> bool:
    """Whether a page or a service so called speaks of things as people do, so that a product's name in it tells nothing."""
    title = _OWN_WORDS.sub("", title)
    return bool(_SERIES.search(title) or _LISTS.search(title)) or any(
        word in _WORDS for word in _LETTERS.findall(title.casefold())
    )


def is_institution(title: str) -> bool:
    """Whether a page so called is that of a school, a laboratory or a town: what it studies, teaches or lends it is not."""
    return any(word in _INSTITUTIONS for word in _LETTERS.findall(title.casefold()))


def is_played(description: str) -> bool:
    """Whether a system so described only plays what it speaks of: a "router simulator" is none."""
    return _PLAYED.search(description) is not None
