"""Logs that tell what happened and to which key, and nothing of anybody: no address, no name, no secret.

Every record goes through the standard library's logging, so those of libraries look the same as our own. The
last step before a line is written takes out what must not stand there, wherever it came from.
"""

from __future__ import annotations

import logging
import re
import sys
import traceback
from collections.abc import Iterator, MutableMapping
from types import TracebackType
from typing import Any

import structlog
from structlog.typing import Processor

FORMATS = ("json", "text")
GONE = "…"
PLAIN = "%(asctime)s %(levelname)s %(name)s %(message)s"

#: (what, instead). None matches a quotation mark or a backslash, so that a line of JSON stays one.
PATTERNS = (
    # passwords in the addresses of engines
    (re.compile(r"([a-z][a-z0-9+.-]*://)[^\s/@\"'\\]*@", re.IGNORECASE), rf"\1{GONE}@"),
    # personal links, calendars, resets: who holds the token is let in
    (re.compile(r"(/(?:p|calendar|key|confirm-email|webhooks?)/)[\w:.=~-]{6,}"), rf"\1{GONE}"),
    # what was asked after an address
    (re.compile(r"((?:https?://|/)[^\s\"'\\?]*\?)[^\s\"'\\]+"), rf"\1{GONE}"),
    (re.compile(r"[\w.+!#$&*/=?^`{|}~-]+(?:@|%40)[\w-]+(?:\.[\w-]+)+"), f"{GONE}@{GONE}"),
    (
        re.compile(
            r"((?:authorization|cookie|passwor[dt]|passwd|pwd|secret|token|api[_-]?key|session_?id|signature)"
            r"[\w-]*[\\\"']{0,2}\s*[:=]\s*[\\\"']{0,2})(?:(?:bearer|basic|token)\s+)?[^\s,;\"'}\\]+",
            re.IGNORECASE,
        ),
        rf"\1{GONE}",
    ),
    (re.compile(r"\b(bearer|basic)\s+[\w.~+/=-]{8,}", re.IGNORECASE), rf"\1 {GONE}"),
    # PostgreSQL quotes the row that it refused
    (re.compile(r"DETAIL:(?:(?!\\n)[^\n\"])*"), f"DETAIL: {GONE}"),
)
#: Messages of these tell of machines; those of others may quote what a person typed.
OF_MACHINES = {
    "builtins.OSError",
    "builtins.ImportError",
    "django.db.utils.OperationalError",
    "psycopg.OperationalError",
    "redis.exceptions.RedisError",
}
#: Mail servers quote whom they do not know.
OF_PEOPLE = {"smtplib.SMTPException"}
QUOTED = re.compile(r"'[^'\n]+'|\"[^\"\n]+\"|“[^”\n]+”|«[^»\n]+»|\([^()\n]*\)")


def scrub(line: str, secrets: tuple[str, ...] = ()) -> str:
    """The line without addresses, tokens and secrets."""
    for secret in secrets:
        line = line.replace(secret, GONE)
    for pattern, instead in PATTERNS:
        line = pattern.sub(instead, line)
    return line


def discreet(problem: BaseException) -> str:
    """What an exception says, without what it may quote of a person."""
    words = str(problem)
    kinds = {f"{kind.__module__}.{kind.__qualname__}" for kind in type(problem).__mro__}
    return words if kinds & OF_MACHINES and not kinds & OF_PEOPLE else QUOTED.sub(GONE, words)


def told(problem: BaseException) -> str:
    """The whole traceback; of each exception in the chain only what is discreet."""
    text = "".join(traceback.format_exception(problem))
    for one in _chain(problem):
        if words := str(one):
            text = text.replace(words, discreet(one))
    return text


class Plain(logging.Formatter):
    """One line for a person at a terminal."""

    secrets: tuple[str, ...] = ()

    def format(self, record: logging.LogRecord) -> str:
        """As usual, without what must not stand there."""
        record.exc_text = None
        return scrub(super().format(record), self.secrets)

    def formatException(
        self,
        ei: tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None],
    ) -> str:
        """As above."""
        return told(ei[1]).rstrip() if ei[1] else ""


