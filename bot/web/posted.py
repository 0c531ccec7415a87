"""What the page may post, read without trusting any of it.

{"id": "made by the page", "text": "học"}                      typed
{"id": "…", "text": "Học một bài ngắn", "tap": "1a:0:learn"}   tapped
{"id": "…", "start": true, "tdp": "mau-01"}                    the page is new: greet; its link may name a TDP
{"id": "…", "start": true, "moi": "…"}                         its link carries an invite; it need not be new
"seen": "1a:0"                                                 the question on the screen, with any of them
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from handlers._talk import Tap
from handlers._understand import MAX_CHARS
from storage._secrets import INVITE_LINK
from storage.tdp import LONGEST_PAYLOAD, link_payload

MAX_ID_CHARS = 80
MAX_PAYLOAD_CHARS = 200
NO_BUTTON_OF_OURS = Tap("?", 0, "?").payload()
"""Stands for a payload that cannot be read, so that it is answered as a press on an old button is."""


class Unreadable(Exception):
    """The body is no JSON object with an id."""


def read_posted(raw: bytes) -> Mapping[str, Any]:
    """Return the known fields of a posted body, cleaned and cut; anything else in it is left out.

    Raises:
        Unreadable: it cannot be a message of the page.
    """
    try:
        found = json.loads(raw.decode())
    except (ValueError, RecursionError):  # UnicodeDecodeError is a ValueError
        raise Unreadable from None
    if not isinstance(found, dict):
        raise Unreadable
    name = found.get("id")
    if not isinstance(name, str) or not 0 < len(clean(name, MAX_ID_CHARS + 1)) <= MAX_ID_CHARS:
        raise Unreadable
    text = found.get("text")
    posted: dict[str, Any] = {
        "id": clean(name, MAX_ID_CHARS),
        "text": clean(text, MAX_CHARS) if isinstance(text, str) else "",
    }
    if isinstance(found.get("seen"), str):
        posted["seen"] = clean(found["seen"], MAX_PAYLOAD_CHARS)
    if isinstance(found.get("tap"), str):
        tap = clean(found["tap"], MAX_PAYLOAD_CHARS)
        posted["tap"] = tap if Tap.read(tap) else NO_BUTTON_OF_OURS
    if found.get("start") is True:
        posted["start"] = _carried(found.get("moi"), found.get("tdp"))
    return posted


def _carried(invite: object, tdp: object) -> str | bool:
    """What the page's link carried, as a deep link of a messenger would; True: nothing."""
    if isinstance(invite, str):
        return INVITE_LINK + clean(invite, LONGEST_PAYLOAD - len(INVITE_LINK))
    return link_payload(tdp[:LONGEST_PAYLOAD]) if isinstance(tdp, str) else True


def clean(text: str, max_chars: int) -> str:
    """Return a text that every database and browser can hold: no NUL, no half of a character."""
    whole = text[:max_chars].encode("utf-8", "replace").decode()
    return whole.replace("\0", "")


def event_id(visitor: str, posted_id: str) -> str:
    """Return the id under which a message is taken in once; two visitors' ids never meet."""
    name = f"{visitor}:{posted_id}".encode("utf-8", "replace")
    return hashlib.sha256(name).hexdigest()
