"""Logs: one JSON object per line on standard error, each with the request it belongs to.

Beside a person at a terminal, `stockturn run` itself writes plain sentences instead.

The request id goes from the scan's request into its feed row and its recalculation mark, so the
lines of web, relay and worker about one scan are found by one id.
"""

import logging
import sys
from collections.abc import MutableMapping
from typing import Any, TextIO

import structlog

_SHARED: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]
_QUIET = ("rq.worker", "rq.cron", "rq.queue", "alembic", "_granian")


def configure_logs(level: str = "INFO", *, plain: bool = False) -> None:
    """Send our own lines and those of the libraries through one writer; safe to repeat.

    plain: sentences instead of JSON.
    """
    structlog.configure(
        processors=[*_SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    root = logging.getLogger()
    if not any(isinstance(handler, _Lines) for handler in root.handlers):
        root.addHandler(_Lines(_sentence if plain else _JSON))
    root.setLevel(level)
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)


def logger(name: str) -> Any:
    """The logger of one module: `log.info("feed numbered", rows=3)`."""
    return structlog.stdlib.get_logger(name)


def _sentence(_logger: Any, _name: str, event: MutableMapping[str, Any]) -> str:
    """`warning: child started again (child web, pid 4711)`"""
    trace = event.pop("exception", "")
    facts = [f"{name} {value}" for name, value in event.items() if name not in _NOT_SAID]
    said = f"{event.get('level', 'info')}: {event.get('event', '')}"
    return said + (f" ({', '.join(facts)})" if facts else "") + (f"\n{trace}" if trace else "")


_NOT_SAID = frozenset({"level", "event", "logger", "timestamp"})
_JSON = structlog.processors.JSONRenderer(ensure_ascii=False, default=str)


class _Lines(logging.StreamHandler[TextIO]):
    """Writes to whatever standard error is at that moment."""

    def __init__(self, render: Any) -> None:
        logging.Handler.__init__(self)
        self.setFormatter(
            structlog.stdlib.ProcessorFormatter(
                foreign_pre_chain=_SHARED,
                processors=[
                    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                    structlog.processors.format_exc_info,
                    render,
                ],
            )
        )

    @property
    def stream(self) -> TextIO:  # type: ignore[override]
        return sys.stderr
