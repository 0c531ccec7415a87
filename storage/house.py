"""Everything of one ward that storage decides by, made once by the composition root."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from handlers._requests.help import WardNumber
from handlers._requests.person import Role
from lessons import Content, PassRule


@dataclass(frozen=True, slots=True)
class StaffRules:
    """How long an invite, a link to the staff page and a session of it hold."""

    invite_days: int = 7
    login_minutes: int = 10
    session_hours: int = 12


@dataclass(frozen=True, slots=True)
class CoreLessons:
    """The lessons of target c (all of them) and of target a (`staff_percent` of them), by id."""

    core: tuple[str, ...] = ()
    staff: tuple[str, ...] = ()
    staff_percent: int = 80


@dataclass(frozen=True, slots=True)
class House:
    """A ward: its content, its words, its rules.

    `values` fills the ward-wide placeholders of phrases ({ward}, {bot}, {cong_an_phuong} …).
    `public_channels` are those on which only approved lessons go out. `confirming_channels` make a person
    count as người by themselves (Zalo); on all others somebody must vouch. `key` is the ward's secret, 32
    bytes: what must not be guessed from a stolen database is hashed with it. `is_sample`: all its people are
    made up (“DỮ LIỆU MẪU”). `page_url` is where browsers find the web server. `ward_code` is the ward's
    number in the state's list of places: what reports of many wards are told apart by.
    """

    content: Content
    values: Mapping[str, str]
    numbers: tuple[WardNumber, ...]
    timezone: ZoneInfo
    pass_rule: PassRule
    public_channels: frozenset[str]
    confirming_channels: frozenset[str]
    hold_hours: int = 24
    history_days: int = 30
    event_id_days: int = 7
    key: bytes = field(default=b"", repr=False)
    is_sample: bool = False
    page_url: str = "http://127.0.0.1:8080"
    staff: StaffRules = StaffRules()
    core: CoreLessons = CoreLessons()
    ward_code: str = ""


@dataclass(frozen=True, slots=True)
class Grant:
    """A role within one TDP, or within the whole ward (`tdp` None)."""

    role: Role
    tdp: int | None = None


@dataclass(frozen=True, slots=True)
class Actor:
    """Who asks: read in the transaction of the request, never taken from a talk.

    A resident without a person yet (undecided, declined) has `person` None and an `address`. The command
    line acts as admin, named "os:<user>" in the audit. `grants` say where a role holds: one without any
    holds everywhere. `is_practice` (“tập thử”): what they do for the ward is answered and then undone.
    """

    name: str
    roles: frozenset[Role]
    channel: str = "console"
    address: int | None = None
    person: int | None = None
    grants: tuple[Grant, ...] = ()
    is_practice: bool = False

    def reach(self, *roles: Role) -> frozenset[int] | None:
        """The TDPs in which they hold one of these roles: None for the whole ward, empty for none."""
        found: set[int] = set()
        for role in self.roles.intersection(roles):
            tdps = [grant.tdp for grant in self.grants if grant.role is role]
            if not tdps or None in tdps:
                return None
            found.update(tdp for tdp in tdps if tdp is not None)
        return frozenset(found)

    def reaches(self, tdp: int | None, *roles: Role) -> bool:
        """Whether one of these roles of theirs holds in a TDP (None: nobody knows which, or none)."""
        tdps = self.reach(*roles)
        return tdps is None or tdp in tdps
