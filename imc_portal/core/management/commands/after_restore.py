"""After the database was restored from a copy: let nothing leave twice.

Run it before any worker starts. Without --accepted it holds back what had not ended when the copy was made;
with the mail server's log since then (any text with Message-IDs, `-` for standard input) it counts as sent
what that lists and lets the rest go.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import sys
from argparse import ArgumentParser, ArgumentTypeError
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from imc_portal.core.outbox import restored


class Command(BaseCommand):
    """`after_restore`: exit status 0 done, 1 the log cannot be read."""

    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        """When the copy was made, and what left since."""
        parser.add_argument(
            "--dumped-at", required=True, type=_moment, help="as in 2026-11-23T02:00:00+00:00"
        )
        parser.add_argument("--accepted", metavar="FILE", help="the mail server's log since then, or -")
        parser.add_argument("--format", choices=["text", "json"], default="text")

    def handle(self, *args: Any, **options: Any) -> None:
        """Hold back, or compare; the counts on standard output."""
        copied_at: dt.datetime = options["dumped_at"]
        if options["accepted"] is None:
            told = {"held": restored.hold_back(copied_at=copied_at)}
        else:
            accepted = restored.read_log(_lines(options["accepted"]))
            done = restored.compare(copied_at=copied_at, accepted=accepted, source="the mail server's log")
            told = dataclasses.asdict(done)
        if options["format"] == "json":
            self.stdout.write(json.dumps(told))
        else:
            for name, count in told.items():
                self.stdout.write(f"{count:7} {WORDS[name]}")


WORDS = {
    "held": "messages held back; now run it again with --accepted",
    "listed": "Message-IDs in the log",
    "sent": "messages count as sent: the log lists them",
    "released": "messages go on: the log does not list them",
    "held_by_people": "messages stay held back, as people decided",
}


def _lines(name: str) -> list[str]:
    try:
        text = sys.stdin.read() if name == "-" else Path(name).read_text(encoding="utf-8", errors="replace")
    except OSError as problem:
        raise CommandError(f"{name}: {problem.strerror}") from problem
    return text.splitlines()


def _moment(text: str) -> dt.datetime:
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"{text!r}: write it as 2026-11-23T02:00:00+00:00") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
