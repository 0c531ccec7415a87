"""config.yaml: what is read, where from, and one sentence for what is wrong."""

from datetime import date
from pathlib import Path

import pytest

from bot.config import FROM_ENVIRONMENT, Config, ConfigError, load_config

ROOT = Path(__file__).parents[2]
TOKEN = "123456789:AAbcdefghijklmnopqrstuvwxyz_0123456-9"
OTHER_TOKEN = "987654321:BBbcdefghijklmnopqrstuvwxyz_0123456-9"


@pytest.fixture(autouse=True)
def _environment_without_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in FROM_ENVIRONMENT.values():
        monkeypatch.delenv(name, raising=False)


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


# ---------------------------------------------------------------- telegram


def test_telegram_is_off_until_a_token_is_given(tmp_path: Path) -> None:
    off, on = read(tmp_path, ""), read(tmp_path, f"telegram: {{token: '{TOKEN}'}}")

    assert not off.telegram.is_on
    assert on.telegram.is_on
    assert on.telegram.api_base == "https://api.telegram.org"
    assert on.telegram.webhook_path == ""


def test_secrets_of_the_environment_decide_over_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOCSO_TELEGRAM_TOKEN", f" {OTHER_TOKEN}\n")
    monkeypatch.setenv("HOCSO_TELEGRAM_SECRET", "from-the-environment")

    config = read(tmp_path, f"telegram: {{token: '{TOKEN}', webhook_url: 'https://a.vn'}}")
    alone = read(tmp_path, "")

    assert config.telegram.token.get_secret_value() == OTHER_TOKEN
    assert config.telegram.webhook_secret.get_secret_value() == "from-the-environment"
    assert alone.telegram.is_on


def test_an_empty_variable_of_the_environment_leaves_what_the_file_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOCSO_TELEGRAM_TOKEN", "")

    assert read(tmp_path, f"telegram: {{token: '{TOKEN}'}}").telegram.is_on


