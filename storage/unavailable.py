"""Is it the database that cannot be used just now, or is it a bug?

Locked, full, gone, not to be read: what was to be done can be done later, and nothing was lost. Everything
else that a database refuses (no such table, a broken constraint) is a bug of ours.
"""

import sqlite3

from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionLeft

_PASSING = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_CANTOPEN,
    }
)
_PRIMARY = 0xFF  # the extended codes of SQLite carry the primary one in their low byte


def is_unavailable(error: BaseException) -> bool:
    """Whether an exception says that the database cannot be used at this moment."""
    if isinstance(error, NoConnectionLeft | ConnectionError):
        return True
    if not isinstance(error, DBAPIError):
        return False
    code = getattr(error.orig, "sqlite_errorcode", None)
    if code is None:  # PostgreSQL: the connection was lost, or the server is going down
        return error.connection_invalidated or isinstance(error, OperationalError)
    return code & _PRIMARY in _PASSING
