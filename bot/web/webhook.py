"""What Telegram posts: one update a request, kept before it is answered.

    401   the secret is missing or wrong; nothing of the body was read
    413   more than MAX_BYTES
    400   cut off, no JSON, nested too deeply, or no object
    503   the database cannot be used just now: Telegram posts it again
    200   kept, known already, or nothing that concerns us

“In case of an unsuccessful request (a request with response HTTP status code different from 2XY), we will
repeat the request and give up after a reasonable amount of attempts.” (https://core.telegram.org/bots/api,
setWebhook, Bot API 10.1, read on 2026-11-22)
"""

import json
from typing import Any

import structlog
from aiohttp import ClientError, web

from bot.channels import telegram
from bot.intake import Intake, NotKept
from bot.web.limits import Limit

log = structlog.get_logger()

SECRET = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - the header's name
MAX_BYTES = 1024 * 1024
LOGGED_PER_MINUTE = 6
"""Anybody may post here; the log does not grow with them."""


class _Refused(Exception):
    """A request that is not kept: its status, and what the log says."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status


class Webhook:
    """Takes posted updates in; `secret` is what each of them must carry."""

    def __init__(self, intake: Intake, secret: str) -> None:
        self._intake = intake
        self._secret = secret
        self._lines = Limit(LOGGED_PER_MINUTE)

    async def post(self, request: web.Request) -> web.Response:
        """POST /telegram: keep one update."""
        if not telegram.verify(request.headers.get(SECRET), self._secret):
            return self._refused(_Refused(401, "wrong secret"))
        try:
            update = _object(await _body(request))
            await self._intake.take(telegram.NAME, telegram.events(update))
        except NotKept:
            return self._refused(_Refused(503, "database unavailable"))
        except _Refused as refused:
            return self._refused(refused)
        return web.Response()

    def _refused(self, refused: _Refused) -> web.Response:
        if not self._lines.wait(str(refused)):
            log.warning("update refused", status=refused.status, why=str(refused))
        response = web.Response(status=refused.status)
        response.force_close()  # what is left of the body is not read as the next request
        return response


async def _body(request: web.Request) -> bytes:
    if (request.content_length or 0) > MAX_BYTES:
        raise _Refused(413, "too large")
    body = bytearray()
    try:
        async for chunk in request.content.iter_any():
            body += chunk
            if len(body) > MAX_BYTES:
                raise _Refused(413, "too large")
    except (ClientError, web.RequestPayloadError, OSError):
        raise _Refused(400, "cut off") from None
    return bytes(body)


def _object(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body.decode())
    except (ValueError, RecursionError):  # UnicodeDecodeError is a ValueError
        raise _Refused(400, "no JSON") from None
    if not isinstance(found, dict):
        raise _Refused(400, "no JSON object")
    return found
