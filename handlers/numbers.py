"""“Số liệu”: the five targets and the work of a period, and the way from there to a report."""

from handlers import (
    Option,
    Person,
    Picked,
    Role,
    become,
    choose,
    choose_or_ask,
    conversation,
    do,
    option,
    phrase,
    say,
    words,
)
from handlers._periods import full_title, said, title
from handlers._printed import (
    TARGETS,
    counts,
    moment,
    number,
    process_sentence,
    sentence,
    sentence_of,
)
from handlers._requests.report import (
    BadPeriod,
    MakeReport,
    MyTdps,
    Offer,
    Period,
    PeriodFault,
    PeriodsOffered,
    ReportMade,
    Summary,
    SummaryOf,
    TdpLine,
)

PAGE = 3
MAKER = (option("numbers.make"), option("numbers.other"), option("numbers.done"))
READER = (option("numbers.other"), option("numbers.done"))
FAULTS = {
    PeriodFault.REVERSED: "numbers.reversed",
    PeriodFault.NOT_YET: "numbers.not_yet",
    PeriodFault.TOO_LONG: "numbers.too_long",
}


@conversation(
    roles={
        Role.TEAM,
        Role.HEAD,
        Role.STAFF,
        Role.POLICE,
        Role.APPROVER,
        Role.OBSERVER,
        Role.ADMIN,
    }
)
async def numbers(me: Person) -> None:
    """Choose a period, read its figures, make a report of them."""
    offer = await do(PeriodsOffered())
    period = await which(offer)
    told = await (tell_ward(period) if offer.sees_ward else tell_own(period))
    offered = MAKER if told and offer.may_make else READER
    match await choose(phrase("numbers.next"), offered):
        case "make":
            await make(period)
        case "other":
            await become("numbers")
        case _:
            await say(phrase("numbers.closed"))


async def which(offer: Offer) -> Period:
    """One of the periods that are offered, a few at a time, or one that is typed."""
    first, asked = 0, "numbers.which"
    while True:
        shown = offer.periods[first : first + PAGE]
        options = [named(one, offer) for one in shown]
        answer = await choose_or_ask(
            phrase(asked),
            [*options, option("numbers.more")],
            exact=True,  # “tháng 10 năm 2026” is close to “tháng 11 năm 2026”, and is another one
            hint=phrase("numbers.hint"),
        )
        if not isinstance(answer, Picked):
            if typed := said(answer.text):
                return typed
            asked = "numbers.no_period"
        elif answer.key == "more":
            first = first + PAGE if first + PAGE < len(offer.periods) else 0
        else:
            return shown[int(answer.key)]


def named(period: Period, offer: Offer) -> Option:
    """A period as an option; one that is not over says so."""
    place = offer.periods.index(period) % PAGE
    if period.until < offer.today:
        return Option(str(place), words(title(period)))
    return Option(str(place), phrase("numbers.going_on", period=title(period)))


# ---------------------------------------------------------------- telling


async def tell_ward(period: Period) -> bool:
    """The whole ward's figures; returns whether there are any."""
    found = await do(SummaryOf(period))
    if isinstance(found, BadPeriod):
        await say(phrase(FAULTS[found.fault]))
        return False
    await tell_head(found)
    for letter, called in TARGETS.items():
        await say(phrase("numbers.target", letter=letter, title=called))
        for one in found.indicators:
            if one.target == letter:
                result = sentence_of(one)
                await say(phrase("numbers.line", title=f"{one.code}. {one.title}", result=result))
    await say(phrase("numbers.work"))
    for line in found.process:
        await say(phrase("numbers.line", title=line.title, result=process_sentence(line)))
    await say(phrase("numbers.cut_off", moment=moment(found.cut_off)))
    return True


async def tell_head(found: Summary) -> None:
    """Which period it is, and that its people are made up where they are."""
    if found.is_sample:
        await say(phrase("numbers.sample"))
    await say(phrase("numbers.period", period=full_title(found.period)))


async def tell_own(period: Period) -> bool:
    """The figures of the TDPs somebody works for; returns whether there are any."""
    found = await do(MyTdps(period))
    if isinstance(found, BadPeriod):
        await say(phrase(FAULTS[found.fault]))
        return False
    await say(phrase("numbers.period", period=full_title(period)))
    for line in found:
        await tell_tdp(line)
    return bool(found)


async def tell_tdp(line: TdpLine) -> None:
    """One TDP in short."""
    adults = line.adults.value if line.adults else None
    now, so_far = line.in_period, line.so_far
    await say(phrase("numbers.tdp", name=line.name))
    for key, result in (
        ("numbers.reached", sentence(so_far.reached, adults)),
        ("numbers.core", sentence(so_far.core, adults)),
        ("numbers.registered", f"{number(now.registered)}"),
        ("numbers.completed", counts(now.completed, now.completed_visits)),
    ):
        await say(phrase(key, result=result))


async def make(period: Period) -> None:
    """Freeze the figures, then hand out the way to the page where the report is."""
    made = await do(MakeReport(period))
    if isinstance(made, ReportMade):
        await say(phrase("numbers.made", number=made.report, period=title(period)))
        await become("staff_page")
    await say(phrase(FAULTS[made.fault]))
