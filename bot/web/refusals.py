"""What the page is told when a request is not served: a sentence for the resident, and when to try again."""

import json
import math
from collections.abc import Callable, Mapping
from typing import Any

import structlog
from aiohttp import hdrs, web
from aiohttp.typedefs import Handler, Middleware

from handlers._effects import Phrase, phrase

log = structlog.get_logger()

TROUBLE_SECONDS = 5.0
COMPRESSED_FROM_BYTES = 2000

Render = Callable[[Phrase], str]


class Refused(Exception):
    """A request is not served; `sentence` tells the resident why."""

    def __init__(self, status: int, sentence: Phrase, retry_after_seconds: float = 0.0) -> None:
        super().__init__(sentence.key)
        self.status = status
        self.sentence = sentence
        self.retry_after_seconds = retry_after_seconds


def json_response(status: int, body: Mapping[str, Any]) -> web.Response:
    """Return an answer that no cache keeps."""
    raw = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
    response = web.Response(
        status=status, body=raw, content_type="application/json", charset="utf-8"
    )
    response.headers[hdrs.CACHE_CONTROL] = "no-store"
    if len(raw) >= COMPRESSED_FROM_BYTES:
        response.enable_compression()
    return response


def guard(render: Render) -> Middleware:
    """Return the middleware that turns refusals into sentences, and logs a failure as the bug it is."""

    @web.middleware
    async def answer(request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            return await handler(request)
        except Refused as refused:
            return _refusal(refused, render)
        except web.HTTPException as error:
            return _plain(error, render(phrase("web.no_page")))
        except Exception:
            log.exception("request failed", method=request.method)
            trouble = Refused(500, phrase("web.trouble"), TROUBLE_SECONDS)
            return _refusal(trouble, render)

    return answer


def _refusal(refused: Refused, render: Render) -> web.Response:
    response = json_response(refused.status, {"error": render(refused.sentence)})
    if refused.retry_after_seconds:
        response.headers[hdrs.RETRY_AFTER] = str(math.ceil(refused.retry_after_seconds))
    return response


def _plain(error: web.HTTPException, sentence: str) -> web.Response:
    """A page that is not there, or a method it does not know."""
    kept = {hdrs.ALLOW: error.headers[hdrs.ALLOW]} if hdrs.ALLOW in error.headers else {}
    return web.Response(status=error.status, text=f"{sentence}\n", headers=kept)
