"""The page of figures: every number is the one that storage counts, and leads to the people behind it."""

import re
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import insert

from bot.reports.charts import WIDTH
from bot.web.staff import _figures_drawn as drawn
from bot.web.staff._chosen import ALL, OWN, WRONG_DAYS, Chosen, read_chosen
from bot.web.staff.figures import PAGE, PEOPLE, QUESTIONS
from handlers._requests.behind import PersonBehind
from handlers._requests.figures import (
    Count,
    Course,
    Denominator,
    Dimension,
    Figures,
    Line,
    Point,
)
from handlers._requests.person import WARD_ROLES, Role
from handlers._requests.questions import Difficulties, QuestionFigures
from storage.tables import Events, People, Profiles, Residences
from storage.tables_staff import QuestionCounts, Stated

TODAY = date(2026, 11, 22)
MONTH = Chosen("2026-12", date(2026, 11, 15), date(2026, 12, 14), "Tháng 12 năm 2026")
PERSON = 1001


async def somebody_learnt(office: Any, at: datetime | None = None) -> None:
    """Bà Lan of the first TDP finished and passed a lesson; somebody unconfirmed finished it as well."""
    async with office.transaction() as tx:
        at = at or tx.now
        for number, confirmed in ((PERSON, at), (PERSON + 1, None)):
            row = {"id": number, "created_at": at, "channel": "web", "confirmed_at": confirmed}
            await tx.connection.execute(insert(People), row)
        await tx.connection.execute(insert(Profiles), {"person_id": PERSON, "name": "Bà Lan Anh"})
        home = {"person_id": PERSON, "tdp_id": 1, "valid_from": at}
        await tx.connection.execute(insert(Residences), home)
        rows = [(PERSON, "finished"), (PERSON, "passed"), (PERSON + 1, "finished")]
        events = [
            {
                "at": at,
                "code": code,
                "person_id": number,
                "tdp_id": 1,
                "lesson_id": "TB-01",
                "attempt_no": 1,
            }
            for number, code in rows
        ]
        await tx.connection.execute(insert(Events), events)


def links(text: str, path: str) -> list[str]:
    return [one.replace("&amp;", "&") for one in re.findall(rf'href="({path}\?[^"]*)"', text)]


def link_of(text: str, **wanted: str) -> str:
    """The only link to people whose address says all of this."""
    fits = [
        one
        for one in links(text, PEOPLE)
        if wanted.items() <= dict(parse_qsl(urlsplit(one).query)).items()
    ]
    assert len(fits) == 1, fits
    return fits[0]


# ---------------------------------------------------------------- the pages


async def test_every_number_leads_to_the_people_it_counts_and_back(office: Any) -> None:
    await somebody_learnt(office)
    browser = await office.signed_in(Role.STAFF)

    page = await browser.get(PAGE.path)
    people = await browser.get(link_of_people(page.text, "passed"))
    visits = await browser.get(link_of(page.text, dong="1", so="finished", luot="1"))

    assert "1 / 2" in re.sub(r"<[^>]+>", "", page.text)  # one person, two visits
    assert "Bà Lan Anh" in people.text
    assert str(PERSON + 1) not in people.text
    assert str(PERSON + 1) in visits.text
    assert "chưa xác nhận" in visits.text
    assert (await browser.get(links(people.text, PAGE.path)[0])).status == 200


def link_of_people(text: str, count: str) -> str:
    """The link behind the people, not the visits, of the first TDP."""
    fits = [
        one
        for one in links(text, PEOPLE)
        if {"dong": "1", "so": count}.items() <= dict(parse_qsl(urlsplit(one).query)).items()
        and "luot" not in one
    ]
    assert len(fits) == 1, fits
    return fits[0]


async def test_a_member_lets_somebody_of_their_tdp_count_as_a_person(office: Any) -> None:
    await somebody_learnt(office)
    async with office.transaction() as tx:
        home = {"person_id": PERSON + 1, "tdp_id": 1, "valid_from": tx.now}
        await tx.connection.execute(insert(Residences), home)
    browser = await office.signed_in(Role.TEAM, 1)
    vouch = f"{PEOPLE}/{PERSON + 1}/xac-nhan"
    numbers = await browser.get(PAGE.path)
    behind = await browser.get(link_of(numbers.text, dong="1", so="finished", luot="1"))
    assert vouch in behind.text
    assert f"{PEOPLE}/{PERSON}/xac-nhan" not in behind.text

    asked = await browser.get(vouch)
    done = await browser.post(vouch)

    assert f"Xác nhận người số {PERSON + 1}?" in asked.text
    assert (done.status, done.to) == (303, f"{PAGE.path}?da-xac-nhan={PERSON + 1}")
    assert f"Đã xác nhận người số {PERSON + 1}" in (await browser.get(done.to)).text
    assert [subject for _, subject, _ in await office.audit("vouched")] == [f"person:{PERSON + 1}"]


