"""Verify every stored document against its checksum, now; the clock does it slowly all the time."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from imc_portal.core import documents
from meetings.services import stored


class Command(BaseCommand):
    """`check_documents`: exit status 0 all whole, 1 something is damaged or the store does not answer."""

    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        """How to report."""
        parser.add_argument("--format", choices=["text", "json"], default="text")

    def handle(self, *args: Any, **options: Any) -> None:
        """One whole round; what is damaged becomes an incident, what is whole again closes its own."""
        try:
            found = stored.look_at_all()
        except documents.StoreDown as problem:
            self.stderr.write(str(problem))
            raise SystemExit(1) from problem
        if options["format"] == "json":
            told = {"looked_at": found.looked_at, "damaged": found.damaged, "mended": found.mended}
            self.stdout.write(json.dumps(told))
        else:
            self.stdout.write(f"{found.looked_at:5} documents verified, {found.mended} incidents closed")
            for name in found.damaged:
                self.stdout.write(f"      damaged: {name}")
        if found.damaged:
            raise SystemExit(1)
