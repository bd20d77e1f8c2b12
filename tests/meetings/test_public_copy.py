"""The public copy: elected members and heads by name, everybody else by role, in every file of it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from imc_portal.core.models import OutgoingEmail
from meetings.models import HandOver, NextStep, PartyPreparation
from meetings.package import public
from meetings.package.people import person
from partners.models import Case
from tests import makers
from tests.meetings import packages, scenes

#: Long enough not to be met by chance among the compressed bytes of a PDF.
EMAIL = re.compile(r"[\w.+-]{2,}@[\w-]{2,}\.[A-Za-z]{2,}[\w.-]*", re.ASCII)


@pytest.fixture(scope="module")
def one_scene(standing: None) -> scenes.Scene:
    """A case in whose texts people are named."""
    made = packages.make_scene()
    NextStep.objects.update(action="Ask Otto  Official, or PRIVAT, Paula; else otto@birk.example")
    makers.make_contact(made.birk.municipality, office="legal", name="Lena Legal", email="lena@birk.example")
    PartyPreparation.objects.update(legal_basis="As Lena Legal and Mrs Official read art. 5")
    Case.objects.filter(pk=made.case.pk).update(title="Waste, as Lena Legal proposed")
    made.case.refresh_from_db()
    return made


def words(files: dict[str, bytes], folder: Path) -> str:
    """Everything that the files say, the words and metadata of the PDF included."""
    told = [packages.pdf_text(files["case.pdf"], folder)]
    told += [content.decode(errors="replace") for name, content in files.items() if name != "case.pdf"]
    told += [*files, files["case.pdf"].decode("latin-1")]
    return "\n".join(told)


@pytest.mark.slow
def test_no_address_and_no_other_name_stands_anywhere(scene: scenes.Scene, tmp_path: Path) -> None:
    full = words(packages.unpack(packages.make(scene)), tmp_path)
    names = (*packages.PRIVATE, "Lena Legal", "Lea Alder")
    for name in ("Paula Privat", "Otto Official", "Lena Legal", "Clara Clerk"):
        assert name in full
    assert EMAIL.search(full)
    told = words(packages.unpack(packages.make(scene, kind="public")), tmp_path)
    for name in names:
        assert name.casefold() not in told.casefold(), name
    for alone in ("Privat", "Official,", "Mrs Official"):
        assert alone not in told
    assert [found for found in EMAIL.findall(told) if not found.endswith((".pdf", "x"))] == []
    assert packages.MAYOR in told


@pytest.mark.slow
def test_papers_and_letters_are_left_out_and_the_index_says_so(scene: scenes.Scene) -> None:
    files = packages.unpack(packages.make(scene, kind="public"))
    assert not [name for name in files if "/" in name]
    known = json.loads(files["case.json"])
    assert {one["file"] for one in known["documents"]} == {None}
    assert {one["kind"] for one in known["documents"]} == {"proposal", "agenda"}
    for name in ("INDEX.txt", "index.html"):
        assert "left out" in files[name].decode()
        assert "named" in files[name].decode()


def test_others_are_told_by_role(scene: scenes.Scene) -> None:
    known = packages.facts(scene, "public")
    assert known["next_steps"][0]["who"] == {"name": None, "role": "for Birk", "office": "", "email": None}
    official = known["for_legal_check"][0]["municipalities"][-1]["designated_official"]
    assert (official["name"], official["role"]) == (None, "head of legal services")
    assert known["made_by"]["name"] is None
    assert all(one["contact"]["email"] is None for one in known["participants"] if one["contact"])
    mayor = next(one for one in known["participants"] if one["name"] == "Birk")["contact"]
    assert mayor["name"] == scene.birk.contact.name  # type: ignore[union-attr]  # makers give one


def test_somebody_who_is_both_is_named(scene: scenes.Scene) -> None:
    scene.lead.name = packages.MAYOR
    scene.lead.save()
    assert packages.facts(scene, "public")["made_by"]["name"] == packages.MAYOR


def test_a_public_copy_does_not_move_the_case_and_waits_for_the_same_gate(
    scene: scenes.Scene, client: Client
) -> None:
    packages.make(scene, kind="public")
    scene.case.refresh_from_db()
    assert scene.case.state == "ratification"
    package = HandOver.objects.get()
    client.force_login(scene.lead)
    name = client.get(package.get_absolute_url()).headers["content-disposition"]
    assert "public-copy" in name
    assert "lena-legal" not in name.casefold()
    assert "public copy" in client.get(reverse("meetings:handover", args=[scene.case.pk])).content.decode()


def mask(text: str, *names: str, places: str = "") -> str:
    """The text as the public copy shows it."""
    return public.Mask(names, set(places.casefold().split()))(text)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Ask Anna Weber.", "Ask [name left out]."),
        ("Ask ANNA WEBER", "Ask [name left out]"),
        ("Weber, Anna", "[name left out]"),
        ("Anna\u00a0Weber", "[name left out]"),
        ("Anna\nWeber", "[name left out]"),
        ("Mrs Weber said", "Mrs [name left out] said"),
        ("the weber of cloth", "the weber of cloth"),
        ("Webern is a village", "Webern is a village"),
        ("anna.weber@birk.example", "[e-mail address left out]"),
        ("<a@b.example>, c@d.example", "<[e-mail address left out]>, [e-mail address left out]"),
        ("Anna-Weber-Straße", "[name left out]-Straße"),
        ("nobody", "nobody"),
    ],
)
def test_what_is_masked(text: str, shown: str) -> None:
    assert mask(text, "Anna Weber") == shown


def test_a_name_that_is_a_place_stays_where_it_is_the_place() -> None:
    assert mask("Alder and Anna Alder", "Anna Alder", places="Alder") == "Alder and [name left out]"


def test_what_stands_in_brackets_is_no_part_of_a_name() -> None:
    assert mask("Jeanne Modèle came", "Jeanne Modèle (fictitious)") == "[name left out] came"
    assert mask("all are fictitious", "Jeanne Modèle (fictitious)") == "all are fictitious"


def test_names_of_other_scripts_are_masked() -> None:
    assert mask("سأل ليلى حداد اليوم", "ليلى حداد") == "سأل [name left out] اليوم"
    assert mask("Олена Коваль каже", "Олена Коваль") == "[name left out] каже"
    assert mask("O'Neil (Jr.) asks", "Pat O'Neil") == "[name left out] (Jr.) asks"


def test_a_name_of_regular_signs_breaks_nothing() -> None:
    assert mask("a (b) c", "((( [", "*** +++") == "a (b) c"
    assert person("", "") is None


def test_letters_about_packages_are_in_no_package(scene: scenes.Scene) -> None:
    OutgoingEmail.objects.filter(state="sent").update(key="receiver:x")
    assert not [one for one in packages.facts(scene)["documents"] if one["kind"] == "letter"]
