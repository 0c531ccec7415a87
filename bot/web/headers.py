"""What a browser is told about the page, and what is read from a visitor's headers.

Who may embed the page stands in frame-ancestors. X-Frame-Options knows no list of origins: a browser that
obeyed it would show the ward's portal an empty frame, so it is left out as soon as somebody may embed.
"""

from collections.abc import Mapping, Sequence
from ipaddress import IPv6Address, ip_address

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; media-src 'self'; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors {ancestors}"
)
STAFF_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)
"""The staff page runs no script, and nobody embeds it."""
NOTHING = ("camera", "geolocation", "microphone", "payment", "usb", "display-capture", "midi")
"""What the page never asks the device for."""


def security_headers(embed_on: Sequence[str]) -> Mapping[str, str]:
    """Return the headers of every answer; `embed_on` lists the origins that may embed the page."""
    headers = {
        "Content-Security-Policy": POLICY.format(ancestors=" ".join(("'self'", *embed_on))),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Permissions-Policy": ", ".join(f"{name}=()" for name in NOTHING),
        "Cross-Origin-Resource-Policy": "same-origin",
    }
    if not embed_on:
        headers["X-Frame-Options"] = "SAMEORIGIN"
    return headers


def staff_headers() -> Mapping[str, str]:
    """Return what the staff page's answers carry in place of the chat's.

    With “no-referrer” a browser posts a form with “Origin: null”, and where it sends no Sec-Fetch-Site
    (http in the ward's own network) nothing would tell our pages from others. “strict-origin” names the
    site and never the path, in which a sign-in link stands.
    """
    return {
        "Content-Security-Policy": STAFF_POLICY,
        "Referrer-Policy": "strict-origin",
        "X-Frame-Options": "DENY",
        "Cross-Origin-Opener-Policy": "same-origin",
    }


def network_of(peer: str | None, forwarded: str | None) -> str:
    """Return the network a request comes from: an IPv4 address, or the /64 of an IPv6 one.

    Only a proxy on this machine is believed about whom it speaks for (the last X-Forwarded-For entry).
    """
    try:
        address = ip_address((peer or "").partition("%")[0])
    except ValueError:
        return ""
    if address.is_loopback and forwarded:
        try:
            address = ip_address(forwarded.rpartition(",")[2].strip())
        except ValueError:
            return str(address)
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped:
            return str(address.ipv4_mapped)
        return str(IPv6Address(int(address) >> 64 << 64))
    return str(address)
