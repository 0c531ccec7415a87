"""The only clock of a conversation."""

from datetime import datetime

from handlers._requests.time import Now
from storage._performers import performer
from storage._tx import Tx
from storage.house import Actor


@performer
async def now(tx: Tx, by: Actor, request: Now) -> datetime:  # noqa: ARG001 - a performer's shape
    """Tell the moment of this transaction."""
    return tx.now
