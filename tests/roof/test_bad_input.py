"""Bad input, row by row through pages and commands: a clear message, status 4xx, and nothing half written.

Files of reference data have their own list in tests/partners/test_import_problems.py; here each kind of
fault goes once through the curator's page and once through the command line.
"""

from __future__ import annotations

import datetime as dt
import json
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from imc_portal.core import links
from imc_portal.core.models import PersonalLink, User
from partners.models import OfficeHolder, Participant
from tests import makers
from tests.counted import rows
from tests.doors import TABLE
from tests.meetings.scenes import make_scene
from tests.world import World

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
HEADER = "code,name,population,lat,lon"
NEIGHBOUR = "a,b,km"


def client_of(user: User) -> Client:
    client = Client(raise_request_exception=True)
    client.force_login(user)
    return client


# --- files ----------------------------------------------------------------------------------------------

GEOMETRY = {"type": "Polygon", "coordinates": [[[5, 46], [5, 47]]]}
COLLECTION = {"type": "FeatureCollection"} | {
    "features": [{"type": "Feature", "properties": {"code": "1"}, "geometry": GEOMETRY}]
}
#: name: (kind, content, a word of the message)
FILES: dict[str, tuple[str, bytes, str]] = {
    "wrong type": ("municipalities", f"{HEADER}\n1,A,many,46,5\n".encode(), "Not a whole number."),
    "missing column": ("municipalities", b"code,name,lat,lon\n1,A,46,5\n", "population"),
    "duplicate code": ("municipalities", f"{HEADER}\n1,A,5,46,5\n1,B,6,46,5\n".encode(), "line 2"),
    "unknown municipality": ("neighbours", f"{NEIGHBOUR}\n1,404,2.5\n".encode(), "404"),
    "outside the globe": ("municipalities", f"{HEADER}\n1,A,5,91,5\n".encode(), "Latitude lies between"),
    "negative population": ("municipalities", f"{HEADER}\n1,A,-5,46,5\n".encode(), "A negative number."),
    "latin-1": ("municipalities", f"{HEADER}\n1,Épinal,5,46,5\n".encode("latin-1"), "UTF-8"),
    "broken GeoJSON": ("boundaries", json.dumps(COLLECTION).encode()[:-20], "cut off"),
    "broken outline": ("boundaries", json.dumps(COLLECTION).encode(), "1"),
    "NUL byte": ("municipalities", f"{HEADER}\n1,A\0,5,46,5\n".encode(), "character that cannot be shown"),
    "nothing": ("municipalities", b"", "empty"),
}


@pytest.mark.parametrize("fault", FILES)
def test_a_bad_file_on_the_page_is_told_and_changes_nothing(fault: str) -> None:
    kind, content, words = FILES[fault]
    curator = client_of(makers.make_user("Curator", is_staff=True))
    before = rows()
    name = "file.geojson" if kind == "boundaries" else "file.csv"
    data = {"kind": kind, "country": "FR", "source": "S", "file": SimpleUploadedFile(name, content)}
    answer = curator.post(reverse("partners:import_data"), data)
    assert answer.status_code == 400
    assert words in answer.content.decode()
    assert rows() == before


@pytest.mark.parametrize("fault", FILES)
def test_a_bad_file_on_the_command_line_is_told_and_changes_nothing(fault: str, tmp_path: Path) -> None:
    kind, content, words = FILES[fault]
    before = rows()
    file = tmp_path / ("file.geojson" if kind == "boundaries" else "file.csv")
    file.write_bytes(content)
    command = "import_neighbours" if kind == "neighbours" else "import_municipalities"
    with pytest.raises(CommandError) as refusal:
        call_command(command, str(file), country="FR")
    assert refusal.value.returncode == 1
    assert words in str(refusal.value)
    assert "Nothing was imported." in str(refusal.value)
    assert rows() == before


def test_200_megabytes_are_turned_away_before_they_are_read() -> None:
    curator = client_of(makers.make_user("Curator", is_staff=True))

    class Endless:
        """Says that it is 200 MB; nobody should read it."""

        def read(self, size: int = -1) -> bytes:
            raise AssertionError("it was read")

        readline = read

    announced: dict[str, Any] = {"CONTENT_LENGTH": str(200 * 1024 * 1024), "wsgi.input": Endless()}
    kind = "multipart/form-data; boundary=x"
    answer = curator.generic("POST", reverse("partners:import_data"), b"", content_type=kind, **announced)
    assert answer.status_code == 413
    assert "too large" in answer.content.decode()


# --- forms: status, message beside the field, nothing lost, nothing written --------------------------------

