"""What the import commands share: their arguments, their report, their exit status."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from collections.abc import Mapping
from typing import Any, ClassVar

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from imc_portal.core.audit import Actor
from partners.imports import FileRefused, SourceFile
from partners.management.arguments import add_format, check_country
from partners.services.imports import ImportResult, country_of


class ImportCommand(BaseCommand):
    """Reads one file; exit status 0 done, 1 refused with reasons, 2 wrong usage. JSON alone on stdout."""

    suffixes: ClassVar[tuple[str, ...]] = (".csv", ".csv.gz")
    country_needed = True

    def add_arguments(self, parser: ArgumentParser) -> None:
        """FILE and the options that every import takes."""
        parser.add_argument("file", metavar="FILE", help=f"one of {', '.join(self.suffixes)}, UTF-8")
        parser.add_argument("--country", default="", required=self.country_needed, help="such as FR")
        parser.add_argument("--source", default="", help="where the facts come from, shown with them")
        parser.add_argument("--licence", default="", help="under which they may be used, shown with them")
        parser.add_argument("--dry-run", action="store_true", help="check and count, write nothing")
        add_format(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """Import, then report."""
        self._check_usage(options)
        try:
            with SourceFile.of_disk(options["file"]) as source:
                result = self.import_file(
                    source,
                    country=country_of(options["country"]),
                    origin=options["source"],
                    licence=options["licence"],
                    actor=Actor.portal(),
                    dry_run=options["dry_run"],
                )
        except FileRefused as refused:
            self._report_refusal(refused, options["format"])
        else:
            self._report(result, options["format"])

    def import_file(
        self,
        source: SourceFile,
        *,
        country: str,
        origin: str,
        licence: str,
        actor: Actor,
        dry_run: bool,
    ) -> ImportResult:
        """The service that does it."""
        raise NotImplementedError

    def _check_usage(self, options: Mapping[str, Any]) -> None:
        if not options["file"].lower().endswith(self.suffixes):
            raise CommandError(f"FILE: one of {', '.join(self.suffixes)} is needed", returncode=2)
        if options["country"]:
            check_country(options["country"])

    def _report(self, result: ImportResult, form: str) -> None:
        if result.ignored_columns:
            self.stderr.write(_("Columns ignored: %(names)s") % {"names": ", ".join(result.ignored_columns)})
        if form == "json":
            self.stdout.write(json.dumps(result.as_dict(), ensure_ascii=False))
            return
        words = _("%(kind)s, %(country)s: %(created)d new, %(updated)d changed, %(unchanged)d as before")
        self.stdout.write(words % result.as_dict())
        if result.links:
            self.stdout.write(_("%(links)d links in all") % {"links": result.links})
        if result.dry_run:
            self.stdout.write(_("Dry run: nothing was written."))

    def _report_refusal(self, refused: FileRefused, form: str) -> None:
        if form == "json":
            problems = [problem.as_dict() for problem in refused.problems]
            report = {"refused": True, "count": refused.count, "problems": problems}
            self.stdout.write(json.dumps(report, ensure_ascii=False))
        lines = [*refused.reasons, _("Nothing was imported.")]
        raise CommandError("\n".join(lines), returncode=1) from refused