@pytest.mark.parametrize("number", ["1002", "99", "abc", "9" * 30])
async def test_nobody_vouches_for_who_lives_in_another_tdp_or_does_not_exist(
    office: Any, number: str
) -> None:
    await somebody_learnt(office)
    browser = await office.signed_in(Role.HEAD, 2)

    answer = await browser.post(f"{PEOPLE}/{number}/xac-nhan")

    assert answer.status == 404
    assert await office.audit("vouched") == []


async def test_each_look_at_people_is_in_the_audit_and_the_page_of_numbers_is_not(
    office: Any,
) -> None:
    await somebody_learnt(office)
    browser = await office.signed_in(Role.STAFF)
    page = await browser.get(PAGE.path)
    assert await office.audit("people_seen") == []

    await browser.get(link_of_people(page.text, "passed"))

    ((_, subject, details),) = await office.audit("people_seen")
    assert (subject, details["count"], details["shown"]) == ("figures:tdp:1", "passed", 1)


@pytest.mark.parametrize("role", WARD_ROLES)
async def test_everybody_of_the_ward_sees_figures_and_the_observer_nobody_behind_them(
    office: Any, role: Role
) -> None:
    await somebody_learnt(office)
    browser = await office.signed_in(role, 1 if role in (Role.TEAM, Role.HEAD) else None)

    page = await browser.get(PAGE.path)
    behind = await browser.get(f"{PEOPLE}?xem=tdp&dong=1&so=passed&ky={ALL}")
    questions = await browser.get(QUESTIONS)

    assert page.status == 200
    assert bool(links(page.text, PEOPLE)) == (role is not Role.OBSERVER)
    assert behind.status == (403 if role is Role.OBSERVER else 200)
    assert questions.status == (403 if role in (Role.TEAM, Role.HEAD) else 200)
    assert bool(links(page.text, QUESTIONS)) == (questions.status == 200)
    shows_name = role in (Role.STAFF, Role.ADMIN)
    assert ("Bà Lan Anh" in behind.text) == shows_name
    assert ("B… L… A…" in behind.text) == (behind.status == 200 and not shows_name)


async def test_a_head_sees_their_own_line_and_is_refused_the_people_of_another(office: Any) -> None:
    await somebody_learnt(office)
    browser = await office.signed_in(Role.HEAD, 2)

    page = await browser.get(PAGE.path)
    other = await browser.get(f"{PEOPLE}?xem=tdp&dong=1&so=passed&ky={ALL}")

    lines = {
        dict(parse_qsl(urlsplit(one).query)).get("dong") for one in links(page.text, PAGE.path)
    }
    assert lines == {"2"}
    assert other.status == 403


@pytest.mark.parametrize("see", ["tdp", "bai", "don-vi"])
@pytest.mark.parametrize("period", [ALL, "2026", "2026-11-03..2026-11-09", "nonsense", ""])
async def test_every_view_and_period_is_drawn(office: Any, see: str, period: str) -> None:
    await somebody_learnt(office)
    browser = await office.signed_in(Role.STAFF)

    page = await browser.get(f"{PAGE.path}?xem={see}&ky={period}&so=passed")

    assert page.status == 200
    assert page.text.count("<svg") == 2


async def test_a_line_is_shown_over_time_and_its_share_with_source_and_day(office: Any) -> None:
    await somebody_learnt(office)
    async with office.transaction() as tx:
        row = {"key": "adults", "tdp_id": 1, "value": 3, "as_of": tx.today, "document": ""}
        await tx.connection.execute(
            insert(Stated), row | {"source": "Công an phường", "by": "os:lan", "at": tx.now}
        )
        day = f"{tx.today:%d/%m/%Y}"
    browser = await office.signed_in(Role.STAFF)

    page = await browser.get(f"{PAGE.path}?ky={ALL}&xem=tdp&dong=1&so=finished")

    assert f"1/3, đạt 33,33% (Công an phường, {day})" in page.text
    assert "chưa có số liệu" in page.text  # of all other TDPs
    assert "Kết quả tính người từ 16 tuổi (tự khai)" in page.text
    assert "Học xong theo nửa tháng, ghi ngày đầu: " in page.text
    assert "Xem tất cả theo thời gian" in page.text


async def test_days_that_cannot_be_read_are_said_and_nothing_else_breaks(office: Any) -> None:
    browser = await office.signed_in(Role.STAFF)

    for path in (PAGE.path, QUESTIONS):
        page = await browser.get(f"{path}?ky={OWN}&tu=40/13/2026&den=")
        assert page.status == 200
        assert WRONG_DAYS in page.text


