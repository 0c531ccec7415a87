"""A fake Bot API and an HTTP client pointed at it."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import aiohttp
import pytest_asyncio

from tests.fakes.telegram import NO_LIMITS, FakeTelegram

Post = Callable[..., Awaitable[tuple[int, Any]]]


@pytest_asyncio.fixture
async def fake() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram(rates=NO_LIMITS, webhook_retry_seconds=0.01) as server:
        yield server


@pytest_asyncio.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10)) as session:
        yield session


@pytest_asyncio.fixture
async def post(fake: FakeTelegram, http: aiohttp.ClientSession) -> Post:
    """Call a method with JSON parameters: (status, answer)."""

    async def call(method: str, **parameters: Any) -> tuple[int, Any]:
        async with http.post(f"{fake.url}/{method}", json=parameters) as response:
            return response.status, await response.json()

    return call
