"""config.yaml: what is read, where from, and one sentence for what is wrong."""

from datetime import date
from pathlib import Path

import pytest

from bot.config import Config, ConfigError, load_config

ROOT = Path(__file__).parents[2]


def read(folder: Path, text: str) -> Config:
    file = folder / "config.yaml"
    file.write_text(text, encoding="utf-8")
    return load_config(file, folder / "data")


def test_the_shipped_file_says_the_same_as_no_file_at_all(tmp_path: Path) -> None:
    shipped = load_config(ROOT / "config.yaml", tmp_path)

    assert shipped.model_dump(exclude={"ward": {"contacts"}}) == Config().model_dump(
        exclude={"ward": {"contacts"}}
    )
    assert {one.key for one in Config().ward.contacts} <= {one.key for one in shipped.ward.contacts}


def test_what_is_left_out_has_its_default(tmp_path: Path) -> None:
    config = read(tmp_path, "ward:\n  unit_word: xóm\n")

    assert config.ward.unit_word == "xóm"
    assert config.ward.name == "phường Trung Thành"
    assert config.web.port == 8080


def test_a_byte_order_mark_and_blank_sections_are_read_past(tmp_path: Path) -> None:
    config = read(tmp_path, "\ufeffweb:\n  port: 8081\n")

    assert config.web.port == 8081


def test_an_empty_file_means_every_default(tmp_path: Path) -> None:
    assert read(tmp_path, "# chưa đổi gì\n").web == Config().web


def test_a_contact_carries_the_day_it_was_tried(tmp_path: Path) -> None:
    config = read(
        tmp_path,
        "ward:\n  contacts:\n    - {key: cong_an_phuong, name: Công an phường, "
        "phone: '0208 3 111 222', checked_on: 2026-11-22}\n",
    )

    assert config.ward.contacts[0].checked_on == date(2026, 11, 22)


def test_the_database_is_one_file_in_the_data_folder_unless_a_url_says_otherwise(
    tmp_path: Path,
) -> None:
    plain = read(tmp_path, "")
    server = read(tmp_path, "database: postgresql://lan:x@localhost/hocso\n")

    assert plain.database_file == tmp_path / "data" / "hocso.db"
    assert plain.database_url == f"sqlite:///{tmp_path}/data/hocso.db"
    assert server.database_file is None
    assert server.database_url.startswith("postgresql://")


def test_a_content_folder_is_looked_for_beside_the_file_that_names_it(tmp_path: Path) -> None:
    assert read(tmp_path, "content: noidung\n").content_folder == tmp_path / "noidung"
    assert read(tmp_path, "").content_folder == ROOT / "lessons"


def test_the_environment_says_where_things_are_when_the_command_line_does_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "other.yaml").write_text("web: {port: 9000}\n", encoding="utf-8")
    monkeypatch.setenv("HOCSO_CONFIG", str(tmp_path / "other.yaml"))
    monkeypatch.setenv("HOCSO_DATA", str(tmp_path / "elsewhere"))

    config = load_config(None, None)

    assert config.web.port == 9000
    assert config.data == tmp_path / "elsewhere"


def test_a_file_that_the_environment_names_must_be_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOCSO_CONFIG", str(tmp_path / "gone.yaml"))

    with pytest.raises(ConfigError, match=r"gone\.yaml"):
        load_config(None, tmp_path)


def test_without_any_file_every_default_holds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("HOCSO_CONFIG", raising=False)

    assert load_config(None, tmp_path).ward == Config().ward


SENTENCES = [
    ("web: {prot: 8080}", r"không có mục “web.prot”. Có phải “port” không\?"),
    ("ward: {contacts: [{key: a, name: Trạm, fone: '1'}]}", "“ward.contacts.0.fone”.*“phone”"),
    ("zzz: 1", "không có mục “zzz”. Các mục có: content, database"),
    ("web: {port: eight}", "“web.port” đang là “eight”: phải là số nguyên"),
    ("web: {port: true}", "“web.port” đang là “?true”?: phải là số nguyên"),
    ("web: {port: 0}", "“web.port” đang là “0”: không được nhỏ hơn 1"),
    ("web: {host: ''}", "“web.host”.*ít nhất 1 ký tự"),
    ("web:", "“web” đang để trống: phải gồm các mục con"),
    ("web: {embed_on: https://a.vn}", "“web.embed_on”.*phải là một danh sách"),
    ("ward: {name: 5}", "“ward.name” đang là “5”: phải là chữ"),
    ("ward: {contacts: [{key: a}]}", "mục “ward.contacts.0.name” còn thiếu"),
    ("ward: {contacts: [{key: a, name: Trạm, phone: gọi sau}]}", "phone.*có ký tự không dùng được"),
    ("learning: {pass_right: 3, pass_of: 2}", "“learning”: pass_right không được lớn hơn pass_of"),
    ("folder: /tmp", "không có mục “folder”"),
]


@pytest.mark.parametrize(("text", "sentence"), SENTENCES, ids=[one[0][:40] for one in SENTENCES])
def test_a_wrong_value_is_named_with_its_key_and_what_to_do(
    tmp_path: Path, text: str, sentence: str
) -> None:
    with pytest.raises(ConfigError, match=sentence) as caught:
        read(tmp_path, text)

    assert "\n" not in str(caught.value)
    assert str(tmp_path / "config.yaml") in str(caught.value)
