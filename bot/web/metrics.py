"""GET /metrics: for this machine alone, or for whoever holds the token of web.metrics_token.

A proxy on this machine speaks for the whole world: a request that it forwards does not count as local.
"""

from datetime import datetime
from hmac import compare_digest
from ipaddress import ip_address

from aiohttp import hdrs, web

from bot.house import Ward
from storage.health import Stored
from storage.unavailable import is_unavailable

FORWARDED = ("X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP", hdrs.FORWARDED, hdrs.VIA)
LOCAL_NAMES = frozenset({"localhost", "127.0.0.1", "[::1]"})


async def show(ward: Ward, request: web.Request, now: datetime) -> web.Response:
    """Answer with the numbers; 404 for everybody else, as for a page that does not exist."""
    if not may_read(request, ward.config.web.metrics_token.get_secret_value()):
        raise web.HTTPNotFound
    from bot import metrics  # noqa: PLC0415 - prometheus-client is loaded only where somebody monitors
    from bot.facts import free_bytes, read_stored  # noqa: PLC0415 - as above

    stored: Stored | None = None
    try:
        stored = await read_stored(ward, now)
    except Exception as error:
        if not is_unavailable(error):
            raise
    free, _ = free_bytes(ward.config.data)
    body = metrics.page(ward.meter, stored, free, now)
    headers = {hdrs.CONTENT_TYPE: metrics.CONTENT_TYPE, hdrs.CACHE_CONTROL: "no-store"}
    return web.Response(body=body, headers=headers)


def may_read(request: web.Request, token: str) -> bool:
    """Whether a request comes from this machine itself, or carries the token."""
    kind, _, given = request.headers.get(hdrs.AUTHORIZATION, "").partition(" ")
    shown = given.encode(errors="surrogateescape")  # bytes that are no UTF-8, as aiohttp reads them
    if token and kind.lower() == "bearer" and compare_digest(shown, token.encode()):
        return True
    return _is_local(request)


def _is_local(request: web.Request) -> bool:
    if any(name in request.headers for name in FORWARDED):
        return False
    host = request.host.rpartition(":")[0] if not request.host.endswith("]") else request.host
    if (host or request.host) not in LOCAL_NAMES:
        return False
    try:
        return ip_address((request.remote or "").partition("%")[0]).is_loopback
    except ValueError:
        return False
