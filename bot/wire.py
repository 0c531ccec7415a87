"""Calls over HTTP: one client for every account, and what it means when there is no answer."""

import asyncio
import json
import math
import time
from collections.abc import Callable
from contextlib import suppress
from email.utils import parsedate_to_datetime
from io import BytesIO
from typing import Any

import aiohttp
from yarl import URL

from bot.accounts import Account
from bot.channels._calls import Answer, Attachment, Call, Rejected, Undecided, Unreachable

CONNECT_SECONDS = 10.0
TOTAL_SECONDS = 30.0
KEEP_ALIVE_SECONDS = 30.0
"""Shorter than a platform's own, so that it does not hang up while a call leaves."""
DATE_SECONDS = 60.0
JSON = {"Content-Type": "application/json"}

NEVER_LEFT = (
    aiohttp.ClientConnectorError,
    aiohttp.ConnectionTimeoutError,
    aiohttp.ClientHttpProxyError,
    aiohttp.ClientProxyConnectionError,
)
"""Not connected: no byte of the call left us."""


class Wire:
    """The HTTP client of the road out; open it in an event loop, close it in the end.

    Args:
        seconds: how long a call may take until its answer is there, whole.
        heard_date: is told, at most once a minute, how many seconds our clock is ahead of a platform's.
    """

    def __init__(
        self,
        seconds: float = TOTAL_SECONDS,
        heard_date: Callable[[float], None] | None = None,
    ) -> None:
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=KEEP_ALIVE_SECONDS),
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=seconds, connect=CONNECT_SECONDS),
            skip_auto_headers=("User-Agent", "Accept-Encoding"),
        )
        self._urls: dict[str, URL] = {}
        self._heard_date = heard_date
        self._date_at = -math.inf

    async def close(self) -> None:
        """Close every connection."""
        await self._session.close()

    async def call(
        self, account: Account, call: Call
    ) -> Answer | Unreachable | Undecided | Rejected:
        """Make one call; reasons name what failed, never where the secret stands.

        Rejected: the file that should go with it cannot be read, or its parameters cannot be written as JSON.
        """
        url = self._urls.get(account.url + call.method) or self._url(account, call)
        try:
            data = _body(call) if call.attachment is None else await _form(call, call.attachment)
        except OSError as error:
            return Rejected(0, f"no file: {_name(error)}")
        except (TypeError, ValueError) as error:
            return Rejected(0, f"no JSON: {_name(error)}")
        try:
            async with self._session.post(
                url,
                data=data,
                headers=JSON if call.attachment is None else None,
                proxy=account.proxy,
                allow_redirects=False,
            ) as response:
                self._note_date(response.headers.get("Date"))
                return Answer(response.status, await response.read())
        except NEVER_LEFT as error:
            return Unreachable(_name(error))
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            return Undecided(_name(error))

    def _note_date(self, date: str | None) -> None:
        """Hold a platform's clock against ours, once a minute: a wrong one spoils every figure."""
        now = time.monotonic()
        if self._heard_date is None or date is None or now - self._date_at < DATE_SECONDS:
            return
        self._date_at = now
        with suppress(ValueError, TypeError):
            self._heard_date(time.time() - parsedate_to_datetime(date).timestamp())

    def _url(self, account: Account, call: Call) -> URL:
        url = URL(f"{account.url}/{call.method}", encoded=True)
        self._urls[account.url + call.method] = url
        return url


def _body(call: Call) -> bytes:
    return json.dumps(call.parameters, ensure_ascii=False, separators=(",", ":")).encode()


async def _form(call: Call, attachment: Attachment) -> aiohttp.FormData:
    """The parameters as fields of a form, with the file among them."""
    content = attachment.content
    if not isinstance(content, bytes):
        content = await asyncio.to_thread(content.read_bytes)
    form = aiohttp.FormData()
    for name, value in call.parameters.items():
        form.add_field(name, value if isinstance(value, str) else json.dumps(value))
    file = BytesIO(content)  # plain bytes would be written in one go
    form.add_field(attachment.field, file, filename=attachment.name, content_type=attachment.mime)
    return form


def _name(error: Exception) -> str:
    """An error's kind and number; its text may hold the address with the secret in it."""
    number: Any = getattr(error, "errno", None)
    return f"{type(error).__name__} {number}" if number else type(error).__name__