@pytest.mark.parametrize(
    ("since", "until"),
    [("01/01/0001", "02/02/0001"), ("01/01/0001", "31/12/9999"), ("01/12/9999", "31/12/9999")],
)
async def test_days_of_no_likely_year_are_counted_like_any_other(
    office: Any, since: str, until: str
) -> None:
    staff, head = await office.signed_in(Role.STAFF), await office.signed_in(Role.HEAD)

    for browser, path in ((staff, PAGE.path), (staff, QUESTIONS), (head, PAGE.path)):
        page = await browser.get(f"{path}?ky={OWN}&tu={since}&den={until}")
        assert page.status == 200


@pytest.mark.parametrize("see", ["tdp", "bai", "don-vi"])
async def test_a_line_that_no_number_can_name_has_nobody_behind_it(office: Any, see: str) -> None:
    browser = await office.signed_in(Role.STAFF)

    page = await browser.get(f"{PEOPLE}?xem={see}&dong={'9' * 24}&so=completed&ky={ALL}")

    assert (page.status, "/xac-nhan" in page.text) == (200, False)


def test_an_address_holds_no_character_that_a_database_refuses() -> None:
    chosen = read_chosen({"ky": ALL, "xem": "bai", "dong": "\0TB\ud800-01"}, TODAY)

    assert chosen.key == "TB?-01"


async def test_hard_questions_are_drawn_and_listed_with_their_words(office: Any) -> None:
    lesson = office.ward.house.content.lessons["TB-01"]
    async with office.transaction() as tx:
        row = {"slot": tx.today.year * 24, "lesson_id": "TB-01", "lesson_version": lesson.version}
        counts = {"question": 1, "answered": 8, "right": 2}
        await tx.connection.execute(insert(QuestionCounts), row | counts)
    browser = await office.signed_in(Role.STAFF)

    page = await browser.get(f"{QUESTIONS}?ky={ALL}")

    assert "25%" in page.text
    assert "6 (75%)" in page.text
    assert f"{lesson.title}, câu 2" in page.text


async def test_what_an_address_says_is_never_run_by_a_browser(office: Any) -> None:
    browser = await office.signed_in(Role.STAFF)
    evil = "%22%3E%3Cscript%3Ealert(1)%3C/script%3E"

    for path in (PAGE.path, PEOPLE, QUESTIONS):
        query = "&".join(
            f"{name}={evil}" for name in ("ky", "tu", "den", "xem", "dong", "so", "sau")
        )
        page = await browser.get(f"{path}?{query}")
        assert page.status in (200, 403)
        assert "<script>alert" not in page.text


# ---------------------------------------------------------------- addresses


@given(
    st.builds(
        replace,
        st.sampled_from(
            [
                MONTH,
                Chosen(ALL, None, None, "Từ đầu đến nay"),
                Chosen(OWN, date(2026, 11, 3), date(2026, 11, 9), "Từ 03/11/2026 đến 09/11/2026"),
            ]
        ),
        dimension=st.none() | st.sampled_from([Dimension.TDP, Dimension.LESSON, Dimension.UNIT]),
        key=st.none() | st.sampled_from(["", "7", "TB-01"]),
        count=st.sampled_from(Count),
        is_visits=st.booleans(),
        after=st.integers(0, 2**40),
    )
)
def test_an_address_is_read_back_as_what_it_was_written_from(chosen: Chosen) -> None:
    address = urlsplit(chosen.at(PAGE.path))

    read = read_chosen(dict(parse_qsl(address.query, keep_blank_values=True)), TODAY)

    assert read == replace(chosen, title=read.title)


@given(
    st.dictionaries(
        st.sampled_from(["ky", "tu", "den", "xem", "dong", "so", "luot", "sau"]), st.text()
    )
)
def test_any_address_can_be_read(query: dict[str, str]) -> None:
    chosen = read_chosen(query, TODAY)

    assert chosen.title
    assert chosen.since is None or chosen.until is None or chosen.since <= chosen.until


def test_without_an_address_the_offices_month_under_way_is_shown() -> None:
    assert replace(read_chosen({}, TODAY), title=MONTH.title) == MONTH


# ---------------------------------------------------------------- cells


def a_line(**values: Any) -> Line:
    return replace(Line("1", "Tân Trung", 1, 2, 3, 4, 5, 6, 7, 8, 9), **values)


def test_numbers_are_links_only_where_people_may_be_seen_and_there_are_any() -> None:
    line = a_line(completed=0)

    plain, linked = drawn.cells(line, MONTH, ""), drawn.cells(line, MONTH, PEOPLE)

    assert [str(one) for one in plain[:3]] == ["0", "3 / 4", "0 / 6"]
    assert str(linked[0]) == "0"
    assert str(linked[1]).count("<a ") == 2
    assert str(linked[2]).count("<a ") == 1