LONG = "x" * 5001
TOMORROW = {"time": "10:00", "minutes": "90", "place": "Hall", "agenda": "Welcome", "late_anyway": "on"}
NEED = {
    "function": "ADM-TAX",
    "kind": "performance",
    "severity": "2",
    "statement": "Too small.",
    "evidence": "x",
}
#: name: (page, who, what was typed, words of the message, what stays typed)
FORMS: dict[str, tuple[str, str, dict[str, str], str, str]] = {
    "a meeting in the past": (
        "meetings:edit", "focal", TOMORROW | {"date": "2020-01-06"}, "in the past", "Welcome",
    ),
    "an hour that does not exist": (
        "meetings:edit", "focal", TOMORROW | {"date": "2027-03-28", "time": "02:30"},
        "does not exist", "Welcome",
    ),
    "a script as video link": (
        "meetings:edit", "focal", TOMORROW | {"date": "2027-03-15", "online_url": "javascript:alert(1)"},
        "valid URL", "Welcome",
    ),
    "a day that does not exist": (
        "meetings:edit", "focal", TOMORROW | {"date": "2027-02-30"}, "valid date", "Welcome",
    ),
    "a reason of 5,001 characters": (
        "meetings:cancel", "focal", {"reason": LONG}, "at most 500", LONG[:100],
    ),
    "a need of 5,001 characters": (
        "partners:need_create", "focal", NEED | {"statement": LONG}, "at most", LONG[:100],
    ),
    "a need in an unknown function": (
        "partners:need_create", "focal", NEED | {"function": "NO-SUCH"}, "valid choice", "Too small.",
    ),
    "a negative cost": (
        "partners:need_create", "focal", NEED | {"annual_cost": "-4", "baseline-annual_cost": "-4"},
        "greater than or equal to 0", "Too small.",
    ),
    "a contact in the future": (
        "partners:contact_log", "focal",
        {"at": "2099-01-01T10:00", "channel": "phone", "result": "open", "summary": "Hello there"},
        "in the past", "Hello there",
    ),
    "an address that is none": (
        "partners:contact_add", "partner",
        {"office": "mayor", "name": "Somebody Else", "email": "nowhere", "language": "en"},
        "valid email address", "Somebody Else",
    ),
    "a waiver by nobody": (
        "meetings:waive", "focal", {"by": "", "how": "By telephone"}, "required", "By telephone",
    ),
    "a reply without a delegate": (
        "personal:reply", "link", {"reply": "coming", "delegate_name": "", "text": "Gladly"},
        "required", "Gladly",
    ),
}  # fmt: skip


@pytest.mark.parametrize("fault", FORMS)
def test_a_refused_form_comes_back_with_all_that_was_typed(fault: str, world: World) -> None:
    page, who, typed, words, kept = FORMS[fault]
    client = Client() if who == "link" else client_of(world.people[who])
    url = reverse(page, kwargs=TABLE[page][1](world))
    if page == "partners:need_create":
        typed = typed | {"municipality": str(world.a.pk)}
    if page == "personal:reply":
        invitation: Any = world.made["invitation_informal_Bracon"]
        typed = typed | {"invitation": str(invitation.pk)}
    before = rows()
    answer = client.post(url, typed)
    text = answer.content.decode()
    assert answer.status_code == 422, text[:300]
    assert words in text
    assert kept in text
    assert rows() == before


# --- commands: back to the page with a message -----------------------------------------------------------


def test_a_reason_that_is_too_long_is_refused_in_words(world: World) -> None:
    client = client_of(world.people["lead"])
    area: Any = world.made["area"]
    before = rows()
    back = reverse("partners:areas", args=[world.case.pk])
    url = reverse("partners:area_set_aside", args=[world.case.pk, area.pk])
    answer = client.post(url, {"reason": LONG}, headers={"referer": f"http://testserver{back}"})
    assert answer.status_code == 302
    assert "At most 500 characters, please: the reason has 5001." in client.get(back).content.decode()
    assert rows() == before
    area.refresh_from_db()
    assert area.state == "agreed"


def test_a_recipient_without_address_is_refused_in_words() -> None:
    scene = make_scene(1)
    other = makers.make_contact(scene.birk.municipality, office="deputy", email="", verified_at=None)
    client = client_of(scene.focal)
    back = reverse("partners:contacts", args=[scene.case.pk])
    client.post(
        reverse("partners:recipient", args=[scene.case.pk, scene.birk.pk]),
        {"contact": other.pk},
        headers={"referer": f"http://testserver{back}"},
    )
    assert "address" in client.get(back).content.decode()
    assert Participant.objects.get(pk=scene.birk.pk).contact == scene.birk.contact
    assert OfficeHolder.objects.filter(email="").count() == 1


# --- links ------------------------------------------------------------------------------------------------


