"""From where somebody logs in: what the connection or a trusted proxy says."""

import pytest
from django.test import RequestFactory

from predictions.logins.address import client_address

TRUSTED = ("HTTP_X_FORWARDED_PROTO", "https")


def address(peer: str, forwarded: str | None = None) -> str | None:
    headers = {} if forwarded is None else {"x-forwarded-for": forwarded}
    request = RequestFactory(headers=headers, REMOTE_ADDR=peer).get("/admin/login/")
    return client_address(request)


@pytest.mark.parametrize(
    ("peer", "counted"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::"),
        ("", None),
        ("unix:", None),
    ],
)
def test_an_address_is_counted_as_whoever_has_it(peer, counted):
    assert address(peer) == counted


@pytest.mark.parametrize("header", ["198.51.100.7", "198.51.100.7, 192.0.2.9"])
def test_without_a_trusted_proxy_no_header_counts(header):
    assert address("192.0.2.1", header) == "192.0.2.1"


@pytest.mark.parametrize(
    ("header", "counted"),
    [
        (None, "192.0.2.1"),
        ("", "192.0.2.1"),
        ("198.51.100.7", "198.51.100.7"),
        ("203.0.113.5, 198.51.100.7", "198.51.100.7"),
        ("198.51.100.7, nonsense", "192.0.2.1"),
        ("203.0.113.5,2001:db8:1:2:3::4", "2001:db8:1:2::"),
    ],
)
def test_behind_a_trusted_proxy_what_it_added_counts(settings, header, counted):
    settings.SECURE_PROXY_SSL_HEADER = TRUSTED

    assert address("192.0.2.1", header) == counted


def test_a_client_cannot_send_itself_elsewhere(client, db, settings):
    settings.SECURE_PROXY_SSL_HEADER = TRUSTED
    for number in range(5):
        answer = client.post(
            "/admin/login/",
            {"username": "bob", "password": "wrong"},
            headers={"x-forwarded-for": f"203.0.113.{number}, 198.51.100.7"},
        )

    assert answer.status_code == 429
