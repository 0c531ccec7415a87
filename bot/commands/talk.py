r"""`hocso talk`: the brain in a terminal, on the real database, turn by turn.

On a terminal it prompts; from a pipe it reads one line a turn and prints the transcript:

    printf 'học\n1\n' | hocso talk
"""

import asyncio
import secrets
import sys
from collections.abc import Iterator, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Annotated, Any, Self

import typer

from bot.bell import Bell
from bot.channels import console
from bot.commands._frame import ConfigFile, DataFolder, configured, given_name, os_user
from bot.config import Config
from bot.delivery import deliver
from bot.house import Ward, now, open_ward
from bot.turns import Turns
from storage import addresses, messages

PROMPT = "> "

Name = Annotated[
    str | None,
    typer.Option("--as", metavar="TÊN", help="Nói với tên này; không ghi thì là người dùng máy."),
]


def talk(
    context: typer.Context,
    *,
    name: Name = None,
    config: ConfigFile = None,
    data: DataFolder = None,
) -> None:
    """Nói chuyện với trợ lý ngay trong cửa sổ lệnh, như một người học."""
    key = given_name("--as", os_user() if name is None else name)
    chosen = configured(context, config, data)
    with (
        asyncio.Runner() as runner
    ):  # between turns no loop runs, so that Ctrl-C ends a prompt at once
        open_until_end = AsyncExitStack()
        try:
            terminal = runner.run(Terminal.open(open_until_end, chosen, key))
            _converse(runner, terminal)
        finally:
            runner.run(open_until_end.aclose())


def _converse(runner: asyncio.Runner, terminal: "Terminal") -> None:
    if sys.stdin.isatty():
        _show(runner.run(terminal.greeting()))
        for line in _prompted():
            _show(runner.run(terminal.hear(line)))
        return
    for line in sys.stdin:
        if text := line.strip():
            typer.echo(f"{PROMPT}{text}")
            _show(runner.run(terminal.hear(text)))


def _prompted() -> Iterator[str]:
    """What is typed, line by line, until the end of input (Ctrl-D)."""
    while True:
        try:
            line = input(PROMPT)
        except EOFError:
            typer.echo()
            return
        if text := line.strip():
            yield text


def _show(said: tuple[str, ...]) -> None:
    for text in said:
        typer.echo(f"{text}\n")


@dataclass(slots=True)
class Terminal:
    """One address of the console channel; `read` is the last message that was shown."""

    ward: Ward
    turns: Turns
    key: str
    read: int = 0
    last: str | None = None

    @classmethod
    async def open(cls, stack: AsyncExitStack, config: Config, key: str) -> Self:
        """Open the ward until the stack closes, and read on from the end of this address' history."""
        ward = await stack.enter_async_context(open_ward(config))
        parsers = {console.NAME: console.parse}
        terminal = cls(ward, Turns(ward, parsers, Bell(), now), key)
        async with ward.database.reading(now()) as tx:
            known = await addresses.find(tx, console.NAME, key)
        if known is not None:
            await terminal.turns.run(known.id)  # what a killed process left waiting
            history = await terminal._new(known.id)
            terminal.last = history[-1] if history else None
        return terminal

    async def greeting(self) -> tuple[str, ...]:
        """The first words to somebody new; to others what was said last."""
        if self.last is not None:
            return (self.last,)
        return await self._turn({"text": "", "start": True})

    async def hear(self, text: str) -> tuple[str, ...]:
        """What is said to one typed line."""
        return await self._turn({"text": text, "alone": True})

    async def _turn(self, body: Mapping[str, Any]) -> tuple[str, ...]:
        address = await self.turns.receive(console.NAME, self.key, secrets.token_hex(16), body)
        assert address is not None, "a random event id was taken in before"
        await self.turns.run(address)
        return await self._new(address)

    async def _new(self, address: int) -> tuple[str, ...]:
        """What was said since the last look, whoever delivered it."""
        await deliver(self.ward.database, self.turns.bell, console.NAME, now())
        found: list[messages.MessageRow] = []
        async with self.ward.database.reading(now()) as tx:
            while page := await messages.since(tx, address, self.read):
                found += page
                self.read = page[-1].n
        return tuple(console.show(one.body) for one in found if one.is_from_bot)
