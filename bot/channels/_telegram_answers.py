"""What an answer of Telegram means for the message that was sent.

    200 ok, with a message_id                      Sent
    429                                            Throttled, as long as it says
    403 · 400 that names a chat that is gone       Blocked
    400 about the id of a file, when we sent one   Again, and upload it anew
    401 · 404 “Not Found” · 400 “Logged out”       Unusable: the token is wrong
    413 · every other 4xx that Telegram wrote      Rejected
    everything else: 5xx, no JSON, not its JSON    Undecided: it may have been sent

Telegram has no key that would make sending twice harmless, so what is not surely known is said as such.
"""

import json
import re
from collections.abc import Mapping
from typing import Any

from bot.channels._calls import (
    Again,
    Answer,
    Blocked,
    Call,
    Outcome,
    Rejected,
    Sent,
    Throttled,
    Undecided,
    Unusable,
)

MAX_REASON_CHARS = 200
MIN_SECONDS = 1.0
"""How long to hold when Telegram does not say: no limit of it is counted over less."""
MAX_SECONDS = 86_400.0
"""No longer than a day, whatever an answer says."""

_GONE = re.compile(
    "chat not found|user is deactivated|input_user_deactivated|peer_id_invalid"
    "|bot was blocked|user_is_blocked",
    re.IGNORECASE,
)
_STALE_FILE = re.compile("wrong (?:remote )?file.?id|file_reference_|file reference", re.IGNORECASE)
_TOKEN = re.compile(r"[0-9]{5,}:[A-Za-z0-9_-]{20,}")


def read(call: Call, answer: Answer) -> Outcome:
    """What became of a call, as far as its answer says."""
    said = _said(answer.body)
    if answer.status == 413:  # noqa: PLR2004 - too large; the server in front says so, in HTML
        return Rejected(413, _reason(said) or "Payload Too Large")
    if answer.status >= 500 or said is None:  # noqa: PLR2004 - every bare or readable 5xx
        return Undecided(f"Telegram trả lời mã {answer.status}, không nói tin đã gửi hay chưa")
    match said:
        case {"ok": True, "result": {"message_id": int() as number} as result} if (
            answer.status == 200 and not isinstance(number, bool)  # noqa: PLR2004
        ):
            return Sent(str(number), _learnt(call, result))
        case {"ok": False, "error_code": int() as code}:
            return _refused(call, code, said)
        case {"ok": False}:
            return _refused(call, answer.status, said)
    return Undecided(f"Telegram trả lời mã {answer.status}, nhưng không có số của tin")


def _refused(call: Call, code: int, said: Mapping[str, Any]) -> Outcome:
    reason = _reason(said)
    match code:
        case 429:
            return Throttled(_seconds(said))
        case 403:
            return Blocked(reason)
        case 401:
            return _unusable(code, reason)
        case 404 if reason.lower() == "not found":
            return _unusable(code, reason)
        case 400:
            return _bad_request(call, reason)
        case _ if 400 < code < 500:  # noqa: PLR2004 - all of the class
            return Rejected(code, reason)
    return Undecided(f"Telegram trả lời mã {code}, không nói tin đã gửi hay chưa")


def _bad_request(call: Call, reason: str) -> Outcome:
    if _GONE.search(reason):
        return Blocked(reason)
    if call.upload is not None and call.attachment is None and _STALE_FILE.search(reason):
        return Again(reason, {call.upload: ""})
    if reason.lower() == "logged out":
        return _unusable(400, reason)
    return Rejected(400, reason)


def _unusable(code: int, reason: str) -> Unusable:
    return Unusable(f"Telegram không nhận mã bot này ({code} {reason}). Xem lại telegram.token.")


def _said(body: bytes) -> Mapping[str, Any] | None:
    """The JSON object of an answer, or None when it holds none."""
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return said if isinstance(said, dict) else None


def _reason(said: Mapping[str, Any] | None) -> str:
    """The platform's own words on one line, without what looks like a token."""
    match said:
        case {"description": str() as words}:
            return _TOKEN.sub("…", " ".join(words.split()))[:MAX_REASON_CHARS]
    return ""


def _seconds(said: Mapping[str, Any]) -> float:
    match said:
        case {"parameters": {"retry_after": int() | float() as after}}:
            return float(
                min(max(MIN_SECONDS, after), MAX_SECONDS)
            )  # in this order NaN is the least
    return MIN_SECONDS


def _learnt(call: Call, result: Mapping[str, Any]) -> dict[str, str]:
    """The id of a file that this call has uploaded, under the name it is remembered by."""
    if call.upload is None or call.attachment is None:
        return {}
    match result:
        case {"photo": [*sizes]}:
            known = [one for one in sizes if isinstance(one, dict) and _file_id(one)]
            biggest = max(known, key=_area, default={})
            return {call.upload: _file_id(biggest)} if biggest else {}
        case {"audio": dict() as audio} if file_id := _file_id(audio):
            return {call.upload: file_id}
    return {}


def _file_id(one: Mapping[str, Any]) -> str:
    found = one.get("file_id")
    return found if isinstance(found, str) else ""


def _area(size: Mapping[str, Any]) -> int:
    match size:
        case {"width": int() as width, "height": int() as height}:
            return width * height
    return 0
