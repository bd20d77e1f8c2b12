"""Names are found without accents, capitals and hyphens, whoever wrote them down."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from partners.models import ExistingCooperation, Municipality
from partners.models.names import fold
from tests import makers

pytestmark = pytest.mark.django_db

NAMES = {
    "Besançon": "besancon",
    "Hauts de Bienne": "hauts de bienne",
    "Lons-le-Saunier": "lons le saunier",
    "L'Étoile": "l etoile",
    "L’Abergement": "l abergement",
    "Cœur du Jura": "coeur du jura",
    "Škofja Loka": "skofja loka",
    "Łódź": "lodz",
    "Tromsø": "tromso",
    "Đakovo": "dakovo",
    "Groß-Gerau": "gross gerau",
    "İstanbul": "istanbul",
    "Ærø": "aero",
    "Saint-Denis (La Réunion)": "saint denis la reunion",
    "  10e/11e  ": "10e 11e",
    "Θεσσαλονίκη": "θεσσαλονικη",
    "Київ": "київ".replace("ї", "і"),
    "": "",
}


@pytest.mark.parametrize("name", NAMES)
def test_python_and_the_database_fold_alike(name: str) -> None:
    assert fold(name) == NAMES[name]
    town = makers.make_municipality(name or " ")
    assert Municipality.objects.get(pk=town.pk).search_name == NAMES[name]
    kept = ExistingCooperation.objects.create(country="FR", code="X", name=name)
    assert ExistingCooperation.objects.get(pk=kept.pk).search_name == NAMES[name]


@pytest.mark.parametrize("typed", ["Besancon", "BESANÇON", "besanc", "saint etienne", "Saint-Étienne"])
def test_the_list_finds_by_folded_names(typed: str) -> None:
    makers.make_municipality("Besançon")
    makers.make_municipality("Saint-Étienne")
    makers.make_municipality("Dole")
    client = Client()
    client.force_login(makers.make_user())
    page = client.get(reverse("partners:municipality_list"), {"q": typed}).content.decode()
    assert ("Besançon" in page, "Saint-Étienne" in page) in {(True, False), (False, True)}
    assert ">Dole<" not in page


def test_a_new_name_is_found_and_the_old_one_no_longer() -> None:
    town = makers.make_municipality("Vieux-Nom")
    Municipality.objects.filter(pk=town.pk).update(name="Nouveau-Nom")
    assert not Municipality.objects.filter(search_name__contains=fold("vieux nom")).exists()
    assert Municipality.objects.get(search_name=fold("Nouveau Nom")) == town
