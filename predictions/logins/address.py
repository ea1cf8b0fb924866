"""From where somebody logs in, as failures are counted: no client chooses it."""

from ipaddress import IPv6Address, ip_address

from django.conf import settings
from django.http import HttpRequest

SITE_BITS = 64  # of an IPv6 address: who has one has all that begin so


def client_address(request: HttpRequest) -> str | None:
    """The other end of the connection; behind a trusted proxy, of the proxy's.

    That is the last entry of `X-Forwarded-For`, which the proxy adds: what stands
    before it is whatever the client sent.
    """
    peer = request.META.get("REMOTE_ADDR", "")
    if settings.SECURE_PROXY_SSL_HEADER:  # TRUST_PROXY_HEADER
        last = request.META.get("HTTP_X_FORWARDED_FOR", "").rpartition(",")[2]
        return counted_address(last.strip()) or counted_address(peer)
    return counted_address(peer)


def counted_address(text: str) -> str | None:
    """As failures are counted by it; None for no address: a Unix socket has none."""
    try:
        address = ip_address(text)
    except ValueError:
        return None
    if not isinstance(address, IPv6Address):
        return str(address)
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    host_bits = 128 - SITE_BITS
    return str(IPv6Address(int(address) >> host_bits << host_bits))
