"""What comes in from a platform is kept together, once, before anything follows from it."""

import asyncio
import json

import pytest

from bot.channels._calls import Reach
from bot.house import Ward, now
from bot.intake import NotKept
from bot.logs import configure_logs
from storage import outbox
from tests.bot.incoming import TYPING, Shell, said

SECRET = "bà Lan ở số nhà 12"


@pytest.fixture
def shell(ward: Ward) -> Shell:
    configure_logs()
    return Shell(ward)


async def test_events_are_kept_in_order_and_then_the_turns_run_and_the_courtesies_leave(
    shell: Shell,
) -> None:
    await shell.take(said("học", "1"), said("một", "2"), said("chào", "3", key="8"))

    first, second, *courtesies = shell.asked
    assert (await shell.kept("7"), await shell.kept("8")) == (["học", "một"], ["chào"])
    assert await shell.column("SELECT id FROM addresses ORDER BY id") == [first, second]
    assert courtesies == [("telegram", TYPING)] * 3
    assert shell.transactions == 1


async def test_hundreds_who_come_at_once_share_a_few_transactions(shell: Shell) -> None:
    crowd = [said(f"{n}", f"{n}", key=f"{n % 50 + 1}") for n in range(600)]

    await asyncio.gather(*(shell.take(one) for one in crowd))

    assert await shell.column("SELECT count(*) FROM inbox") == [600]
    assert await shell.kept("1") == [f"{n}" for n in range(0, 600, 50)]
    assert shell.transactions <= 4


async def test_what_was_brought_before_wakes_nobody_and_earns_no_courtesy(shell: Shell) -> None:
    await shell.take(said("học", "1"))
    shell.asked.clear()

    await shell.take(said("học", "1"))

    assert shell.asked == []
    assert await shell.kept() == ["học"]


async def test_a_card_number_is_masked_before_it_is_kept(shell: Shell) -> None:
    await shell.take(said("thẻ 9704 3600 1234 5678 901", "1"))

    (kept,) = await shell.kept()
    assert "1234" not in kept
    assert "1234" not in str(await shell.column("SELECT body FROM messages"))


async def test_what_a_link_carried_is_kept_with_the_address_and_a_bare_start_changes_nothing(
    shell: Shell,
) -> None:
    await shell.take(said("", "1", start="t2"), said("", "2", start=""))

    assert await shell.column("SELECT came_by FROM addresses") == ["t2"]


# ---------------------------------------------------------------- who blocks, and comes back


async def test_a_block_by_somebody_who_never_wrote_makes_no_address(shell: Shell) -> None:
    await shell.take(Reach("7", is_reachable=False), Reach("7", is_reachable=True))

    assert await shell.column("SELECT count(*) FROM addresses") == [0]
    assert shell.asked == []


async def test_who_blocks_is_sent_nothing_more_until_they_come_back(shell: Shell) -> None:
    await shell.take(said("học", "1"))
    (address,) = await shell.column("SELECT id FROM addresses")
    async with shell.ward.database.transaction(now()) as tx:
        await outbox.put(tx, "telegram", address, outbox.Kind.REPLY, {"text": "Chào bà con"})

    await shell.take(Reach("7", is_reachable=False))
    blocked = await shell.column("SELECT blocked_at FROM addresses")
    await shell.take(Reach("7", is_reachable=True))

    assert await shell.column("SELECT state FROM outbox") == ["cancelled"]
    assert blocked != [None]
    assert await shell.column("SELECT blocked_at FROM addresses") == [None]


# ---------------------------------------------------------------- when it cannot be kept


async def test_while_the_database_is_locked_nothing_is_kept_and_the_next_try_keeps_all(
    shell: Shell,
) -> None:
    with shell.locked():
        refused = await asyncio.gather(
            *(shell.take(said(f"{n}", f"{n}")) for n in range(3)), return_exceptions=True
        )
    before = await shell.kept()

    await shell.take(*(said(f"{n}", f"{n}") for n in range(3)))

    assert [type(one) for one in refused] == [NotKept] * 3
    assert before == []
    assert await shell.kept() == ["0", "1", "2"]


async def test_an_event_that_cannot_be_stored_is_left_out_and_the_others_are_kept(
    shell: Shell, capsys: pytest.CaptureFixture[str]
) -> None:
    configure_logs()  # to the stderr that is captured
    broken = said(SECRET, "2", strange=object())

    await asyncio.gather(
        shell.take(said("một", "1"), broken, said("ba", "3")), shell.take(said("bốn", "4"))
    )

    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    (left_out,) = [line for line in lines if line["event"] == "event left out"]
    assert await shell.kept() == ["một", "ba", "bốn"]
    assert (left_out["event_id"], len(left_out["error_id"])) == ("2", 12)
    assert "Lan" not in json.dumps(lines, ensure_ascii=False)


async def test_who_no_longer_waits_takes_nothing_from_those_who_do(shell: Shell) -> None:
    gone = asyncio.ensure_future(shell.take(said("một", "1")))
    stays = asyncio.ensure_future(shell.take(said("hai", "2")))
    await asyncio.sleep(0)
    gone.cancel()

    await stays

    assert await shell.kept() == ["một", "hai"]


async def test_finishing_waits_for_what_is_being_stored(shell: Shell) -> None:
    taking = asyncio.ensure_future(shell.take(said("một", "1")))
    await asyncio.sleep(0)

    await shell.intake.finish(10)

    assert await shell.kept() == ["một"]
    await taking
