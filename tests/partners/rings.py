"""Eight municipalities close to each other, for the tests of the private yes."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

from django.test import Client

from imc_portal.core.audit import Actor
from imc_portal.core.models import OutgoingEmail, User
from partners.models import Function, Municipality, ProbeQuestion
from partners.services import probes
from tests import makers

NAMES = ("Amont", "Beffia", "Cressia", "Dompierre", "Écrille", "Fontenu", "Graye", "Hautecour")
TOKEN = re.compile(rb'name="csrfmiddlewaretoken" value="[^"]+"')


@dataclass
class Ring:
    """Eight municipalities close to each other; A asks, B is asked, C looks on."""

    towns: list[Municipality]
    people: dict[str, User]
    function: Function

    def __getattr__(self, letter: str) -> Municipality:
        return self.towns["abcdefgh".index(letter)]

    def ask(self, *others: Municipality, by: str = "a", now: dt.datetime | None = None) -> None:
        probes.ask(
            municipality=getattr(self, by),
            others=others,
            function=self.function,
            actor=Actor.person(self.people[by]),
            now=now,
        )

    def answer(self, *yes: Municipality, by: str = "b", now: dt.datetime | None = None) -> None:
        question = ProbeQuestion.objects.get(municipality=getattr(self, by), answered_at=None)
        probes.answer(
            question=question,
            interested=[town.pk for town in yes],
            actor=Actor.person(self.people[by]),
            now=now,
        )

    def mails(self, who: str) -> list[str]:
        found = OutgoingEmail.objects.filter(to_address=self.people[who].email).order_by("created_at")
        return [email.subject for email in found]


def make_ring() -> Ring:
    """Each of the eight stands in the circle of every other."""
    towns = [
        makers.make_municipality(name, latitude=46.5 + n % 3 / 100, longitude=5.6 + n / 100)
        for n, name in enumerate(NAMES)
    ]
    people = {
        letter: makers.make_member(town, name=f"Focal of {town.name}")
        for letter, town in zip("abc", towns, strict=False)
    }
    people["reader"] = makers.make_member(towns[0], "reader")
    people["curator"] = makers.make_user(is_staff=True, is_superuser=True)
    return Ring(towns, people, Function.objects.get(pk="ECO-ROA"))


def body(client: Client, url: str) -> bytes:
    """The page without what changes with every answer."""
    answer = client.get(url)
    assert answer.status_code == 200, url
    return TOKEN.sub(b"", answer.content)
