"""A progress bar on stderr, shown on a terminal only."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn


@contextmanager
def bar(
    title: str, total: int | None = None, *, is_quiet: bool = False
) -> Iterator[Callable[[int], None]]:
    """Show how far something is; call what is given with how much more is done.

    `total` None: nobody knows how long it takes, the bar only moves. `is_quiet`: no bar at all.
    """
    console = Console(stderr=True)
    shown = Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TimeRemainingColumn(),
        console=console,
        transient=True,
        disable=is_quiet or not sys.stderr.isatty(),
    )
    with shown:
        task = shown.add_task(title, total=total)
        yield lambda done: shown.advance(task, done)