def test_a_share_says_of_what_it_is_whose_number_that_is_and_of_which_day() -> None:
    of = Denominator(4, "adults", "Công an phường", date(2026, 11, 1))

    assert drawn.share(a_line()) == "chưa có số liệu"
    assert drawn.share(a_line(of=of)) == (
        "5/4; 125%, quá 100%: cần kiểm tra lại số liệu (Công an phường, 01/11/2026)"
    )


def test_somebody_is_shown_by_what_may_be_known_of_them() -> None:
    one = PersonBehind(7, "Lan", "Tân Trung", date(2026, 11, 2), 3, True, False)

    assert drawn.face(one) == ("7", "Lan", "Tân Trung", "02/11/2026", "3", "")
    assert drawn.face(replace(one, name=None))[1] == "chưa cho biết tên"
    assert drawn.face(replace(one, name=None, is_erased=True))[1] == "đã xóa"
    assert drawn.face(replace(one, is_confirmed=False))[-1] == "chưa xác nhận"


def test_a_month_of_the_office_is_called_after_the_month_it_ends_in() -> None:
    days = [(date(2026, 10, 15), date(2026, 11, 14)), (date(2026, 11, 15), date(2026, 11, 30))]
    course = Course(tuple(Point(*one, 5, 6) for one in days), has_months=True)

    picture = drawn.over_time(course, MONTH, None)

    assert "Học xong theo tháng báo cáo, từ ngày 15 đến ngày 14: tất cả" in picture
    assert ">11/2026<" in picture
    assert ">12/2026<" in picture  # the month under way
    assert drawn.pair(course)[0] == ("15/10/2026 – 14/11/2026", "5", "6")


def test_who_joined_within_a_period_is_called_so_and_told_from_all_who_ever_did() -> None:
    everything = Chosen(ALL, None, None, "Từ đầu đến nay")

    assert drawn.heads(MONTH, "tổ dân phố")[1] == "Mới tham gia (người)"
    assert drawn.heads(everything, "tổ dân phố")[1] == "Đã tham gia (người)"
    told, of_all = "\n".join(drawn.definitions(MONTH)), "\n".join(drawn.definitions(everything))
    assert "Mới tham gia: " in told
    assert "Đã tham gia: " not in told
    assert "Đã tham gia: " in of_all
    assert "Mới tham gia" in drawn.told_course(
        Course((), True), replace(everything, count=Count.REACHED), None
    )


def test_small_shares_of_places_can_be_compared_by_their_bars() -> None:
    of = Denominator(2000, "adults", "Công an phường", TODAY)
    lines = (a_line(of=of), a_line(key="2", label="Phù Lôi", completed=10, of=of))

    picture = drawn.progress(Figures(lines, a_line()), MONTH, "tổ dân phố")

    longest, half = (float(n) for n in re.findall(r'width="([\d.]+)" height="16"', picture))
    assert longest > WIDTH / 2
    assert longest == pytest.approx(2 * half, abs=1)
    assert "thanh dài nhất là dòng cao nhất" in picture


@pytest.mark.parametrize(("of", "drawn_as"), [(8, "5 (62,50%)"), (None, "5")])
def test_whose_place_nobody_knows_is_left_out_of_a_picture_of_shares(
    of: int | None, drawn_as: str
) -> None:
    stated = of and Denominator(of, "adults", "Công an phường", TODAY)
    lines = (a_line(of=stated), a_line(key="", label="chưa rõ", completed=7))

    picture = drawn.progress(Figures(lines, a_line()), MONTH, "tổ dân phố")

    assert f">{drawn_as}<" in picture
    assert (">chưa rõ<" in picture) == (of is None)


def test_a_school_is_in_no_picture_of_shares_and_no_share_of_its_pupils() -> None:
    pupils = Denominator(612, "pupils", "Trường THCS", TODAY)
    school = a_line(key="2", label="Trường THCS", completed=0, of=pupils)
    office = a_line(of=Denominator(50, "staff", "UBND phường", TODAY))

    both = drawn.progress(Figures((office, school), a_line()), MONTH, "đơn vị")
    alone = drawn.progress(Figures((school,), a_line()), MONTH, "đơn vị")

    assert "Trường THCS" not in both
    assert ">0<" in alone
    assert drawn.compared(school, Count.COMPLETED)[2] == "không tính"
    assert drawn.share(school).startswith("không tính (học sinh không có tài khoản")


def test_of_many_questions_the_hardest_are_drawn_and_all_listed() -> None:
    found = tuple(
        QuestionFigures("TB-01", 1, "Chữ to", n, f"Câu {n}?", 100, n) for n in range(1, 40)
    )

    picture = drawn.hardest(Difficulties(found, None, None))

    assert picture.count("<rect") == 1 + 2 * drawn.HARDEST
    assert len(drawn.wrong(found)) == drawn.HARDEST
    assert drawn.wrong(found)[0] == ("Chữ to, câu 1: Câu 1?", "99", "99%")
