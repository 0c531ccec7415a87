"""What somebody is told in their chat because of something that happened elsewhere."""

from sqlalchemy import select

from handlers._effects import Phrase
from storage import outbox
from storage._tx import Tx
from storage.tables import Addresses


async def tell(tx: Tx, address: int, said: Phrase) -> None:
    """Put one sentence into the chat of an address; nobody is told where it is gone by now."""
    channel = await tx.connection.scalar(select(Addresses.channel).where(Addresses.id == address))
    if channel is None:
        return
    values = {**tx.house.values, **{name: str(value) for name, value in said.values}}
    text = tx.house.content.phrases.render(said.key, values)
    await outbox.put(tx, channel, address, outbox.Kind.REPLY, {"text": text})