def expire(link: PersonalLink) -> None:
    PersonalLink.objects.filter(pk=link.pk).update(expires_at=timezone.now() - dt.timedelta(seconds=1))


def revoke(link: PersonalLink) -> None:
    PersonalLink.objects.filter(pk=link.pk).update(revoked_at=timezone.now())


def nothing(link: PersonalLink) -> None:
    return


LINKS: dict[str, tuple[Callable[[PersonalLink], None], str, int, str]] = {
    "expired": (expire, "{}", 410, "link"),
    "revoked": (revoke, "{}", 410, "closed this link"),
    "altered": (nothing, "A{}", 404, "does not open"),
    "cut": (nothing, "{:.20}", 404, "does not open"),
    "very long": (nothing, "{}" + "A" * 3000, 404, "does not open"),
}
BY_LINK = sorted(name for name in TABLE if name.startswith("personal:"))


@pytest.mark.parametrize("name", BY_LINK)
@pytest.mark.parametrize("fault", LINKS)
def test_a_dead_link_says_so_and_does_nothing(fault: str, name: str, world: World) -> None:
    change, shape, status, words = LINKS[fault]
    link = world.link
    if name.startswith("personal:package"):
        link = PersonalLink.objects.get(purpose="receiver", subject=world.made["receiver"].pk)  # type: ignore[attr-defined]  # kept as objects
    change(link)
    kwargs = TABLE[name][1](world) | {"token": shape.format(links.token_of(link))}
    method = TABLE[name][0]
    before = rows()
    for way in ("get", "post") if method == "FORM" else (method.lower(),):
        answer = getattr(Client(), way)(reverse(name, kwargs=kwargs))
        assert answer.status_code == status
        assert words in answer.content.decode()
        assert world.case.title not in answer.content.decode()
    assert rows() == before


# --- addresses and bytes that no page ever made ---------------------------------------------------


@pytest.mark.parametrize("name", sorted(TABLE))
def test_unknown_keys_are_not_found(name: str, world: World) -> None:
    """Every page and command that names a record, asked for one that is not there."""
    method, arguments, _letters = TABLE[name]
    kwargs = arguments(world)
    if not kwargs:
        return
    client = client_of(world.people["lead"])
    for key, value in kwargs.items():
        wrong: Any = uuid.uuid4() if isinstance(value, uuid.UUID) else {"number": 99}.get(key, "nowhere")
        if isinstance(value, int) and key != "number":
            wrong = 10**12
        url = reverse(name, kwargs=kwargs | {key: wrong})
        answer = client.post(url) if method == "POST" else client.get(url)
        assert answer.status_code == 404, f"{key}: {answer.status_code}"


def test_an_unknown_kind_of_meeting_is_not_found(world: World) -> None:
    client = client_of(world.people["lead"])
    url = reverse("meetings:plan", kwargs={"case": world.case.pk, "kind": "secret"})
    for answer in (client.get(url), client.post(url, TOMORROW)):
        assert answer.status_code == 404


@pytest.mark.parametrize("path", ["/cases/1/", "/cases/not-a-uuid/", "/meetings/%20/", "/needs/%F0%9F/"])
def test_addresses_that_name_nothing_are_not_found(path: str, world: World) -> None:
    assert client_of(world.people["lead"]).get(path).status_code == 404


def test_a_form_that_names_nothing_of_ours_is_not_found(world: World) -> None:
    for paper in ("", "not-a-uuid", str(uuid.uuid4())):
        answer = Client().post(reverse("personal:waive", args=[world.token]), {"paper": paper})
        assert answer.status_code == 404


@pytest.mark.parametrize("name", sorted(TABLE))
def test_a_nul_byte_is_never_a_server_error(name: str, world: World) -> None:
    method, arguments, _letters = TABLE[name]
    kwargs = arguments(world)
    client = client_of(world.people["curator" if name == "partners:import_data" else "lead"])
    before = rows()
    url = reverse(name, kwargs=kwargs)
    if method in ("GET", "FORM"):
        # Whether the process lives is answered before anything of the question is read.
        expected = 200 if name == "healthz" else 400
        assert client.get(url, {"q": "a\0b", "member": "\0"}).status_code == expected
    if method in ("POST", "FORM"):
        fields = ("reason", "name", "text", "function", "why", "chosen", "title", "kind")
        typed = dict.fromkeys(fields, "a\0b")
        assert 400 <= client.post(url, typed).status_code < 500
    for key, value in kwargs.items():
        if isinstance(value, str) and key != "country":  # a slug, which holds nothing of the kind
            damaged = reverse(name, kwargs=kwargs | {key: f"{value}\0"})
            answer = client.post(damaged) if method == "POST" else client.get(damaged)
            assert answer.status_code == 400
    assert rows() == before
