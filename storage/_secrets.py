"""What must not be guessed from a stolen copy of the database: made at random, kept as keyed hashes alone.

A hash is HMAC-SHA256 under the ward's key, which never lies beside the database's copies.
"""

import hmac
import secrets
from hashlib import sha256

from storage.house import House

TOKEN_BYTES = 18
"""144 random bits: 24 characters of A-Za-z0-9_-, short enough for a deep link of 64."""
TOKEN_CHARS = 24
INVITE_LINK = "moi-"
"""What the payload of a deep link begins with that carries an invite: “moi-” and its token."""
SEAL_CHARS = 60
"""240 bits, so that “moi-” and a seal fit where an address keeps what it came by."""


def new_token() -> str:
    """Return a secret that goes into a link."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def sealed(house: House, kind: str, secret: str) -> str:
    """Return what is kept of a secret: hexadecimal digits, others for each kind of secret."""
    return hmac.new(house.key, f"{kind}:{secret}".encode(), sha256).hexdigest()[:SEAL_CHARS]


def sealed_payload(house: House, payload: str) -> str:
    """Return what an address keeps of the link it came by: of an invite its seal alone."""
    if not payload.startswith(INVITE_LINK):
        return payload
    return INVITE_LINK + sealed(house, "invite", payload.removeprefix(INVITE_LINK))
