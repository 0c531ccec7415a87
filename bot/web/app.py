"""The web chat as one application: the page, its files, its API, and whether all is well.

GET /               the page
GET /static/…       what the page links
GET /media/…        pictures and sounds of lessons
GET /api/messages   what is new (long poll)
POST /api/messages  one message
GET /healthz        200 while the database answers
GET /metrics        what is counted, for this machine or with web.metrics_token
/can-bo/…           the staff page (bot/web/staff/)
POST /telegram      one update of Telegram, where telegram.webhook_url is set (and at its path)
"""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime

from aiohttp import hdrs, web

from bot.house import Ward
from bot.intake import Intake
from bot.turns import Turns
from bot.web import metrics
from bot.web.files import Files, chat_page, static_files
from bot.web.headers import security_headers
from bot.web.messages import POLL_SECONDS, Messages
from bot.web.refusals import guard
from bot.web.staff import mount
from bot.web.webhook import Webhook

MAX_BODY_BYTES = 100 * 1024


def web_app(
    ward: Ward,
    turns: Turns,
    wake: Callable[[int], None],
    *,
    intake: Intake | None = None,
    poll_seconds: float = POLL_SECONDS,
) -> web.Application:
    """Return the application of a ward; `wake` runs the turns of an address, `intake` takes updates in."""
    api = Messages(ward, turns, wake, poll_seconds)
    static = static_files()
    phrases, is_sample = ward.house.content.phrases, ward.house.is_sample
    page = chat_page(ward.config.ward.bot_name, phrases, static, is_sample=is_sample)
    files = Files(page, static, ward.config.content_folder / "media")
    app = web.Application(client_max_size=MAX_BODY_BYTES, middlewares=[guard(ward.book.render)])
    app.add_routes(
        [
            web.get("/", files.show_page),
            web.get("/static/{name}", files.show_static),
            web.get("/media/{name}", files.show_media),
            web.get("/api/messages", api.news),
            web.post("/api/messages", api.post),
            web.get("/healthz", _health(ward)),
            web.get("/metrics", _metrics(ward, turns.clock)),
        ]
    )
    telegram = ward.config.telegram
    if intake is not None and telegram.is_on and telegram.webhook_path:
        secret = telegram.webhook_secret.get_secret_value()
        app.router.add_post(telegram.webhook_path, Webhook(intake, secret).post)
    app.on_response_prepare.append(_adding(security_headers(ward.config.web.embed_on)))
    mount(app, ward, turns.clock, turns.bell.ring)
    app.on_shutdown.append(api.close)
    return app


def _adding(
    headers: Mapping[str, str],
) -> Callable[[web.Request, web.StreamResponse], Awaitable[None]]:
    """Every answer carries these, whoever made it."""

    async def add(_request: web.Request, response: web.StreamResponse) -> None:
        response.headers.update(headers)
        response.headers.pop(hdrs.SERVER, None)

    return add


def _metrics(
    ward: Ward, clock: Callable[[], datetime]
) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def show(request: web.Request) -> web.Response:
        """GET /metrics: what is counted."""
        return await metrics.show(ward, request, clock())

    return show


def _health(ward: Ward) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def health(_request: web.Request) -> web.Response:
        """GET /healthz: fails when the database does not answer."""
        await ward.database.version()
        return web.json_response({"ok": True})

    return health
