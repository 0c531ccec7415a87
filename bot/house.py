"""The composition root: everything of one ward, made once from its config."""

import csv
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractContextManager, asynccontextmanager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import structlog

from bot import erasures
from bot.config import Config, ConfigError
from bot.far_disk import FarDisk
from bot.keys import ward_key
from bot.meter import Meter
from bot.samples import kept_apart
from handlers._effects import phrase
from handlers._requests.help import WardNumber
from handlers._talk import Book
from lessons import Content, PassRule, load
from storage import sample, tdps
from storage._database import CannotOpenError, Database, StillReadError
from storage._migrate import TooNewError
from storage.house import CoreLessons, House, StaffRules

log = structlog.get_logger()

POLICE = "cong_an_phuong"
CARER = "tram_y_te"


@dataclass(
    frozen=True, slots=True, repr=False
)  # asyncio prints its tasks' results: not all lessons
class Ward:
    """An open ward: its config, its rules, its words, its database, and what is counted of its work.

    `far` asks the folders that copies go to.
    """

    config: Config
    house: House
    book: Book
    database: Database
    meter: Meter = field(default_factory=Meter)
    far: FarDisk = field(default_factory=FarDisk)

    @property
    def copies_to(self) -> Path | None:
        """The folder that copies of the database go to; None: the ward has none yet."""
        target = self.config.backup.target
        return Path(target) if target else None

    async def note_erased(self) -> None:
        """Write down outside of every copy who was erased, so that no restored copy brings them back."""
        beside = (self.config.data, self.copies_to)
        await erasures.note_all(self.database, [one for one in beside if one], now(), self.far)

    async def shrink(self) -> None:
        """After an erasure: note it, and let its bytes leave the disk.

        Where others read all the time, a later erasure does it.
        """
        await self.note_erased()
        try:
            await self.database.shrink()
        except StillReadError:
            log.warning("erased bytes are still in the log")


def now() -> datetime:
    """The moment: UTC, aware. The only clock of the body; everything else is given a time."""
    return datetime.now(UTC)


def make_house(config: Config, content: Content) -> House:
    """The ward's rules and words."""
    return House(
        content=content,
        values=ward_values(config, content),
        numbers=tuple(WardNumber(c.name, c.phone or None) for c in config.ward.contacts),
        timezone=ZoneInfo(config.ward.timezone),
        pass_rule=PassRule(config.learning.pass_right, config.learning.pass_of),
        public_channels=public_channels(config),
        confirming_channels=frozenset({"zalo_oa"}),
        hold_hours=config.keep.undecided_hours,
        history_days=config.keep.history_days,
        page_url=config.web.public_url or f"http://127.0.0.1:{config.web.port}",
        staff=StaffRules(**config.staff.model_dump()),
        core=CoreLessons(
            config.report.core_lessons, config.report.staff_lessons, config.report.staff_percent
        ),
        ward_code=config.report.ward_code,
    )


def public_channels(config: Config) -> frozenset[str]:
    """The channels on which only approved lessons go out."""
    return frozenset({"zalo_oa", "telegram"} | ({"web"} if config.web.public_url else set()))


def ward_values(config: Config, content: Content) -> dict[str, str]:
    """What fills the ward-wide placeholders of phrases and lessons."""
    ward = config.ward
    values = {
        "ward": ward.name,
        "bot": ward.bot_name,
        "unit": ward.unit_word,
        "commune": ward.commune_word,
    }
    book = Book(content, values)
    phones = {contact.key: contact for contact in ward.contacts}
    police, carer = phones.get(POLICE), phones.get(CARER)
    if police is not None and police.phone:
        values[POLICE] = police.phone
        values["hoi_cong_an"] = book.render(phrase("ward.police_phone", phone=police.phone))
    else:
        values[POLICE] = book.render(phrase("ward.police_bare_no_phone"))
        values["hoi_cong_an"] = book.render(phrase("ward.police_no_phone"))
    name = carer.name if carer is not None else "trạm y tế"
    phone = carer.phone if carer is not None else ""
    key = "ward.carer_phone" if phone else "ward.carer_no_phone"
    given = {"name": name, "phone": phone} if phone else {"name": name}
    values["carer"] = book.render(phrase(key, **given))
    return values


