"""`hocso outbox`: what waits, what is unknown and why; and what a person decides of it."""

import asyncio
import getpass
import json
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.config import load_config
from bot.house import open_ward
from storage import accounts, leases, outbox
from storage.addresses import address_of
from storage.leases import LEASE, Settlement
from storage.outbox import Cause, Kind, State
from storage.tables import Addresses, Outbox

KEY = "5551234567"
TEXT = "Lời riêng của bà con"
EARLIER = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=2, minutes=5)
FAILED = "ServerDisconnectedError"


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of a bad day on Telegram."""

    killed: int
    unanswered: int
    reply: int
    sent: int
    waiting: int
    address: int


def in_ward(box, work: Callable) -> object:
    """Do something with the box's database, as a server would."""

    async def done() -> object:
        config = load_config(box.folder / "config.yaml", box.folder / "data")
        async with open_ward(config) as ward:
            return await work(ward.database)

    return asyncio.run(done())


async def bad_day(database) -> Rows:
    """One announcement under way when the power failed, one never answered, a reply neither; one waits."""
    async with database.transaction(EARLIER) as tx:
        addresses = [(await address_of(tx, "telegram", f"{KEY}{n}")).id for n in range(5)]

        async def put(n: int, kind: Kind) -> int:
            return await outbox.put(tx, "telegram", addresses[n], kind, {"text": TEXT})

        async def settle(row: int, cause: Cause, **more: str) -> None:
            await leases.settle(tx, "me", [Settlement(row, cause, **more)])

        sent = await put(0, Kind.REPLY)
        unanswered, reply = await put(2, Kind.ANNOUNCEMENT), await put(3, Kind.REPLY)
        await leases.lease(tx, "telegram", "me", 32)
        await settle(sent, Cause.ACCEPTED, platform_id="1")
        await settle(unanswered, Cause.UNDECIDED, reason=FAILED)
        await settle(reply, Cause.UNDECIDED, reason=FAILED)
        killed = await put(1, Kind.ANNOUNCEMENT)
        await leases.lease(tx, "telegram", "killed", 32)
        waiting = await put(4, Kind.ALERT)
        await accounts.pause(tx, "telegram", "Telegram không nhận mã bot này (401 Unauthorized).")
    async with database.transaction(EARLIER + LEASE) as tx:
        await leases.lapse(tx, "telegram", "me")
    return Rows(killed, unanswered, reply, sent, waiting, addresses[1])


@pytest.fixture(scope="module")
def bad_box(make_box, tmp_path_factory) -> tuple[Path, Rows]:
    """The computer after that day; to be copied."""
    made = make_box(tmp_path_factory.mktemp("bad"))
    return made.folder, in_ward(made, bad_day)


@pytest.fixture
def rows(box, bad_box: tuple[Path, Rows]) -> Rows:
    folder, made = bad_box
    shutil.copytree(folder, box.folder, dirs_exist_ok=True)
    return made


def sql(box, statement: str, *values: object) -> list[tuple]:
    """One statement on the box's database, committed."""
    with closing(sqlite3.connect(box.folder / "data" / "hocso.db")) as database, database:
        return database.execute(statement, values).fetchall()


def states(box) -> dict[int, State]:
    return {row: State(state) for row, state in sql(box, "SELECT id, state FROM outbox")}


# ---------------------------------------------------------------- looking


def test_it_says_what_waits_what_is_unknown_and_what_a_person_must_do(box, rows: Rows) -> None:
    done = box.call("outbox")

    assert (done.code, done.err) == (0, "")
    said = re.sub(r"\d\d:\d\d ngày \d\d/\d\d/\d{4}", "<lúc>", done.out)
    said = re.sub(r"\d+ giờ( \d+ phút)?", "<lâu>", said)
    first, second = (rows.unanswered, rows.address + 1), (rows.killed, rows.address)
    assert (
        said
        == f"""\
Tin gửi đi, lúc <lúc>.

telegram:
  TẠM DỪNG từ <lúc>, đã <lâu>. Lý do: Telegram không nhận mã bot này (401 Unauthorized).
  Cần làm: kiểm tra mã bot của telegram (biến HOCSO_TELEGRAM_TOKEN hoặc telegram.token), sửa rồi chạy lại trợ lý. Tin vẫn chờ, không mất.
  Chờ gửi: 1 tin cảnh báo.
  Đã gửi: 1 tin trả lời.
  Chưa rõ: 3 tin (1 tin trả lời, 2 thông báo).
  Chờ lâu nhất: tin số {rows.waiting} (tin cảnh báo), từ <lúc>, đã <lâu>.

Chưa rõ đã tới hay chưa, chờ người quyết định: 2 tin.
  Số {first[0]}: thông báo, telegram, địa chỉ số {first[1]}, <lúc>; gửi rồi không thấy trả lời rõ (ServerDisconnectedError).
  Số {second[0]}: thông báo, telegram, địa chỉ số {second[1]}, <lúc>; máy tắt giữa chừng.
Gửi lại thì có người có thể nhận hai lần; bỏ thì có người có thể không nhận được.
  Gửi lại: hocso outbox --again {first[0]} {second[0]}
  Bỏ: hocso outbox --drop {first[0]} {second[0]}

Chưa rõ đã tới hay chưa, trợ lý đang chạy sẽ tự gửi lại hoặc bỏ: 1 tin.
  Số {rows.reply}: tin trả lời, telegram, địa chỉ số {rows.address + 2}, <lúc>; gửi rồi không thấy trả lời rõ (ServerDisconnectedError).

Cần người làm: sửa cho telegram gửi lại được, quyết định 2 thông báo chưa rõ.
"""
    )


