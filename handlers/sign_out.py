"""“Đăng xuất”: the staff page is closed in every browser at once."""

from handlers import Person, conversation, do, phrase, say
from handlers._requests.sign_in import SignOutEverywhere


@conversation()
async def sign_out(me: Person) -> None:
    """Sign out first, then say in how many browsers."""
    ended = await do(SignOutEverywhere())
    if ended.sessions:
        await say(phrase("sign_out.done", sessions=ended.sessions))
    else:
        await say(phrase("sign_out.none"))
