"""The sections of config.yaml: what each key may hold, and what it is where the file says nothing."""

from datetime import date
from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, model_validator

from bot import _values as values


def _each_key_once(contacts: "tuple[Contact, ...]") -> "tuple[Contact, ...]":
    keys = [contact.key for contact in contacts]
    for key in keys:
        if keys.count(key) > 1:
            raise ValueError(f"key “{key}” có hai lần, mỗi nơi phải có một key riêng")
    return contacts


LessonId = Annotated[str, Field(pattern=r"^[A-Z]{2}-[0-9]{2}$")]
CORE = (
    "TB-01",
    "TB-03",
    "TT-08",
    "DD-12",
    "DD-14",
    "DV-16",
    "TC-20",
    "TC-22",
    "AI-25",
    "AI-27",
    "AT-35",
    "AT-39",
)
"""The twelve lessons everybody should know, one or two of each kind."""


class Section(BaseModel):
    """A part of config.yaml; unknown keys are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class Contact(Section):
    """A place of the ward where people can be reached; no phone means “đến tận nơi”."""

    key: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    name: str = Field(min_length=2, max_length=80)
    phone: str = Field(default="", max_length=40, pattern=r"^[0-9 .()+-]*$")
    checked_on: date | None = None


class Ward(Section):
    """The ward's names and words."""

    name: str = Field(default="phường Trung Thành", min_length=2, max_length=80)
    bot_name: str = Field(
        default="Bình dân học vụ số – phường Trung Thành", min_length=2, max_length=80
    )
    commune_word: str = Field(default="phường", min_length=2, max_length=20)
    unit_word: str = Field(default="tổ dân phố", min_length=2, max_length=20)
    timezone: Annotated[str, AfterValidator(values.timezone)] = "Asia/Ho_Chi_Minh"
    contacts: Annotated[tuple[Contact, ...], AfterValidator(_each_key_once)] = (
        Contact(key="cong_an_phuong", name="Công an phường"),
        Contact(key="tram_y_te", name="trạm y tế phường"),
    )
    controller: str = Field(default="", max_length=160)


class Web(Section):
    """The web chat."""

    host: str = Field(default="127.0.0.1", min_length=1)
    port: int = Field(default=8080, ge=1, le=65535, strict=True)
    public_url: Annotated[str, AfterValidator(values.public_origin)] = ""
    embed_on: tuple[Annotated[str, AfterValidator(values.origin)], ...] = ()
    messages_per_minute: int = Field(default=30, ge=1, le=6000, strict=True)
    new_visitors_per_minute: int = Field(default=60, ge=1, le=60000, strict=True)
    metrics_token: Annotated[SecretStr, AfterValidator(values.metrics_token)] = SecretStr("")


class Learning(Section):
    """When a quiz is passed."""

    pass_right: int = Field(default=2, ge=1, le=10, strict=True)
    pass_of: int = Field(default=3, ge=1, le=10, strict=True)
    first_week: tuple[LessonId, ...] = ("TB-01", "AT-35", "TC-22")

    @model_validator(mode="after")
    def _can_be_reached(self) -> Self:
        if self.pass_right > self.pass_of:
            raise ValueError("pass_right không được lớn hơn pass_of")
        return self


class Keep(Section):
    """How long things are kept."""

    undecided_hours: int = Field(default=24, ge=1, le=24, strict=True)
    history_days: int = Field(default=30, ge=1, le=90, strict=True)


class Telegram(Section):
    """The bot on Telegram; off unless a token is given. No secret of it is in a repr or an error."""

    token: Annotated[SecretStr, AfterValidator(values.token)] = SecretStr("")
    api_base: Annotated[str, AfterValidator(values.api_base)] = Field(
        default="https://api.telegram.org", repr=False
    )
    proxy: Annotated[str, AfterValidator(values.proxy)] = Field(default="", repr=False)
    webhook_url: Annotated[str, AfterValidator(values.webhook_url)] = ""
    webhook_secret: Annotated[SecretStr, AfterValidator(values.webhook_secret)] = SecretStr("")
    per_second: int = Field(default=30, ge=1, le=1000, strict=True)

    @model_validator(mode="after")
    def _has_its_secret(self) -> Self:
        if self.webhook_url and not self.webhook_secret.get_secret_value():
            raise ValueError(
                "có webhook_url thì phải có webhook_secret (hoặc biến HOCSO_TELEGRAM_SECRET)"
            )
        return self

    @property
    def is_on(self) -> bool:
        """Whether the ward has a bot on Telegram."""
        return bool(self.token.get_secret_value())

    @property
    def webhook_path(self) -> str:
        """Where updates are posted to; empty: they are fetched."""
        return urlsplit(self.webhook_url).path


class Staff(Section):
    """Those who work for the ward, and the page they sign in to."""

    invite_days: int = Field(default=7, ge=1, le=30, strict=True)
    login_minutes: int = Field(default=10, ge=1, le=60, strict=True)
    session_hours: int = Field(default=12, ge=1, le=72, strict=True)


class Report(Section):
    """The form of the office that reports, and what its figures count."""

    agency_above: str = Field(default="UBND PHƯỜNG TRUNG THÀNH", max_length=120)
    agency: str = Field(default="PHÒNG VĂN HÓA - XÃ HỘI", max_length=120)
    symbol: str = Field(default="BC-VHXH", max_length=40)
    place: str = Field(default="Trung Thành", max_length=60)
    addressees: tuple[str, ...] = ("UBND phường Trung Thành", "Sở Khoa học và Công nghệ")
    recipients: tuple[str, ...] = ("Như trên", "Lưu: VT, VHXH")
    signer_title: str = Field(default="TRƯỞNG PHÒNG", max_length=120)
    signer_name: str = Field(default="", max_length=80)
    ward_code: str = Field(default="05899", pattern=r"^[0-9]{5}$")
    core_lessons: tuple[LessonId, ...] = CORE
    staff_lessons: tuple[LessonId, ...] = CORE
    staff_percent: int = Field(default=80, ge=1, le=100, strict=True)


class Backup(Section):
    """The copy of the database that leaves this machine every night."""

    target: str = ""
    keep: int = Field(default=14, ge=2, le=366, strict=True)
    hour: int = Field(default=2, ge=0, le=23, strict=True)
