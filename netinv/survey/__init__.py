"""One network asked by all probes that can be asked there, and what they hear turned into evidence."""

from netinv.survey.asking import ALONE, LISTENING_TICK, TICK, Survey
from netinv.survey.curiosity import ADDRESSES, EACH, HINTS
from netinv.survey.dossiers import FACTS, NOTICES, STRANGE_FACTS, STRANGERS
from netinv.survey.events import Ended, Event, Heard, Noticed, Progress, Settled

__all__ = [
    "ADDRESSES",
    "ALONE",
    "EACH",
    "FACTS",
    "HINTS",
    "LISTENING_TICK",
    "NOTICES",
    "STRANGERS",
    "STRANGE_FACTS",
    "TICK",
    "Ended",
    "Event",
    "Heard",
    "Noticed",
    "Progress",
    "Settled",
    "Survey",
]
