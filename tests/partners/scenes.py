"""Towns, and a case with neighbours around it, for the tests of this room."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from imc_portal.core.audit import Actor
from imc_portal.core.models import User
from partners.models import Case, Municipality
from partners.services import areas
from tests import makers


def square(west: float, south: float) -> dict[str, Any]:
    """An outline of a tenth of a degree."""
    east, north = west + 0.1, south + 0.1
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


def make_town() -> Municipality:
    """A municipality with an outline, and so with a map."""
    outline = square(5.5, 46.6)
    return makers.make_municipality("Arlay-le-Haut", latitude=46.65, longitude=5.55, boundary=outline)


def neighbour_of(town: Municipality, name: str, **fields: Any) -> Municipality:
    """One more municipality at the town's border."""
    other = makers.make_municipality(name, **fields)
    makers.make_neighbours(town, other)
    return other


@dataclass
class Scene:
    """A town with three neighbours of different size and one farther off, and its case."""

    town: Municipality
    small: Municipality
    large: Municipality
    third: Municipality
    far: Municipality
    focal: User
    lead: User
    reader: User
    case: Case

    def url(self, name: str, **kwargs: Any) -> str:
        """A page of the case."""
        return reverse(f"partners:{name}", kwargs={"pk": self.case.pk} | kwargs)

    def get(
        self, name: str, query: str = "", *, user: User | None = None, status: int = 200, **kwargs: Any
    ) -> str:
        """The page as the person sees it."""
        answer = self.client(user).get(self.url(name, **kwargs) + query)
        assert answer.status_code == status, answer.content[:800]
        return answer.content.decode()

    def post(
        self, name: str, data: dict[str, Any], query: str = "", *, user: User | None = None, **kwargs: Any
    ) -> Any:
        """What comes of the act."""
        url = self.url(name, **kwargs) + query
        return self.client(user).post(url, data, headers={"referer": "http://testserver/cases/"})

    def client(self, user: User | None = None) -> Client:
        """A browser of the person, by default the focal point."""
        client = Client()
        client.force_login(user or self.focal)
        return client

    def statements(self, name: str, query: str = "", **kwargs: Any) -> int:
        """How often the page asks the database, the second time."""
        client, url = self.client(), self.url(name, **kwargs) + query
        client.get(url)
        with CaptureQueriesContext(connection) as captured:
            assert client.get(url).status_code == 200
        return len(captured)


def scene() -> Scene:
    """The case stands where partners are chosen."""
    town = makers.make_municipality("Arlay", latitude=46.65, longitude=5.55, boundary=square(5.5, 46.6))
    spots = {
        "Bois": (300, 5.6, 46.6),
        "Champ": (9000, 5.4, 46.6),
        "Dole": (3100, 5.5, 46.7),
        "Etrez": (2500, 5.6, 46.9),
    }
    others = {
        name: makers.make_municipality(
            name,
            population=population,
            latitude=south + 0.05,
            longitude=west + 0.05,
            boundary=square(west, south),
            county_name="Ain" if name == "Etrez" else "Jura",
            county="01" if name == "Etrez" else "39",
        )
        for name, (population, west, south) in spots.items()
    }
    for name in ("Bois", "Champ", "Dole"):
        makers.make_neighbours(town, others[name])
    focal = makers.make_member(town)
    case = makers.make_case(town, actor=focal)
    areas.agree_area(area=case.areas.get(), actor=Actor.portal())
    Case.objects.filter(pk=case.pk).update(state=Case.State.AREAS_SCREENED)
    case.refresh_from_db()
    return Scene(
        town,
        others["Bois"],
        others["Champ"],
        others["Dole"],
        others["Etrez"],
        focal,
        makers.make_member(town, "lead"),
        makers.make_member(town, "reader"),
        case,
    )
