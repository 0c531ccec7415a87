"""`hocso backup` and `hocso restore`, as somebody types them."""

import re
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.erasures import NAME, read
from bot.keys import read_key, show_key
from bot.lock import only_server
from bot.sealing import Header, seal


@pytest.fixture
def usb(learnt) -> Path:
    """A folder for copies, which config.yaml names."""
    folder = learnt.folder / "usb"
    folder.mkdir()
    config = learnt.folder / "config.yaml"
    config.write_text(f"ward: {{}}\nbackup:\n  target: {folder}\n", encoding="utf-8")
    return folder


@pytest.fixture
def copy(learnt, usb: Path) -> Path:
    """A copy of what stands on the computer."""
    done = learnt.call("backup")
    assert done.code == 0, done.err
    (made,) = usb.glob("*.sao")
    return made


def lose_everything(learnt) -> str:
    """The data folder is gone; returns the key of the sheet in the safe."""
    key = (learnt.folder / "data" / "key").read_text().strip()
    shutil.rmtree(learnt.folder / "data")
    return key


def test_a_copy_is_told_in_three_lines(learnt, usb: Path) -> None:
    done = learnt.call("backup")

    assert done.code == 0
    first, second, third = done.out.splitlines()
    assert re.fullmatch(
        r"Đã làm bản sao lúc \d\d:\d\d:\d\d ngày \d\d/\d\d/\d{4}, .* dòng dữ liệu\.", first
    )
    assert second.endswith("và đọc lại đúng từng chữ.")
    assert third == "Đang giữ 1 bản."


def test_without_a_target_it_says_where_to_write_one(learnt) -> None:
    done = learnt.call("backup")

    assert (done.code, done.out) == (2, "")
    assert "--to THƯ_MỤC, hoặc backup.target" in done.err


def test_a_folder_that_is_not_there_is_one_sentence(learnt, tmp_path: Path) -> None:
    done = learnt.call("backup", "--to", str(tmp_path / "away"))

    assert done.code == 2
    assert done.err.count("\n") == 1
    assert "Không thấy nơi cất bản sao" in done.err
    assert not (tmp_path / "away").exists()


def test_a_computer_without_data_makes_no_database_to_copy(box, tmp_path: Path) -> None:
    done = box.call("backup", "--to", str(tmp_path))

    assert done.code == 2
    assert "Chưa có dữ liệu" in done.err
    assert not (box.folder / "data" / "hocso.db").exists()


# ---------------------------------------------------------------- coming back


def test_with_the_key_of_the_sheet_everybody_is_back(learnt, copy: Path, monkeypatch) -> None:
    number = learnt.number()
    monkeypatch.setenv("HOCSO_KEY", lose_everything(learnt))

    done = learnt.call("restore", str(copy))

    assert done.code == 0, done.err
    assert learnt.number() == number
    lines = done.out.splitlines()
    assert lines[0].startswith("Đã khôi phục dữ liệu của 1 người, như lúc ")
    assert re.match(r"Mất phần từ .* ngày .* đến .* ngày .* \(\d+ giây\): ", lines[1])


def test_the_key_is_typed_unseen_and_kept_for_the_server(learnt, copy: Path, at_terminal) -> None:
    key = lose_everything(learnt)

    screen = at_terminal("restore", str(copy), *learnt.places)
    asked = screen.until("): ")
    screen.type(key.lower().replace("-", " ") + "\n")
    shown = screen.until("Việc phải làm")

    assert screen.end() == 0
    assert "Khóa trên tờ khôi phục" in asked
    assert key[:7].lower() not in shown.lower()
    kept = learnt.folder / "data" / "key"
    assert kept.read_text().strip() == key
    assert kept.stat().st_mode & 0o077 == 0


def test_a_wrong_key_changes_nothing_and_is_not_repeated(learnt, copy: Path, monkeypatch) -> None:
    lose_everything(learnt)
    wrong = show_key(bytes(32))
    monkeypatch.setenv("HOCSO_KEY", wrong)

    done = learnt.call("restore", str(copy))

    assert (done.code, done.out) == (2, "")
    assert "không mở được bản sao" in done.err
    assert wrong[:7] not in done.err
    assert not (learnt.folder / "data" / "hocso.db").exists()


def test_another_key_in_the_data_folder_is_named_and_stays(learnt, copy: Path) -> None:
    lose_everything(learnt)
    other = learnt.folder / "data" / "key"
    other.parent.mkdir()
    other.write_text(show_key(bytes(32)))

    done = learnt.call("restore", str(copy))

    assert (done.code, done.out) == (2, "")
    assert f"Khóa ở tệp {other} là khóa khác" in done.err
    assert other.read_text() == show_key(bytes(32))


def test_data_that_are_there_are_never_written_over(learnt, copy: Path) -> None:
    before = (learnt.folder / "data" / "hocso.db").read_bytes()

    done = learnt.call("restore", str(copy))

    assert done.code == 2
    assert "không ghi đè lên" in done.err
    assert (learnt.folder / "data" / "hocso.db").read_bytes() == before


