"""Is it the database that cannot be used just now, or is it a bug?

Locked, full, gone, not to be read, or two that waited for each other: what was to be done can be done later,
and nothing was lost. Everything else that a database refuses (no such table, a broken constraint) is a bug
of ours.
"""

import errno
import socket
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
_PASSING_STATES = ("08", "40", "53", "55P03", "57P")
"""Of PostgreSQL: connection lost, rolled back (a deadlock), no room left, locked, server going down.

https://www.postgresql.org/docs/current/errcodes-appendix.html
"""
_PRIMARY = 0xFF  # the extended codes of SQLite carry the primary one in their low byte


_UNREACHABLE = (NoConnectionLeft, ConnectionError, TimeoutError, socket.gaierror)
_NO_ROUTE = frozenset({errno.EHOSTUNREACH, errno.ENETUNREACH})


def is_busy(error: DBAPIError) -> bool:
    """Whether another process has locked the SQLite file."""
    return getattr(error.orig, "sqlite_errorcode", 0) & _PRIMARY == sqlite3.SQLITE_BUSY


def is_unavailable(error: BaseException) -> bool:
    """Whether an exception says that the database cannot be used at this moment."""
    if isinstance(error, _UNREACHABLE):
        return True
    if isinstance(error, OSError):
        return error.errno in _NO_ROUTE
    if not isinstance(error, DBAPIError):
        return False
    code = getattr(error.orig, "sqlite_errorcode", None)
    if code is None:
        state = getattr(error.orig, "sqlstate", None) or ""
        is_lost = error.connection_invalidated or isinstance(error, OperationalError)
        return is_lost or state.startswith(_PASSING_STATES)
    return code & _PRIMARY in _PASSING
