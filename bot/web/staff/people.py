"""GET /can-bo/nguoi: who works for the ward, who is invited to, and on which devices one is signed in oneself.

Whom somebody may see, invite and revoke is storage's to decide; what they may not is not shown either.
Words and QR code of an invite are shown once, in the answer to the form: nobody can read them again.
"""

import io
from collections.abc import Sequence

import segno
from aiohttp import web

from bot.web.staff._forms import Form, read_form, whole_number
from bot.web.staff._people_words import MAY_NOT, NO_DAY, NO_ROLE, ROLE_NAMES, told_done
from bot.web.staff.desk import ROOT, Desk, Page, SignedIn
from handlers._requests.devices import MyDevices, NoSuchDevice, SignOutDevice
from handlers._requests.invites import (
    AlreadyInvited,
    Invited,
    InvitePerson,
    MayNotInvite,
    NoSuchInvite,
    OpenInvite,
    OpenInvites,
    RevokeInvite,
)
from handlers._requests.lists import ListKind
from handlers._requests.person import Role
from handlers._requests.roles import (
    LOOKED_AFTER_BY,
    Holder,
    LastAdmin,
    NoSuchRole,
    RevokeRole,
    RolesHeld,
)
from storage import perform
from storage._tdp_names import units_of_today

PAGE = Page(f"{ROOT}/nguoi", "Người và vai trò")
LISTS = f"{ROOT}/danh-sach/{ListKind.MEMBERS.value}"
MOST = 300
"""So many names at once; more are found by typing part of a name."""


class People:
    """Answers the requests of the page."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def show(self, request: web.Request) -> web.Response:
        """GET /can-bo/nguoi."""
        me = self._me(request)
        named = " ".join(request.query.get("ten", "").split())[:80]
        devices = await self._desk.read(request, MyDevices())
        holders: tuple[Holder, ...] = ()
        invites: tuple[OpenInvite, ...] = ()
        if invitable(me):
            async with self._desk.writing(request) as (
                tx,
                by,
            ):  # that names are seen is written down
                holders = await perform(tx, by, RolesHeld(named, MOST))
                invites = await perform(tx, by, OpenInvites(named, MOST))
        return self._desk.page(
            request,
            "people",
            holders=holders,
            invites=invites,
            devices=devices,
            named=named,
            may_invite=bool(invitable(me)),
            lists=self._lists(me),
            role_names=ROLE_NAMES,
            done=told_done(request.query.get("xong", "")),
            most=MOST,
        )

    # ------------------------------------------------------------ inviting

    async def show_form(self, request: web.Request) -> web.Response:
        """GET /can-bo/nguoi/moi: the form to invite somebody."""
        return await self._form(request, Form({}, {}))

    async def invite(self, request: web.Request) -> web.Response:
        """POST /can-bo/nguoi/moi: invite, and show words and QR code this once."""
        form = await read_form(request)
        role = next(
            (one for one in invitable(self._me(request)) if one.value == form["role"]), None
        )
        ends_on = form.day("ends_on")
        if role is None:
            return await self._form(request, form, NO_ROLE)
        if form["ends_on"] and ends_on is None:
            return await self._form(request, form, NO_DAY)
        deed = InvitePerson(role, form["name"], form["office"], form.number("tdp"), None, ends_on)
        match await self._desk.do(request, deed):
            case Invited() as invited:
                role_name = ROLE_NAMES[invited.role]
                return self._desk.page(
                    request, "invited", invited=invited, role=role_name, qr=qr_code(invited.url)
                )
            case MayNotInvite(why):
                return await self._form(request, form, MAY_NOT[why])
            case AlreadyInvited():
                raise AssertionError("only rows of lists are invited once")

    async def _form(self, request: web.Request, form: Form, wrong: str = "") -> web.Response:
        roles = invitable(self._me(request))
        options = [("", "Chọn vai trò"), *((role.value, ROLE_NAMES[role]) for role in roles)]
        async with self._desk.reading(request) as (tx, by):
            tdps = [
                (unit.id, unit.label)
                for unit in await units_of_today(tx)
                if by.reaches(unit.id, *LOOKED_AFTER_BY)
            ]
        status = 400 if wrong else 200
        return self._desk.page(
            request, "invite", status=status, form=form, wrong=wrong, options=options, tdps=tdps
        )

    # ------------------------------------------------------------ taking back

    async def ask_invite(self, request: web.Request) -> web.Response:
        """GET /can-bo/nguoi/loi-moi/7: really take this invite back?"""
        number = _number(request)
        invites = await self._desk.do(request, OpenInvites())
        found = next((one for one in invites if one.invite == number), None)
        if found is None:
            raise web.HTTPNotFound
        return self._desk.page(
            request,
            "confirm",
            title="Hủy lời mời?",
            text=f"Lời mời {found.name} làm {_role(found)} sẽ không dùng được nữa.",
            label="Hủy lời mời",
            back=PAGE.path,
        )

    async def revoke_invite(self, request: web.Request) -> web.Response:
        """POST /can-bo/nguoi/loi-moi/7: take an invite back."""
        answer = await self._desk.do(request, RevokeInvite(_number(request)))
        if isinstance(answer, NoSuchInvite):
            raise web.HTTPNotFound
        raise web.HTTPSeeOther(f"{PAGE.path}?xong=loi-moi")

    async def ask_role(self, request: web.Request) -> web.Response:
        """GET /can-bo/nguoi/vai-tro/7: really take this role away?"""
        number = _number(request)
        holders = await self._desk.do(request, RolesHeld())
        found = next((one for one in holders if one.grant == number), None)
        if found is None:
            raise web.HTTPNotFound
        name = found.name or f"người số {found.person}"
        return self._desk.page(
            request,
            "confirm",
            title="Thu hồi vai trò?",
            text=f"{name} sẽ không còn giữ vai trò {_role(found)} và bị đăng xuất khỏi trang này trên mọi máy. "
            "Kết quả học vẫn giữ nguyên.",
            label="Thu hồi vai trò",
            back=PAGE.path,
        )

    async def revoke_role(self, request: web.Request) -> web.Response:
        """POST /can-bo/nguoi/vai-tro/7: take a role away."""
        match await self._desk.do(request, RevokeRole(_number(request))):
            case NoSuchRole():
                raise web.HTTPNotFound
            case LastAdmin():
                raise web.HTTPSeeOther(f"{PAGE.path}?xong=quan-tri-cuoi")
            case _:
                raise web.HTTPSeeOther(f"{PAGE.path}?xong=vai-tro")

    # ------------------------------------------------------------ devices

    async def sign_out_device(self, request: web.Request) -> web.Response:
        """POST /can-bo/nguoi/may/7: sign one of one's own browsers out."""
        answer = await self._desk.do(request, SignOutDevice(_number(request)))
        if isinstance(answer, NoSuchDevice):
            raise web.HTTPNotFound
        raise web.HTTPSeeOther(f"{PAGE.path}?xong=may")

    def _lists(self, me: SignedIn) -> str:
        """Where whole lists are invited, for whom it is open."""
        page = self._desk.page_at(LISTS)
        return LISTS if page is not None and page.roles & me.roles else ""

    def _me(self, request: web.Request) -> SignedIn:
        me = self._desk.me(request)
        assert me is not None, "the gate lets nobody else in"
        return me


