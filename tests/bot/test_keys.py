"""The ward's secret: made once, read back however it was typed, and never told by an error."""

import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.config import ConfigError
from bot.keys import BYTES, NAME, _name, read_key, show_key, ward_key

KEY = bytes(range(BYTES))
SHOWN = show_key(KEY)


@pytest.fixture(autouse=True)
def no_key_of_the_computer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(NAME, raising=False)


@given(key=st.binary(min_size=BYTES, max_size=BYTES))
def test_a_key_reads_back_from_what_is_printed(key: bytes) -> None:
    shown = show_key(key)

    assert read_key(shown, "tờ khôi phục") == key
    assert len(shown.split("-")) == 8
    assert all(0 < len(group) <= 7 for group in shown.split("-"))


@pytest.mark.parametrize(
    "typed",
    [
        SHOWN.lower(),
        SHOWN.replace("-", ""),
        SHOWN.replace("-", " "),
        f"  {SHOWN}\n",
        f"{SHOWN[:9]}\n{SHOWN[9:]}",
    ],
)
def test_blanks_case_and_hyphens_do_not_matter(typed: str) -> None:
    assert read_key(typed, "tờ khôi phục") == KEY


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "không phải khóa",
        SHOWN[:-4],
        SHOWN + "AAAAAAA",
        SHOWN.replace("A", "1"),
        "\0" * 52,
        "đ" * 52,
    ],
)
def test_what_is_no_key_is_refused_without_being_repeated(typed: str) -> None:
    with pytest.raises(ConfigError) as refused:
        read_key(typed, "HOCSO_KEY")

    assert str(refused.value).startswith("HOCSO_KEY không phải là khóa của phường.")
    assert not typed.strip() or typed not in str(refused.value)


def test_a_data_folder_without_a_key_is_given_one_that_stays(tmp_path: Path) -> None:
    data = tmp_path / "var"

    first, second = ward_key(data), ward_key(data)

    assert first == second
    assert len(first) == BYTES
    assert first != ward_key(tmp_path / "other")


@pytest.mark.skipif(os.name == "nt", reason="Windows has no modes of files")
def test_nobody_else_may_read_the_file(tmp_path: Path) -> None:
    ward_key(tmp_path)

    assert stat.S_IMODE((tmp_path / "key").stat().st_mode) == 0o600


def test_the_environment_decides_over_the_file_and_makes_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(NAME, f" {SHOWN.lower()} ")

    assert ward_key(tmp_path) == KEY
    assert list(tmp_path.iterdir()) == []


def test_a_broken_key_in_the_environment_is_named_and_not_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(NAME, "BROKEN-SECRET")

    with pytest.raises(ConfigError) as refused:
        ward_key(tmp_path)

    assert NAME in str(refused.value)
    assert "BROKEN" not in str(refused.value)


@pytest.mark.parametrize("content", [b"", b"rubbish", "chữ có dấu".encode(), b"\xff\xfe"])
def test_a_broken_file_is_named_and_left_as_it_is(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "key"
    file.write_bytes(content)

    with pytest.raises(ConfigError, match="key"):
        ward_key(tmp_path)

    assert file.read_bytes() == content


def test_a_folder_that_cannot_be_written_is_said_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(ConfigError, match="Kiểm tra quyền của thư mục dữ liệu"):
        ward_key(tmp_path / "file")


def test_processes_that_start_at_once_end_with_one_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _: ward_key(tmp_path), range(16)))

    assert len(keys) == 1
    assert [file.name for file in tmp_path.iterdir()] == ["key"]


def test_a_key_is_never_seen_half_written(tmp_path: Path) -> None:
    """Four at once, often enough that one would meet a file without its content."""
    for folder in map(str, range(150)):
        with ThreadPoolExecutor(4) as pool:
            keys = set(pool.map(lambda _, at=tmp_path / folder: ward_key(at), range(4)))

        assert len(keys) == 1


def test_a_disk_without_links_has_one_key_too(tmp_path: Path) -> None:
    def no_links(*_: object) -> None:
        raise PermissionError

    first, second, file = tmp_path / "first", tmp_path / "second", tmp_path / "key"
    for whole in (first, second):
        whole.write_text(whole.name)
        _name(whole, file, no_links)

    assert file.read_text() == "first"
