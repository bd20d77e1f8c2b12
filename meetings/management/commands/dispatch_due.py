"""Call meetings and send their papers now, as the clock does every few seconds."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from meetings.services import dispatch

LABELS = {
    "called": "meetings called",
    "papers": "papers added",
    "queued": "messages queued",
    "in_trouble": "recipients who cannot be reached (see the post room)",
    "marked_sent": "recipients who now have the proposal",
    "told": "recipients told of a change",
}


class Command(BaseCommand):
    """`dispatch_due`: exit status 0 done, 1 somebody cannot be reached."""

    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        """How to report."""
        parser.add_argument("--format", choices=["text", "json"], default="text")

    def handle(self, *args: Any, **options: Any) -> None:
        """One run; the counts on standard output."""
        report = dispatch.dispatch_due()
        if options["format"] == "json":
            self.stdout.write(json.dumps(report.counts))
        else:
            for name, count in report.counts.items():
                self.stdout.write(f"{count:5} {LABELS[name]}")
        if report.in_trouble:
            raise SystemExit(1)
