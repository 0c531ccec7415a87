"""config.yaml: what may differ between two wards. The one place that reads config and environment.

ConfigError     the file is missing, is no YAML, or a value is not what its key expects;
                one Vietnamese sentence that names the key, the value and what to do
"""

import difflib
import os
import re
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import yaml
from pydantic import BaseModel, Field, ValidationError

import lessons
from bot._sections import (
    Backup,
    Contact,
    Keep,
    Learning,
    Report,
    Section,
    Staff,
    Telegram,
    Ward,
    Web,
)

FROM_ENVIRONMENT: Mapping[str, str] = MappingProxyType(
    {"token": "HOCSO_TELEGRAM_TOKEN", "webhook_secret": "HOCSO_TELEGRAM_SECRET"}
)
"""Keys of the section `telegram` that the environment may give; it decides over the file."""


class ConfigError(Exception):
    """The configuration cannot be used; the message is for the person who wrote it."""


class Config(Section):
    """The whole of config.yaml, with the data folder it is used with."""

    ward: Ward = Ward()
    web: Web = Web()
    learning: Learning = Learning()
    keep: Keep = Keep()
    telegram: Telegram = Telegram()
    staff: Staff = Staff()
    report: Report = Report()
    backup: Backup = Backup()
    database: str = Field(default="", repr=False)
    content: str = ""
    folder: Path = Field(default=Path(), exclude=True)
    data: Path = Field(default=Path("var"), exclude=True)

    @property
    def database_url(self) -> str:
        """Where the database is: the configured URL, or one SQLite file in the data folder."""
        return self.database or f"sqlite:///{(self.data / 'hocso.db').resolve()}"

    @property
    def database_file(self) -> Path | None:
        """The file the database is in, whether it exists or not; None for a database server."""
        kind, _, path = self.database_url.partition(":///")
        return Path(path) if kind.startswith("sqlite") and path else None

    @property
    def content_folder(self) -> Path:
        """Where lessons, phrases and intents are."""
        if self.content:
            return self.folder / self.content
        return Path(lessons.__file__).parent


def load_config(file: Path | None, data: Path | None) -> Config:
    """Read config.yaml (`file`, else ./config.yaml where it exists, else defaults).

    Raises:
        ConfigError: what is wrong, where, and what to do.
    """
    chosen = file or Path(os.environ.get("HOCSO_CONFIG", "config.yaml"))
    found = _read(chosen, is_required=file is not None or "HOCSO_CONFIG" in os.environ)
    for key in ("folder", "data"):
        if key in found:
            raise ConfigError(f"{chosen}: không có mục “{key}”. Thư mục dữ liệu ghi ở --data.")
    where = data or Path(os.environ.get("HOCSO_DATA", "var"))
    if where.exists() and not where.is_dir():
        raise ConfigError(f"{where} là một tệp, không phải thư mục. Ghi một thư mục sau --data.")
    folder = chosen.resolve().parent
    found = _with_whole_target(_with_secrets(found), folder)
    try:
        return Config.model_validate({**found, "folder": folder, "data": where})
    except ValidationError as error:
        raise ConfigError(f"{chosen}: {_explain(error)}") from None


def _with_secrets(found: dict[str, Any]) -> dict[str, Any]:
    """What the file says, with the secrets that the environment gives."""
    given = {key: os.environ.get(name, "").strip() for key, name in FROM_ENVIRONMENT.items()}
    given = {key: value for key, value in given.items() if value}
    section = found.get("telegram", {})
    if not given or not isinstance(section, dict):  # what is no section is wrong all the same
        return found
    return {**found, "telegram": {**section, **given}}


def _with_whole_target(found: dict[str, Any], folder: Path) -> dict[str, Any]:
    """What the file says, with the folder of copies as seen from the file, wherever a command is typed."""
    section = found.get("backup")
    target = section.get("target") if isinstance(section, dict) else None
    if not isinstance(section, dict) or not isinstance(target, str) or not target.strip():
        return found
    whole = os.path.normpath(folder / target.strip())
    return {**found, "backup": {**section, "target": whole}}