class OfTasks(logging.Filter):
    """Celery quotes the exception of a task that failed, and what it was given, in its own words."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Name the kind alone; the traceback beside it says the rest, discreetly."""
        if isinstance(record.args, dict) and "exc" in record.args:
            kind = record.exc_info[0].__name__ if record.exc_info and record.exc_info[0] else GONE
            record.args = {**record.args, "exc": kind, "args": GONE, "kwargs": GONE}
            record.__dict__.pop("data", None)
        return True


class Json(structlog.stdlib.ProcessorFormatter):
    """One line of JSON for a machine that collects them."""

    secrets: tuple[str, ...] = ()

    def __init__(self) -> None:
        super().__init__(
            foreign_pre_chain=_shared(),
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                _exceptions,
                structlog.processors.JSONRenderer(ensure_ascii=False, default=_keyed),
            ],
        )

    def format(self, record: logging.LogRecord) -> str:
        """As above."""
        return scrub(super().format(record), self.secrets)


def configuration(form: str, secrets: list[str]) -> dict[str, Any]:
    """Django's LOGGING for this form; `secrets` are taken out wherever they stand."""
    kept = tuple(secret for secret in secrets if len(secret) >= 6)
    Plain.secrets = Json.secrets = kept
    _configure()
    as_json = form == "json"
    console = {"class": "logging.StreamHandler", "formatter": "json" if as_json else "plain"}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"plain": {"()": Plain, "fmt": PLAIN}, "json": {"()": Json}},
        "filters": {"of_tasks": {"()": OfTasks}},
        "handlers": {"console": console},
        "root": {"handlers": ["console"], "level": "INFO"},
        "loggers": {
            # One of the two tells of a request that failed: as JSON the one that knows its id.
            "django.request": {"level": "CRITICAL" if as_json else "ERROR"},
            "django_structlog": {"level": "INFO" if as_json else "CRITICAL"},
            "gunicorn.error": {"handlers": ["console"], "propagate": False},
            "flufl.bounce": {"level": "WARNING"},
            "celery.app.trace": {"filters": ["of_tasks"]},
            "fontTools": {"level": "WARNING"},
            "weasyprint": {"level": "ERROR"},
            "botocore": {"level": "WARNING"},
        },
    }


def request_id() -> str:
    """Of the request that is being answered, for the person to quote."""
    return str(structlog.contextvars.get_contextvars().get("request_id", ""))


def _configure() -> None:
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_shared(),
            structlog.stdlib.PositionalArgumentsFormatter(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )


def _shared() -> list[Processor]:
    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _only_keys,
    ]


def _only_keys(logger: Any, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """What a browser says of itself tells of a person."""
    for name in ("user_agent", "ip"):
        event.pop(name, None)
    return event


def _exceptions(logger: Any, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Exceptions as text; those that are handed over as values too."""
    given = event.pop("exception", None)
    info = event.pop("exc_info", None)
    problem = _problem(info) or (given if isinstance(given, BaseException) else None)
    if problem is not None:
        event["exception"] = told(problem)
        if "error" in event:
            event["error"] = discreet(problem)
    return event


def _problem(info: Any) -> BaseException | None:
    if isinstance(info, BaseException):
        return info
    if isinstance(info, tuple):
        found: BaseException | None = info[1]
        return found
    return sys.exc_info()[1] if info else None


def _keyed(value: Any) -> str:
    """Of a record its key alone; of anything else its kind."""
    key = getattr(value, "pk", None)
    return f"{type(value).__name__}:{key}" if key is not None else f"<{type(value).__name__}>"


def _chain(problem: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while problem is not None and id(problem) not in seen:
        seen.add(id(problem))
        yield problem
        problem = problem.__cause__ or problem.__context__
