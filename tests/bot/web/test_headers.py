"""What a browser is told, and where a request comes from."""

import pytest

from bot.web.headers import network_of, security_headers


def test_nobody_may_embed_the_page_unless_the_ward_says_so() -> None:
    headers = security_headers(())

    assert "frame-ancestors 'self'" in headers["Content-Security-Policy"].split("; ")
    assert headers["X-Frame-Options"] == "SAMEORIGIN"


def test_the_portals_of_the_ward_are_named_and_no_older_header_forbids_them() -> None:
    headers = security_headers(("https://trungthanh.gov.vn", "https://tn.gov.vn"))

    ancestors = "frame-ancestors 'self' https://trungthanh.gov.vn https://tn.gov.vn"
    assert ancestors in headers["Content-Security-Policy"].split("; ")
    assert "X-Frame-Options" not in headers


NETWORKS = [
    ("203.0.113.7", None, "203.0.113.7"),
    ("203.0.113.7", "198.51.100.1", "203.0.113.7"),  # only a proxy on this machine is believed
    ("127.0.0.1", "198.51.100.1", "198.51.100.1"),
    ("::1", "203.0.113.9, 198.51.100.1", "198.51.100.1"),
    ("127.0.0.1", "not an address", "127.0.0.1"),
    ("2001:db8:1:2:3:4:5:6", None, "2001:db8:1:2::"),
    ("127.0.0.1", "2001:db8:1:2:ffff::1", "2001:db8:1:2::"),
    ("::ffff:203.0.113.7", None, "203.0.113.7"),
    ("fe80::1%eth0", None, "fe80::"),
    (None, None, ""),
    ("unix:", None, ""),
]


@pytest.mark.parametrize(("peer", "forwarded", "network"), NETWORKS)
def test_a_request_is_counted_for_the_network_it_comes_from(
    peer: str | None, forwarded: str | None, network: str
) -> None:
    assert network_of(peer, forwarded) == network
