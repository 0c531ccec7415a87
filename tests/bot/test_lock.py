"""One server for each database file."""

from pathlib import Path

import pytest

from bot.config import ConfigError
from bot.lock import AlreadyRunning, only_server


def test_a_second_server_on_the_same_file_is_refused_in_a_sentence(tmp_path: Path) -> None:
    with (
        only_server(tmp_path / "hocso.db"),
        pytest.raises(AlreadyRunning, match="Chương trình đang chạy sẵn với dữ liệu ở"),
        only_server(tmp_path / "hocso.db"),
    ):
        pass


def test_two_wards_side_by_side_do_not_disturb_each_other(tmp_path: Path) -> None:
    with only_server(tmp_path / "one.db"), only_server(tmp_path / "two.db"):
        pass


def test_after_the_first_has_gone_the_next_may_start(tmp_path: Path) -> None:
    for _ in range(2):
        with only_server(tmp_path / "folder" / "hocso.db"):
            assert (tmp_path / "folder").is_dir()


def test_a_folder_that_cannot_be_made_is_told_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")

    with (
        pytest.raises(ConfigError, match="Không ghi được vào thư mục dữ liệu"),
        only_server(tmp_path / "file" / "hocso.db"),
    ):
        pass


def test_a_lock_file_that_cannot_be_written_is_told_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "hocso.db.server").mkdir()

    with (
        pytest.raises(ConfigError, match="Không ghi được vào thư mục dữ liệu"),
        only_server(tmp_path / "hocso.db"),
    ):
        pass
