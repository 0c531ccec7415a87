"""What the server writes about itself: one JSON object a line on stderr, never what people said.

An exception is logged as its types and the places it passed. Its message is left out: those of databases and
decoders quote the values they stumbled over.
"""

import logging
import sys
import traceback
from types import TracebackType
from typing import Any

import structlog

MAX_FRAMES = 12

_SHARED: tuple[structlog.typing.Processor, ...] = (
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
)


def configure_logs() -> None:
    """Send our own events and those of the libraries (from warnings on) to stderr."""
    structlog.configure(
        processors=[
            *_SHARED,
            bare_exceptions,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=_SHARED,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                bare_exceptions,
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
        )
    )
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)


def bare_exceptions(
    _logger: Any, _method: str, event: structlog.typing.EventDict
) -> structlog.typing.EventDict:
    """Put an exception's types and places in the event instead of the exception."""
    given = event.pop("exc_info", None)
    error = sys.exc_info()[1] if given is True else given[1] if isinstance(given, tuple) else given
    if isinstance(error, BaseException):
        event["error"] = _types(error)
        event["at"] = _places(error.__traceback__)
    return event


def _types(error: BaseException) -> list[str]:
    """The exception and what caused it, outermost first."""
    found: list[str] = []
    one: BaseException | None = error
    while one is not None and len(found) < MAX_FRAMES:
        found.append(f"{type(one).__module__}.{type(one).__qualname__}")
        one = one.__cause__ or one.__context__
    return found


def _places(trace: TracebackType | None) -> list[str]:
    """The innermost places an exception passed: file, line, function."""
    frames = traceback.extract_tb(trace)[-MAX_FRAMES:]
    return [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
