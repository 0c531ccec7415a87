"""Bringing a database up to the tables of this version."""

from pathlib import Path

from sqlalchemy import Connection, inspect, text

FOLDER = Path(__file__).parent / "migrations"
_VERSION = text("SELECT version_num FROM alembic_version")


class TooNewError(Exception):
    """The database was made by a later version; the message is for the person who started this one."""


def versions() -> tuple[str, ...]:
    """Return the versions there are scripts for, oldest first: 0003 of versions/0003_staff.py."""
    scripts = (FOLDER / "versions").glob("[0-9]*.py")
    return tuple(sorted(script.name.partition("_")[0] for script in scripts))


def upgrade(connection: Connection) -> None:
    """Run the migrations that are missing, in the connection's transaction.

    Raises TooNewError for a database whose version is not known here.
    """
    current, known = _version(connection), versions()
    if current == known[-1]:
        return
    if current is not None and current not in known:
        raise TooNewError(
            f"Cơ sở dữ liệu ở phiên bản {current}, mới hơn chương trình này: "
            "hãy cài bản mới của chương trình rồi chạy lại"
        )
    # alembic, mako and pygments behind it: 7 MB and 0.3 s that a start without a migration does without
    from storage._alembic import run  # noqa: PLC0415

    run(connection, FOLDER)


def _version(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(_VERSION).scalar()
