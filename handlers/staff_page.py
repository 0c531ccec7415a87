"""“Trang cán bộ”: a link that opens the staff page once; opening it shows a button, pressing that spends it."""

from handlers import Person, become, conversation, do, phrase, say
from handlers._requests.person import WARD_ROLES
from handlers._requests.sign_in import NotStaff, OpenStaffPage


@conversation(roles=set(WARD_ROLES))
async def staff_page(me: Person) -> None:
    """Hand out the link, and say that it is nobody else's."""
    made = await do(OpenStaffPage())
    if isinstance(made, NotStaff):
        await become("staff_only")
    await say(phrase("staff_page.link", at=made.url))
    await say(phrase("staff_page.how", minutes=made.minutes))