def test_times_are_told_by_the_wards_own_clock(box, rows: Rows) -> None:
    config = box.folder / "config.yaml"
    config.write_text("ward: {timezone: Pacific/Kiritimati}\n", encoding="utf-8")

    done = box.call("outbox")

    local = EARLIER + timedelta(hours=14)
    assert f"TẠM DỪNG từ {local:%H:%M} ngày {local:%d/%m/%Y}" in done.out


def test_nobodys_key_and_no_text_is_ever_printed(box, rows: Rows) -> None:
    for form in ("text", "json"):
        out = box.call("outbox", "--format", form).out

        assert KEY not in out
        assert TEXT not in out


def test_json_holds_the_same_for_programs(box, rows: Rows) -> None:
    document = json.loads(box.call("outbox", "--format", "json").out)

    (account,) = document["accounts"]
    assert account["account"] == "telegram"
    assert account["states"] == {
        "waiting": {"alert": 1},
        "sent": {"reply": 1},
        "unknown": {"reply": 1, "announcement": 2},
    }
    assert datetime.fromisoformat(account["paused_at"]) == EARLIER
    assert account["oldest_waiting"]["row"] == rows.waiting
    assert 7500 <= account["oldest_waiting"]["age_seconds"] < 11000
    assert [
        (end["row"], end["why"], end["reason"], end["decided_by"]) for end in document["unknown"]
    ] == [
        (rows.unanswered, "undecided", FAILED, "person"),
        (rows.killed, "lease over", None, "person"),
        (rows.reply, "undecided", FAILED, "machine"),
    ]


def test_a_held_account_says_until_when_and_asks_nobody_for_anything(box, rows: Rows) -> None:
    sql(box, "UPDATE accounts SET paused_at = NULL, held_until = '2999-01-01 00:00:00.000000'")
    sql(box, "UPDATE outbox SET state = 'sent'")

    done = box.call("outbox")

    assert "nghỉ đến 07:00:00 ngày 01/01/2999" in done.out
    assert done.out.splitlines()[-1] == "Không có việc gì cần người làm."


def test_rows_of_a_server_that_was_killed_are_said_to_need_its_restart(box, rows: Rows) -> None:
    sql(box, "UPDATE accounts SET paused_at = NULL")
    sql(box, "UPDATE outbox SET state = 'sending', lease_until = created_at")

    done = box.call("outbox")

    assert "Đang gửi: 5 tin (2 tin trả lời, 1 tin cảnh báo, 2 thông báo)." in done.out
    assert "có 5 tin đã lâu chưa xong, có lẽ máy đã tắt giữa chừng" in done.out
    assert done.out.splitlines()[-1] == "Cần người làm: chạy lại trợ lý."


def test_an_empty_ward_has_nothing_under_way_and_nothing_to_do(box, rows: Rows) -> None:
    for table in ("outbox", "accounts"):
        sql(box, f"DELETE FROM {table}")

    done = box.call("outbox")

    assert done.code == 0
    assert done.out.splitlines()[1:] == ["Chưa có tin nào.", "", "Không có việc gì cần người làm."]


def test_looking_at_a_ward_without_a_database_makes_none(box) -> None:
    before = box.files()

    shown, decided = box.call("outbox"), box.call("outbox", "--again", "all")
    refused = box.call("outbox", "--drop", "12")

    assert (shown.code, decided.code, refused.code) == (0, 0, 2)
    assert "Chưa có tin nào." in shown.out
    assert "số 12 không có" in refused.err
    assert box.files() == before


# ---------------------------------------------------------------- deciding


@pytest.mark.parametrize(
    ("option", "said", "state"),
    [("--again", "Sẽ gửi lại", State.WAITING), ("--drop", "Đã bỏ", State.DROPPED)],
)
def test_unknown_announcements_are_decided_by_number(box, rows, option, said, state) -> None:
    done = box.call("outbox", option, str(rows.killed), str(rows.unanswered))

    assert (done.code, done.err) == (0, "")
    assert done.out == f"{said} 2 thông báo, số {rows.unanswered}, {rows.killed}.\n"
    after = states(box)
    assert {after[rows.killed], after[rows.unanswered]} == {state}
    assert after[rows.reply] is State.UNKNOWN


def test_the_audit_says_which_account_of_the_computer_decided(box, rows: Rows) -> None:
    box.call("outbox", "--drop", str(rows.killed))

    assert sql(box, "SELECT actor, action, subject, details FROM audit") == [
        (f"os:{getpass.getuser()}", "dropped", "outbox", f'{{"rows":[{rows.killed}]}}')
    ]


