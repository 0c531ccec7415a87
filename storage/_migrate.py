"""Bringing a database up to the tables of this version."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

FOLDER = Path(__file__).parent / "migrations"


class TooNewError(Exception):
    """The database was made by a later version; the message is for the person who started this one."""


def upgrade(connection: Connection) -> None:
    """Run the migrations that are missing, in the connection's transaction.

    Raises TooNewError for a database whose version is not known here.
    """
    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    config.attributes["connection"] = connection
    scripts = ScriptDirectory.from_config(config)
    current = MigrationContext.configure(connection).get_current_revision()
    if current == scripts.get_current_head():
        return
    if current is not None and current not in {one.revision for one in scripts.walk_revisions()}:
        raise TooNewError(
            f"Cơ sở dữ liệu ở phiên bản {current}, mới hơn chương trình này: "
            "hãy cài bản mới của chương trình rồi chạy lại"
        )
    command.upgrade(config, "head")
