"""seed_demo: the demo case on the real communes of the Jura, built through the services."""

from __future__ import annotations

import json
import secrets
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from imc_portal.core.models import User
from meetings.sample import calls, ground, market, people, stages

#: Known to everybody, so only ever used where the demo runs for its own visitor.
DEMO_PASSWORD = "winter-service-2026"  # noqa: S105  # printed by `make demo`


class Command(BaseCommand):
    """Municipalities are real, people fictitious; later stages contain the earlier ones."""

    help = (
        "Fill an empty portal with the demo case, up to a stage. Later stages contain the earlier ones; "
        "“complete” adds a second case in Canada (five municipalities on both banks of a river, two "
        "languages, two time zones), from the need to the hand-over."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The stage to reach, and the seed of the illustrative figures."""
        parser.add_argument(
            "--stage", choices=stages.STAGES, default="informal", help="How far the story is told."
        )
        parser.add_argument(
            "--seed", type=int, default=1, help="The same number gives the same illustrative figures."
        )
        parser.add_argument("--format", choices=("text", "json"), default="text")

    def handle(self, *args: Any, **options: Any) -> None:
        """All of it or nothing; refused where people have already begun to work."""
        if User.objects.exists():
            raise CommandError("There are people in this portal already: the demo fills an empty one only.")
        password = DEMO_PASSWORD if settings.DEMO else secrets.token_urlsafe(12)
        with transaction.atomic():
            ground.lay()
            cast = stages.make_people(options["stage"], password)
            calls.record()
            market.open_market()
        case = stages.play(options["stage"], seed=options["seed"])
        logins = [
            {"email": login.email, "password": password, "who": people.describe(login)} for login in cast
        ]
        self._note(logins)
        self._report(options, logins, stages.first_look(case))

    def _report(self, options: dict[str, Any], logins: list[dict[str, str]], path: str) -> None:
        if options["format"] == "json":
            self.stdout.write(json.dumps({"stage": options["stage"], "logins": logins, "start": path}))
            return
        self.stdout.write(f"The demo stands at the stage “{options['stage']}”. Begin at {path}")
        for login in logins:
            self.stdout.write(f"  {login['email']:38} {login['password']:22} {login['who']}")

    def _note(self, logins: list[dict[str, str]]) -> None:
        """Where `make demo` reads the logins from when it starts again."""
        if settings.DEMO:
            lines = [f"{login['email']:38} {login['password']:22} {login['who']}" for login in logins]
            settings.VAR_DIR.mkdir(parents=True, exist_ok=True)
            (settings.VAR_DIR / "demo_logins.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
