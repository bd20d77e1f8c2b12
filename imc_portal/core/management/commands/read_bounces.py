"""Read what came back now, as the clock does every minute."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from imc_portal.core import bounces

LABELS = {
    "read": "letters read",
    "came_back": "messages that came back",
    "delayed": "messages delayed on their way",
    "arrived": "messages that arrived",
    "complained": "messages called unwanted",
    "known": "reports known before",
    "nothing": "automatic replies and the like",
    "unmatched": "letters kept apart: not matched to a message",
    "unreadable": "letters kept apart: unreadable",
    "waiting": "letters still waiting",
}


class Command(BaseCommand):
    """`read_bounces`: exit status 0 done, 1 the mailbox could not be read to the end."""

    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        """How to report."""
        parser.add_argument("--format", choices=["text", "json"], default="text")

    def handle(self, *args: Any, **options: Any) -> None:
        """One run; the counts on standard output, what went wrong on standard error."""
        tally = bounces.read()
        counts = tally.counts()
        if options["format"] == "json":
            self.stdout.write(json.dumps(counts))
        else:
            for name, label in LABELS.items():
                self.stdout.write(f"{counts[name]:5} {label}")
        if tally.problem:
            self.stderr.write(tally.problem)
            raise SystemExit(1)