def test_a_server_that_runs_is_not_restored_under_its_feet(learnt, copy: Path, monkeypatch) -> None:
    monkeypatch.setenv("HOCSO_KEY", lose_everything(learnt))

    with only_server(learnt.folder / "data" / "hocso.db"):
        done = learnt.call("restore", str(copy))

    assert done.code == 2
    assert "đang chạy sẵn" in done.err


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda copy: copy.write_bytes(copy.read_bytes()[:-1]), "bị hỏng hoặc bị cắt cụt"),
        (lambda copy: copy.write_bytes(b"x" * 9000), "không phải là bản sao"),
        (lambda copy: copy.unlink(), "Không mở được"),
    ],
    ids=["cut", "something else", "away"],
)
def test_a_copy_of_no_use_is_one_sentence_and_leaves_nothing_behind(
    learnt, copy: Path, monkeypatch, spoil, said: str
) -> None:
    monkeypatch.setenv("HOCSO_KEY", lose_everything(learnt))
    spoil(copy)

    done = learnt.call("restore", str(copy))

    assert (done.code, done.out) == (2, "")
    assert done.err.count("\n") == 1
    assert said in done.err
    data = learnt.folder / "data"
    assert not data.exists() or not [one for one in data.iterdir() if "hocso.db" not in one.name]
    assert not (data / "hocso.db").exists()


def test_what_a_killed_restore_left_behind_is_no_hindrance(learnt, copy: Path, monkeypatch) -> None:
    monkeypatch.setenv("HOCSO_KEY", lose_everything(learnt))
    data = learnt.folder / "data"
    data.mkdir()
    (data / ".hocso-dang-khoi-phuc.db").write_bytes(b"half of it")

    done = learnt.call("restore", str(copy))

    assert done.code == 0, done.err
    assert not (data / ".hocso-dang-khoi-phuc.db").exists()


def test_a_copy_of_later_tables_is_told_before_anything_is_unpacked(
    learnt, usb: Path, monkeypatch
) -> None:
    key = lose_everything(learnt)
    monkeypatch.setenv("HOCSO_KEY", key)
    late = usb / "hocso-late.sao"
    header = Header.new(read_key(key, "test"), datetime(2026, 11, 22, tzinfo=UTC), "9999")
    with late.open("wb") as target:
        seal([b"what nobody here can read"], target, read_key(key, "test"), header)

    done = learnt.call("restore", str(late))

    assert (done.code, done.out) == (2, "")
    assert "do bản mới hơn của chương trình làm ra" in done.err


def test_a_list_of_erased_people_that_is_named_and_not_there_stops_everything(
    learnt, copy: Path, monkeypatch
) -> None:
    monkeypatch.setenv("HOCSO_KEY", lose_everything(learnt))

    done = learnt.call("restore", str(copy), "--erased", str(learnt.folder / "da-xoa (1).txt"))

    assert (done.code, done.out) == (2, "")
    assert "Không thấy danh sách người đã xóa" in done.err
    assert not (learnt.folder / "data" / "hocso.db").exists()


def test_where_nobody_stands_in_a_list_it_is_said_that_there_is_none(
    learnt, copy: Path, monkeypatch
) -> None:
    monkeypatch.setenv("HOCSO_KEY", lose_everything(learnt))

    done = learnt.call("restore", str(copy))

    assert "Không thấy ai trong danh sách ấy (tệp da-xoa.txt cạnh bản sao)" in done.out


@pytest.mark.parametrize(
    "where", ["beside the copy", "in a file that is named", "where copies go to"]
)
def test_who_asked_to_be_erased_after_the_copy_does_not_come_back(
    learnt, copy: Path, monkeypatch, where: str
) -> None:
    number = learnt.number()
    more: tuple[str, ...] = ()
    listed = copy.with_name(NAME)
    if where == "in a file that is named":
        listed = learnt.folder / "list.txt"
        more = ("--erased", str(listed))
    if where == "where copies go to":
        (learnt.folder / "desk").mkdir()
        copy = copy.rename(learnt.folder / "desk" / copy.name)
    listed.write_text(f"{number} 2026-11-22T08:00:00+00:00\n")
    monkeypatch.setenv("HOCSO_KEY", lose_everything(learnt))

    done = learnt.call("restore", str(copy), *more)

    assert done.out.startswith("Đã khôi phục dữ liệu của 0 người")
    assert "Đã xóa lại 1 người có trong danh sách 1 người từng xin xóa." in done.out
    assert "Lan" not in (learnt.folder / "data" / "hocso.db").read_bytes().decode("latin-1")
    assert read(learnt.folder / "data" / NAME) == {int(number)}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "Còn thiếu bản sao"),
        (("--taken-up", "hôm qua"), "không phải ngày và giờ"),
        (("--taken-up", "2999-01-01 00:00"), "chưa tới"),
        (("--taken-up", "2026-01-01 02:00"), "chỉ dành cho PostgreSQL"),
    ],
    ids=["nothing", "no moment", "the future", "a file"],
)
def test_what_cannot_be_meant_is_answered_in_a_sentence(learnt, words, said: str) -> None:
    done = learnt.call("restore", *words)

    assert (done.code, done.out) == (2, "")
    assert said in done.err


def test_a_database_on_a_server_is_restored_with_its_own_tool(learnt, copy: Path) -> None:
    with (learnt.folder / "config.yaml").open("a", encoding="utf-8") as config:
        config.write('database: "postgresql://x@localhost/ward"\n')

    restored, copied = learnt.call("restore", str(copy)), learnt.call("backup")

    assert (restored.code, copied.code) == (2, 2)
    assert "pg_restore" in restored.err
