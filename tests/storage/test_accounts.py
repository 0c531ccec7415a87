from datetime import datetime, timedelta

from storage import accounts
from storage._database import Database
from storage.accounts import AccountState

MINUTE = timedelta(minutes=1)


async def test_an_account_nobody_spoke_of_is_free_and_knows_nothing(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        assert await accounts.state(tx, "telegram") == AccountState("telegram")
        assert await accounts.states(tx) == ()


async def test_an_account_is_held_until_the_moment_asked_for_last(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        await accounts.hold(tx, "telegram", now + MINUTE)
    async with database.transaction(now) as tx:
        assert (await accounts.state(tx, "telegram")).held_until == now + MINUTE
        await accounts.hold(tx, "telegram", now + 2 * MINUTE)

        assert await accounts.state(tx, "telegram") == AccountState(
            "telegram", held_until=now + 2 * MINUTE
        )


async def test_the_first_reason_of_a_pause_stays_until_the_account_works(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        await accounts.pause(tx, "telegram", "Unauthorized " + "x" * 300)
    async with database.transaction(now + MINUTE) as tx:
        await accounts.pause(tx, "telegram", "Not Found")
        paused = await accounts.state(tx, "telegram")
        await accounts.resume(tx, "telegram")
        working = await accounts.state(tx, "telegram")
        await accounts.pause(tx, "telegram", "Forbidden")
        again = await accounts.state(tx, "telegram")

    reason = ("Unauthorized " + "x" * 300)[:200]
    assert paused == AccountState("telegram", paused_at=now, paused_reason=reason)
    assert working == AccountState("telegram")
    assert (again.paused_at, again.paused_reason) == (now + MINUTE, "Forbidden")


async def test_an_account_that_never_failed_may_be_resumed(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        await accounts.resume(tx, "telegram")

        assert await accounts.state(tx, "telegram") == AccountState("telegram")


async def test_what_is_learnt_is_added_and_an_empty_value_forgets(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        first = await accounts.learn(tx, "telegram", {"photo:ab12": "tệp 1", "menu": "7"})
        second = await accounts.learn(tx, "telegram", {"photo:cd34": "tệp 2", "menu": "8"})
        third = await accounts.learn(tx, "telegram", {"photo:ab12": "", "never known": ""})
    async with database.reading(now) as tx:
        kept = await accounts.state(tx, "telegram")

    assert first == {"photo:ab12": "tệp 1", "menu": "7"}
    assert second == {"photo:ab12": "tệp 1", "photo:cd34": "tệp 2", "menu": "8"}
    assert third == kept.known == {"photo:cd34": "tệp 2", "menu": "8"}


async def test_each_thing_known_of_an_account_leaves_the_others_alone(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        await accounts.learn(tx, "telegram", {"menu": "7"})
        await accounts.hold(tx, "telegram", now + MINUTE)
        await accounts.pause(tx, "telegram", "Unauthorized")
        whole = AccountState("telegram", now + MINUTE, now, "Unauthorized", {"menu": "7"})
        assert await accounts.state(tx, "telegram") == whole

        await accounts.resume(tx, "telegram")
        await accounts.learn(tx, "telegram", {"menu": ""})

        assert await accounts.state(tx, "telegram") == AccountState("telegram", now + MINUTE)


async def test_accounts_are_known_one_by_one(database: Database, now: datetime) -> None:
    async with database.transaction(now) as tx:
        await accounts.pause(tx, "zalo_oa", "Unauthorized")
        await accounts.learn(tx, "telegram", {"menu": "7"})

        assert await accounts.states(tx) == (
            AccountState("telegram", known={"menu": "7"}),
            AccountState("zalo_oa", paused_at=now, paused_reason="Unauthorized"),
        )
