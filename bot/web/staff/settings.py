"""GET /can-bo/cai-dat: what `hocso check` finds, in words for somebody without a terminal. Changes nothing."""

import asyncio
import re

from aiohttp import web

from bot.config import ConfigError
from bot.doors import can_keep_copies, missing
from bot.findings import Finding, findings, read_stored
from bot.house import read_tdps, used_phrases
from bot.web.staff.desk import ROOT, Desk, Page
from handlers._requests.person import Role
from lessons import examine
from storage import doors

PAGE = Page(f"{ROOT}/cai-dat", "Kiểm tra cài đặt", frozenset({Role.STAFF, Role.ADMIN}))
_HOW_AT_A_TERMINAL = re.compile(r": hocso .*$")


def routes(desk: Desk) -> tuple[web.AbstractRouteDef, ...]:
    """Return the page's routes."""

    async def show(request: web.Request) -> web.Response:
        found = await _found(desk, request)
        return desk.page(
            request,
            "settings",
            closed=await _missing(desk, request),
            left=[finding for finding in found if finding.is_todo],
            fine=[finding for finding in found if not finding.is_todo],
        )

    return (web.get(PAGE.path, show),)


async def _found(desk: Desk, request: web.Request) -> tuple[Finding, ...]:
    """Every finding; the files are read as they are at this moment, not as the server read them."""
    config, content = desk.ward.config, desk.ward.house.content
    async with desk.reading(request) as (tx, by):
        stored = await read_stored(tx, by)
        today = tx.today
    phrases = used_phrases(config)
    _, problems = await asyncio.to_thread(examine, config.content_folder, phrases, today)
    try:
        rows = read_tdps(config.folder / "tdps.csv")
    except ConfigError as error:
        broken = Finding(str(error), is_todo=True)
        return (broken, *findings(config, content, stored, (), problems))
    return findings(config, content, stored, rows, problems)


async def _missing(desk: Desk, request: web.Request) -> list[str]:
    """What public channels wait for, each as one sentence."""
    config, content = desk.ward.config, desk.ward.house.content
    can_keep = await asyncio.to_thread(can_keep_copies, config)
    async with desk.reading(request) as (tx, _):
        parts = await doors.parts(tx)
        lines = missing(config, content, parts, tx.today, can_keep_copies=can_keep)
    return [_HOW_AT_A_TERMINAL.sub(".", line) for line in lines]