@pytest.mark.parametrize(
    ("url", "whole", "path"),
    [
        ("https://a.vn", "https://a.vn/telegram", "/telegram"),
        ("https://a.vn:8443/", "https://a.vn:8443/telegram", "/telegram"),
        ("https://a.vn/hoc/bot/", "https://a.vn/hoc/bot", "/hoc/bot"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080/telegram", "/telegram"),
    ],
)
def test_a_webhook_has_the_path_of_its_address_or_one_of_its_own(
    tmp_path: Path, url: str, whole: str, path: str
) -> None:
    text = f"telegram: {{webhook_url: '{url}', webhook_secret: abc}}"

    found = read(tmp_path, text).telegram

    assert (found.webhook_url, found.webhook_path) == (whole, path)


def test_a_token_for_monitors_is_never_shown_and_a_short_one_refused(tmp_path: Path) -> None:
    file = tmp_path / "config.yaml"
    file.write_text("web: {metrics_token: 'abc def'}", encoding="utf-8")
    with pytest.raises(ConfigError, match="phải gồm 16–200 ký tự") as refused:
        load_config(file, None)
    file.write_text("web: {metrics_token: '0123456789abcdef'}", encoding="utf-8")

    shown = repr(load_config(file, None))

    assert "abc def" not in str(refused.value)
    assert "0123456789abcdef" not in shown


def test_where_copies_go_is_told_from_the_file_and_not_from_where_somebody_stands(
    tmp_path: Path,
) -> None:
    (tmp_path / "ward").mkdir()

    config = read(tmp_path / "ward", "backup: {target: ../ban-sao}")

    assert config.backup.target == str(tmp_path / "ban-sao")
    assert read(tmp_path, "backup: {target: /media/usb/}").backup.target == "/media/usb"
    assert read(tmp_path, "backup: {target: ' '}").backup.target == ""


def test_the_password_of_a_database_is_not_in_what_a_config_looks_like(tmp_path: Path) -> None:
    assert "matkhau" not in repr(read(tmp_path, "database: 'postgresql://lan:matkhau@db/ward'"))


def test_no_secret_is_in_what_a_config_looks_like(tmp_path: Path) -> None:
    config = read(
        tmp_path,
        f"telegram: {{token: '{TOKEN}', proxy: 'http://lan:matkhau@10.0.0.5:3128', "
        "webhook_url: 'https://a.vn', webhook_secret: bi-mat}",
    )

    shown = f"{config!r} {config} {config.telegram!r}"
    for secret in (TOKEN, "matkhau", "bi-mat"):
        assert secret not in shown


TELEGRAM = [
    ("token: 'AAsecret'", "“telegram.token” .hoặc biến HOCSO_TELEGRAM_TOKEN.: mã bot có dạng số"),
    ("token: 123456789", "“telegram.token”.*phải là chữ"),
    ("token: '123:AAsecret'", "ít nhất 35 chữ và số; chép lại nguyên cả mã từ @BotFather"),
    ("api_base: 'api.secret.org'", "“telegram.api_base”: phải là một địa chỉ bắt đầu bằng http://"),
    ("api_base: 'https://a.org/'", "chỉ ghi phần đứng trước /bot, không có / ở cuối"),
    ("api_base: 'https://a.org/bot12:AAsecret'", "chỉ ghi phần đứng trước /bot"),
    ("api_base: 'https://a.org:nocong'", "không phải là một địa chỉ"),
    (
        "proxy: 'socks5://lan:secret@a'",
        "“telegram.proxy”: phải là một địa chỉ bắt đầu bằng http://",
    ),
    ("proxy: 'lan:secret@a:3128'", "“telegram.proxy”: phải là một địa chỉ"),
    ("webhook_url: 'http://a.vn/secret'", "“telegram.webhook_url”: phải là.*bắt đầu bằng https://"),
    ("webhook_url: 'http://127.0.0.1.evil.vn'", "phải là một địa chỉ bắt đầu bằng https://"),
    ("webhook_url: 'https://a.vn/{secret}'", "chỉ gồm tên miền và đường dẫn"),
    ("webhook_url: 'https://a.vn/t?x=secret'", "chỉ gồm tên miền và đường dẫn"),
    ("webhook_url: 'https://lan:secret@a.vn/t'", "chỉ gồm tên miền và đường dẫn"),
    ("webhook_url: 'https://a.vn/api/messages'", "đường dẫn này là của trang trò chuyện"),
    ("webhook_url: 'https://a.vn/can-bo'", "đường dẫn này là của trang trò chuyện"),
    ("webhook_url: 'https://a.vn'", "có webhook_url thì phải có webhook_secret"),
    ("webhook_secret: 'secret có dấu'", "HOCSO_TELEGRAM_SECRET.: chỉ gồm 1 đến 256 ký tự"),
    ("webhook_secret: 12345", "“telegram.webhook_secret”.*phải là chữ"),
    ("per_second: 0", "“telegram.per_second” đang là “0”: không được nhỏ hơn 1"),
    ("per_second: 1001", "không được lớn hơn 1000"),
    ("tokn: 'AAsecret'", "không có mục “telegram.tokn”. Có phải “token” không"),
]


@pytest.mark.parametrize(("line", "sentence"), TELEGRAM, ids=[one[0][:40] for one in TELEGRAM])
def test_what_is_wrong_about_telegram_is_said_without_repeating_what_may_be_secret(
    tmp_path: Path, line: str, sentence: str
) -> None:
    with pytest.raises(ConfigError, match=sentence) as caught:
        read(tmp_path, f"telegram:\n  {line}\n")

    assert "secret" not in str(caught.value).replace("webhook_secret", "")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        "telegram: '{token}'",
        "telegram: ['{token}']",
        "telegram: {{'{token}': 1}}",
        "'{token}': 1",
        "ward: {{unit_word: '{token}'}}",
        "web: {{port: 'https://api.telegram.org/bot{token}/getMe'}}",
        "web: {{port: 'http://lan:{token}@a.vn'}}",
    ],
)
def test_a_token_in_the_wrong_place_is_not_repeated_either(tmp_path: Path, text: str) -> None:
    with pytest.raises(ConfigError) as caught:
        read(tmp_path, text.format(token=TOKEN))

    assert TOKEN.partition(":")[2] not in str(caught.value)


def test_a_wrong_token_of_the_environment_is_not_repeated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOCSO_TELEGRAM_TOKEN", "12345:too-short")

    with pytest.raises(ConfigError, match="HOCSO_TELEGRAM_TOKEN") as caught:
        read(tmp_path, "")

    assert "too-short" not in str(caught.value)


# ---------------------------------------------------------------- what is wrong


SENTENCES = [
    ("web: {prot: 8080}", r"không có mục “web.prot”. Có phải “port” không\?"),
    ("ward: {contacts: [{key: a, name: Trạm, fone: '1'}]}", "“ward.contacts.0.fone”.*“phone”"),
    ("zzz: 1", "không có mục “zzz”. Các mục có: backup, content, database"),
    ("web: {port: eight}", "“web.port” đang là “eight”: phải là số nguyên"),
    ("web: {port: true}", "“web.port” đang là “?true”?: phải là số nguyên"),
    ("web: {port: 0}", "“web.port” đang là “0”: không được nhỏ hơn 1"),
    ("web: {host: ''}", "“web.host”.*ít nhất 1 ký tự"),
    ("web:", "“web” đang để trống: phải gồm các mục con"),
    ("web: {embed_on: https://a.vn}", "“web.embed_on”.*phải là một danh sách"),
    ("web: {embed_on: ['https://a.vn/x']}", "“web.embed_on.0”.*chỉ gồm tên miền"),
    ("web: {public_url: 'http://127.0.0.1:8080'}", "“web.public_url”.*phải bắt đầu bằng https://"),
    ("web: {public_url: 'http://localhost.a.vn'}", "“web.public_url”.*bắt đầu bằng https://"),
    ("web: {public_url: 'https://a.vn/hoc'}", "“web.public_url”.*chỉ gồm tên miền"),
    ("web: {public_url: 'https://'}", "“web.public_url”.*bắt đầu bằng https://"),
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