def test_all_means_every_unknown_announcement_and_nothing_else(box, rows: Rows) -> None:
    before = states(box)

    done = box.call("outbox", "--again", "all", "--format", "json")

    assert json.loads(done.out) == {"sent_again": [rows.unanswered, rows.killed], "left": {}}
    again = dict.fromkeys((rows.unanswered, rows.killed), State.WAITING)
    assert states(box) == {**before, **again}
    assert box.call("outbox", "--again", "all").out == (
        "Không có thông báo nào chưa rõ, nên không đổi gì.\n"
    )


def test_wrong_numbers_are_named_in_one_sentence_and_nothing_changes(box, rows: Rows) -> None:
    before = states(box)

    done = box.call(
        "outbox", "--again", *map(str, (rows.killed, rows.reply, rows.sent, rows.waiting, 999))
    )

    assert (done.code, done.out) == (2, "")
    assert done.err == (
        "Chưa đổi gì, vì chỉ quyết định được thông báo chưa rõ: "
        f"số {rows.sent} là tin trả lời đã gửi; số {rows.reply} là tin trả lời chưa rõ; "
        f"số {rows.waiting} là tin cảnh báo chờ gửi; số 999 không có. Xem số: hocso outbox\n"
    )
    assert states(box) == before


def test_who_said_stop_since_is_never_sent_it_again(box, rows: Rows) -> None:
    sql(box, "UPDATE addresses SET stopped_at = created_at WHERE id = ?", rows.address)

    shown = box.call("outbox")
    refused = box.call("outbox", "--again", str(rows.killed))
    done = box.call("outbox", "--again", "all")

    assert "máy tắt giữa chừng. Chỉ bỏ được: người nhận đã nhắn DỪNG." in shown.out
    assert f"--again {rows.unanswered}\n" in shown.out
    assert (refused.code, refused.out) == (2, "")
    assert "là thông báo chưa rõ nhưng người nhận đã nhắn DỪNG, chỉ bỏ được" in refused.err
    assert done.out.splitlines() == [
        f"Sẽ gửi lại 1 thông báo, số {rows.unanswered}.",
        f"Không gửi lại 1 thông báo, chỉ bỏ được: số {rows.killed} (người nhận đã nhắn DỪNG).",
    ]
    assert states(box)[rows.killed] is State.UNKNOWN


WRONG = [
    ("no number", ("--again",), "--again còn thiếu số. Ghi số của tin, hoặc “all”."),
    ("no deed", ("12",), "Chưa ghi làm gì với tin số 12. Ghi --again để gửi lại"),
    ("both deeds", ("--again", "12", "--drop", "15"), "--again và --drop không đi cùng nhau."),
    ("no word", ("--drop", "12,15"), "“12,15” không phải số của một tin."),
    ("a negative number", ("--drop", "--", "-12"), "“-12” không phải số của một tin."),
    ("too long a number", ("--drop", "9" * 19), f"“{'9' * 19}” không phải số của một tin."),
    ("all and a number", ("--drop", "all", "12"), "“all” không phải số của một tin."),
    ("no such form", ("--format", "csv"), "--format không nhận “csv”. Chọn một trong: text, json"),
]


@pytest.mark.parametrize(
    ("typed", "sentence"), [case[1:] for case in WRONG], ids=[case[0] for case in WRONG]
)
def test_wrong_input_is_one_sentence_and_opens_nothing(box, typed, sentence: str) -> None:
    done = box.call_bare(*box.places, "outbox", *typed)

    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(sentence)
    assert len(done.err.splitlines()) == 1
    assert not (box.folder / "data").exists()


# ---------------------------------------------------------------- beside a server


async def test_a_running_server_sends_at_once_what_a_person_decided(running, tmp_path) -> None:
    visitor = running.visitor()
    await visitor.open()
    async with running.ward.database.transaction(datetime.now(UTC)) as tx:
        (address,) = (await tx.connection.execute(select(Addresses.id))).scalars()
        await tx.connection.execute(
            Outbox.__table__.insert().values(
                account="web",
                address_id=address,
                kind=Kind.ANNOUNCEMENT,
                body={"text": "Mời bà con họp tổ"},
                state=State.UNKNOWN.value,
                created_at=tx.now,
                settled_at=tx.now,
            )
        )
    (tmp_path / "config.yaml").write_text("ward: {}\n", encoding="utf-8")
    data = str(running.ward.config.data)
    places = ("--config", str(tmp_path / "config.yaml"), "--data", data)
    command = (sys.executable, "-m", "bot", "outbox", "--again", "all", *places)

    done, message = await asyncio.gather(
        asyncio.to_thread(subprocess.run, command, capture_output=True, check=True, timeout=60),
        visitor.answered(),
    )

    assert done.stdout.decode().startswith("Sẽ gửi lại 1 thông báo")
    assert message["text"] == "Mời bà con họp tổ"
