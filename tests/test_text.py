import pytest

from netinv.text import masked


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgresql://me:secret@db/netinv", "postgresql://me:***@db/netinv"),
        ("postgresql://me:se/cr@et@db:5432/netinv?sslmode=require", "postgresql://me:***@db:5432/netinv?sslmode=require"),
        (
            "postgresql://me@db/netinv?password=secret&application_name=x",
            "postgresql://me@db/netinv?password=***&application_name=x",
        ),
        ("postgresql://db/netinv?PassWord=secret", "postgresql://db/netinv?PassWord=***"),
        ("postgresql://db/netinv?pass%77ord=secret", "postgresql://db/netinv?pass%77ord=***"),
        ("postgresql://db/netinv?sslpassword=secret", "postgresql://db/netinv?sslpassword=***"),
        ("postgresql://db/netinv?passfile=/etc/pgpass", "postgresql://db/netinv?passfile=/etc/pgpass"),
        ("postgresql://db:5432/netinv?user=me", "postgresql://db:5432/netinv?user=me"),
        ("~/lan.db", "~/lan.db"),
        ("/home/me/what?a=b&c.db", "/home/me/what?a=b&c.db"),
    ],
)
def test_a_url_is_shown_without_its_passwords(url: str, shown: str) -> None:
    assert masked(url) == shown