def _read(file: Path, *, is_required: bool) -> dict[str, Any]:
    try:
        text = file.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        if not is_required:
            return {}
        raise ConfigError(
            f"Không thấy tệp cấu hình {file}. Kiểm tra lại đường dẫn sau --config."
        ) from None
    except UnicodeDecodeError:
        raise ConfigError(f"{file} không phải chữ UTF-8. Lưu lại tệp dạng UTF-8.") from None
    except OSError as error:
        raise ConfigError(
            f"Không mở được tệp cấu hình {file} ({error.strerror}). Kiểm tra đường dẫn và quyền đọc."
        ) from None
    try:
        found = yaml.safe_load(text)
    except ValueError as error:  # PyYAML lets a day that does not exist through to `date`
        raise ConfigError(
            f"{file}: có một ngày không có thật ({error}). Viết ngày như 2026-11-22."
        ) from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f" dòng {mark.line + 1}" if mark else ""
        raise ConfigError(
            f"{file}{line}: viết sai cú pháp YAML. Xem lại dấu hai chấm, thụt dòng, ngoặc kép."
        ) from None
    if found is None:
        return {}
    if not isinstance(found, dict):
        raise ConfigError(f"{file}: phải gồm các mục như ward:, web:. Viết lại theo tệp mẫu.")
    return {str(key): value for key, value in found.items()}


_EXPECTED = {
    "int_parsing": "phải là số nguyên",
    "int_type": "phải là số nguyên",
    "int_from_float": "phải là số nguyên",
    "string_type": "phải là chữ, đặt trong ngoặc kép",
    "tuple_type": "phải là một danh sách",
    "model_type": "phải gồm các mục con",
    "missing": "còn thiếu",
    "date_from_datetime_parsing": "phải là ngày, ví dụ 2026-11-22",
    "date_type": "phải là ngày, ví dụ 2026-11-22",
    "date_parsing": "phải là ngày, ví dụ 2026-11-22",
    "string_pattern_mismatch": "có ký tự không dùng được ở mục này",
}
_BOUNDS = {
    "greater_than_equal": ("ge", "không được nhỏ hơn {}"),
    "less_than_equal": ("le", "không được lớn hơn {}"),
    "string_too_short": ("min_length", "phải dài ít nhất {} ký tự"),
    "string_too_long": ("max_length", "chỉ được dài tối đa {} ký tự"),
}


_MASKED = re.compile(r"(?<=//)[^/@\s]+(?=@)|[0-9]{5,}:[A-Za-z0-9_-]{20,}")
"""The name and password of an address, and what looks like a bot's token wherever it was pasted."""


def _explain(error: ValidationError) -> str:
    """The first problem as one sentence: key, value, what is expected. Never a secret."""
    return _MASKED.sub("…", _sentence(error))


def _sentence(error: ValidationError) -> str:
    first = error.errors(include_url=False)[0]
    key = ".".join(str(part) for part in first["loc"])
    if first["type"] == "extra_forbidden":
        return f"không có mục “{key}”.{_nearest(first['loc'])}"
    expected = _expected(first["type"], first.get("ctx", {}))
    if first["type"] == "missing":
        return f"mục “{key}” {expected}. Thêm mục này theo tệp mẫu."
    name = FROM_ENVIRONMENT.get(key.removeprefix("telegram."))
    also = f" (hoặc biến {name})" if name else ""
    value = "" if _may_hold_a_secret(first["loc"]) else _value(first["input"])
    return f"mục “{key}”{also}{value}: {expected}. Sửa lại rồi chạy lại."


def _expected(kind: str, context: Mapping[str, Any]) -> str:
    if kind in _BOUNDS:
        name, sentence = _BOUNDS[kind]
        return sentence.format(context.get(name))
    if kind == "value_error":
        return str(context.get("error"))
    return _EXPECTED.get(kind, "không dùng được")


def _may_hold_a_secret(where: tuple[int | str, ...]) -> bool:
    """Whether what stands there is not repeated: tokens and passwords end up in every line about Telegram."""
    is_of_telegram = where[:1] == ("telegram",) and where != ("telegram", "per_second")
    return is_of_telegram or where == ("web", "metrics_token")


def _value(found: object) -> str:
    """A wrong value as its writer would know it; whole sections are not repeated."""
    match found:
        case dict() | list() | tuple() | BaseModel():
            return ""
        case None:
            return " đang để trống"
        case bool():
            return f" đang là {str(found).lower()}"
        case _:
            return f" đang là “{found}”"


def _nearest(where: tuple[int | str, ...]) -> str:
    """A known key of the same section that may have been meant."""
    sections: dict[str, type[Section]] = {
        "ward": Ward,
        "web": Web,
        "learning": Learning,
        "keep": Keep,
        "telegram": Telegram,
        "staff": Staff,
        "report": Report,
        "backup": Backup,
    }
    known = set(Config.model_fields) - {"folder", "data"}
    for part in where[:-1]:
        known = set(sections.get(str(part), Contact).model_fields)
    close = difflib.get_close_matches(str(where[-1]), known, n=1, cutoff=0.5)
    return f" Có phải “{close[0]}” không?" if close else f" Các mục có: {', '.join(sorted(known))}."