def routes(desk: Desk) -> tuple[web.AbstractRouteDef, ...]:
    """Return the page's routes."""
    people = People(desk)
    invite, role = f"{PAGE.path}/loi-moi/{{id}}", f"{PAGE.path}/vai-tro/{{id}}"
    return (
        web.get(PAGE.path, people.show),
        web.get(f"{PAGE.path}/moi", people.show_form),
        web.post(f"{PAGE.path}/moi", people.invite),
        web.get(invite, people.ask_invite),
        web.post(invite, people.revoke_invite),
        web.get(role, people.ask_role),
        web.post(role, people.revoke_role),
        web.post(f"{PAGE.path}/may/{{id}}", people.sign_out_device),
    )


def invitable(me: SignedIn) -> Sequence[Role]:
    """Return the roles somebody invites to, lists and revokes, in the order of the roles."""
    mine = {one for role in me.roles for one in LOOKED_AFTER_BY.get(role, ())}
    return [role for role in Role if role in mine]


def qr_code(url: str) -> str:
    """Return a QR code as SVG text that stands in a page."""
    drawn = io.BytesIO()
    segno.make(url, error="m", micro=False).save(
        drawn,
        kind="svg",
        xmldecl=False,
        svgns=True,
        omitsize=True,
        border=4,
        svgclass=None,
        lineclass=None,
    )
    return drawn.getvalue().decode()


def _role(one: Holder | OpenInvite) -> str:
    name = ROLE_NAMES[one.role]
    return f"{name} ở {one.tdp_name}" if one.tdp_name else name


def _number(request: web.Request) -> int:
    number = whole_number(request.match_info["id"])
    if number is None:
        raise web.HTTPNotFound
    return number
