"""The manners of a scan where nobody says otherwise: how long it waits, how fast it asks, how often."""

TIMEOUT = 1.0
"""Seconds to wait for an answer after the last question: one patience for everything that is asked."""
RATE = 300.0
"""Packets a second, in any tenth of a second."""
RETRIES = 2
"""How often a silent address is asked again, each time a round later."""