@asynccontextmanager
async def open_ward(
    config: Config, alone: AbstractContextManager[object] | None = None
) -> AsyncIterator[Ward]:
    """Open the ward's database, made and migrated where needed; closed at the end of the block.

    `alone` is held as long as the ward is open, and entered before the first file is made or touched:
    whatever is wrong with config or content is said before.

    Raises:
        ContentError: a lesson or phrase is broken.
        ConfigError: the database or tdps.csv cannot be used.
    """
    content = read_content(config)
    house = make_house(config, content)
    rows = read_tdps(config.folder / "tdps.csv")  # before the database: a broken list makes no file
    with alone or nullcontext():
        database = await _open(config, house)
        try:
            async with database.transaction(now()) as tx:
                await tdps.load_once(tx, rows)
                is_sample = await sample.is_sample(tx)
            house = replace(house, key=ward_key(config.data), is_sample=is_sample)
            database.house = (
                house  # known only now: nothing is made beside a database that cannot be used
            )
            used = kept_apart(config) if is_sample else config
            yield Ward(used, house, Book(content, house.values), database)
        finally:
            await database.close()


async def _open(config: Config, house: House) -> Database:
    try:
        return await Database.open(config.database_url, house)
    except (CannotOpenError, TooNewError) as error:
        raise ConfigError(f"{error}.") from None


def read_content(config: Config) -> Content:
    """The ward's lessons and words; its own folder must hold every sentence the shipped one holds.

    Raises:
        ContentError: a lesson or phrase is broken, or missing.
    """
    return load(config.content_folder, used_phrases(config))


def used_phrases(config: Config) -> Mapping[str, frozenset[str] | None] | None:
    """The sentences a ward's own content folder needs, each with what is filled in; None: the shipped one.

    The shipped folder says exactly what the code says: tests/test_content.py holds it to that.
    """
    shipped = config.model_copy(update={"content": ""}).content_folder
    if config.content_folder.resolve() == shipped.resolve():
        return None
    phrases = load(shipped).phrases
    return {key: phrases.entry(key).placeholders for key in phrases}


def read_tdps(file: Path) -> tuple[tdps.TdpRow, ...]:
    """The rows of tdps.csv: code, name, number, former_ward; names marked “mẫu” are placeholders.

    No file: no rows.

    Raises:
        ConfigError: a column or a name is missing, or a code stands twice.
    """
    if not file.exists():
        return ()
    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            found = list(csv.DictReader(lines))
    except (OSError, UnicodeDecodeError, csv.Error):
        raise ConfigError(f"Không đọc được {file}. Lưu lại tệp dạng CSV UTF-8.") from None
    rows = tuple(_tdp_row(file, number, row) for number, row in enumerate(found, start=2))
    codes = [row.code for row in rows]
    for code in codes:
        if codes.count(code) > 1:
            raise ConfigError(f"{file}: mã “{code}” có hai dòng. Mỗi dòng một mã riêng.")
    return rows


def _tdp_row(file: Path, number: int, row: dict[str, str]) -> tdps.TdpRow:
    for column in ("code", "name"):
        if not (row.get(column) or "").strip():
            raise ConfigError(f"{file} dòng {number}: thiếu cột “{column}”. Điền rồi lưu lại.")
    name = row["name"].strip()
    return tdps.TdpRow(
        code=row["code"].strip(),
        name=name,
        number=(row.get("number") or "").strip() or None,
        former_ward=(row.get("former_ward") or "").strip() or None,
        is_placeholder="mẫu" in name.casefold(),
    )
