"""Which TDP somebody lives in; the one whose poster brought them, or chosen by part of its name."""

from handlers import Person, Typed, become, conversation, do, phrase, say
from handlers._requests.tdp import Elsewhere, NotKept, SetTdp, TdpCameBy
from handlers._steps import confirm_tdp, pick_tdp, tdp_label


@conversation(is_kept=True)
async def tdp(
    me: Person,
    is_first: bool = False,
    after: str | None = None,
    typed: str | None = None,
    then: str | None = None,
) -> None:
    """Ask until a TDP, “không rõ” or “ở nơi khác” is chosen; the first time, the name comes next.

    The first time begins with the TDP whose link they came by, if any; it is kept only after their yes.
    """
    likely = await do(TdpCameBy()) if is_first and typed is None else None
    confirmed = await confirm_tdp(likely) if likely else None
    picked = confirmed or await pick_tdp(typed)
    if isinstance(picked, Typed):
        await become("tdp", is_first=is_first, after=after, typed=picked.text, then=then)
    wanted = SetTdp(None, picked) if isinstance(picked, Elsewhere) else SetTdp(picked.id)
    saved = await do(wanted)
    if isinstance(saved, NotKept):
        await say(phrase("tdp.not_kept"))
    elif isinstance(picked, Elsewhere):
        await say(phrase("tdp.elsewhere_saved"))
    else:
        await say(phrase("tdp.saved", name=tdp_label(picked)))
    if is_first:
        await become("naming", is_first=True, after=after)
    if then is not None:
        await become(then)
