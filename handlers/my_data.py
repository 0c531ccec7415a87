"""“Thông tin của tôi”: see it, correct it, take a copy, withdraw a consent, erase everything."""

from handlers import Document, Person, become, choose, conversation, do, option, phrase, say
from handlers._effects import STALE_HOURS_SENSITIVE
from handlers._requests.consent import MyConsents, Withdraw
from handlers._requests.person import Erased, EraseMe, ExportMine, MyData, MyFile, MySheet

CHOICES = (
    option("my_data.correct"),
    option("my_data.copy"),
    option("my_data.withdraw"),
    option("my_data.erase"),
    option("my_data.enough"),
)
SURE = (option("my_data.erase_now"), option("my_data.keep"))


@conversation()
async def my_data(me: Person) -> None:
    """Read aloud what is kept, then do what its owner wants."""
    kept = await do(MyData())
    if not isinstance(kept, MySheet):
        await say(phrase("my_data.nothing"))
        return
    await read_aloud(kept)
    match await choose(phrase("my_data.ask"), CHOICES):
        case "correct":
            await become("settings")
        case "copy":
            await hand_over()
        case "withdraw":
            await withdraw()
        case "erase":
            await erase()
        case _:
            await say(phrase("my_data.done"))


async def read_aloud(kept: MySheet) -> None:
    """What is kept, a line each; what was never given is said to be missing."""
    spoken = " ".join(part for part in (kept.form, kept.name) if part)
    await say(phrase("my_data.since", since=kept.since))
    await say(phrase("my_data.name", spoken=spoken) if spoken else phrase("my_data.no_name"))
    await say(phrase("my_data.tdp", tdp=kept.tdp) if kept.tdp else phrase("my_data.no_tdp"))
    await say(phrase("my_data.lessons", lessons=kept.lessons))
    for purpose in kept.consents:
        await say(phrase(f"my_data.consent_{purpose}"))


async def hand_over() -> None:
    """A copy of everything, as a file."""
    found = await do(ExportMine())
    if isinstance(found, MyFile):
        file = Document("thong-tin-cua-toi.json", "application/json", found.json)
        await say(phrase("my_data.file"), document=file)


async def withdraw() -> None:
    """Take one consent back."""
    agreed = await do(MyConsents())
    options = [option(f"my_data.purpose_{purpose.value}") for purpose in agreed]
    picked = await choose(
        phrase("my_data.which"),
        [*options, option("my_data.keep")],
        exact=True,
        stale_hours=STALE_HOURS_SENSITIVE,
    )
    for purpose in agreed:
        if picked == f"purpose_{purpose.value}":
            await do(Withdraw(purpose))
            await say(phrase("my_data.withdrawn"))
            return
    await say(phrase("my_data.done"))


async def erase() -> None:
    """Everything that names the person goes; asked once more, because it cannot be undone."""
    picked = await choose(
        phrase("my_data.sure"), SURE, exact=True, stale_hours=STALE_HOURS_SENSITIVE
    )
    if picked == "keep":
        await say(phrase("my_data.done"))
        return
    erased = await do(EraseMe())
    await say(phrase("my_data.erased" if isinstance(erased, Erased) else "my_data.nothing"))
