"""The French of the portal: complete, well typed, nothing English left on pages, letters and papers."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
import pytest_django
from babel.messages.catalog import Message
from babel.messages.pofile import read_po
from django.core.mail import EmailMessage
from django.db import transaction
from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext

from imc_portal import acts
from imc_portal.core.audit import Actor
from imc_portal.core.models import PersonalLink, User
from imc_portal.translations import ROOT
from meetings import emails
from meetings.models import Invitation
from meetings.package import report
from meetings.services import handover
from partners.models import OfficeHolder
from proposals.documents import content, engine
from tests import world as worlds
from tests.doors import TABLE
from tests.roof.reading import FILE, compile_all, said_by, typed
from tests.world import CAST, World

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
PO = ROOT / "locale" / "fr" / "LC_MESSAGES" / "django.po"
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%%s|\{\w+\}")
NO_BREAK = "\u00a0"
ACTOR = re.compile(r"^actor$|^Actor\.")
#: Words of every English sentence that no French one has.
ENGLISH = re.compile(
    r"\b(the|and|of|is|are|was|were|with|your|you|this|that|these|has|have|been|not|nobody|nothing|who|what"
    r"|when|which|why|how|from|by|it|its|their|they|we|our|to|for|or|yet|must|can|may|will|all|each|only"
    r"|first|again|still|answers?|meetings?|case|cases|areas?|needs?|municipalit(?:y|ies)|proposals?"
    r"|saved?|kept|open|functions?|body|bodies|office|recipients?|closed|draft|sent|yes|year)\b",
    re.IGNORECASE,
)
#: Said in English on purpose, or spelt alike in both languages.
ALIKE = (
    "Ranking", "FeatureCollection", "Feature", "features", "UTF-8", "Text",
)  # fmt: skip


def entries() -> list[Message]:
    with PO.open("rb") as file:
        return [message for message in read_po(file) if message.id]


def texts_of(words: str | tuple[str, ...] | list[str] | None) -> list[str]:
    return [words] if isinstance(words, str) else list(words or [""])


def test_nothing_is_missing_guessed_or_left_over() -> None:
    with PO.open("rb") as file:
        catalogue = read_po(file)
    assert not catalogue.obsolete
    assert catalogue.num_plurals == 2
    for message in entries():
        assert not message.fuzzy, message.id
        assert all(texts_of(message.string)), f"missing: {message.id!r}"


def test_placeholders_are_the_same_in_both_languages() -> None:
    for message in entries():
        for english, text in zip(texts_of(message.id), texts_of(message.string), strict=True):
            assert set(PLACEHOLDER.findall(text)) == set(PLACEHOLDER.findall(english)), text


def test_french_is_set_by_its_own_rules() -> None:
    """No straight apostrophe, a no-break space before high signs and inside guillemets, no English quotes."""
    for message in entries():
        for text in texts_of(message.string):
            assert not set("'“") & set(text), text
            assert not re.search(r" (?:[:;?!»€]|%(?![%(]))", text.replace("%%s", "")), text
            assert not re.search(rf"[^\s{NO_BREAK}\W][;?!»]", text), text
            assert "« " not in text, text


def test_every_act_of_the_trail_has_its_words() -> None:
    """Each verb that a service records is told to translators in imc_portal.acts."""
    said = {verb for file in sources() for verb in verbs_in(file)}
    assert said - set(acts.VERBS) == set()
    with french():
        assert [verb for verb in acts.VERBS if gettext(verb) == verb] == []


def sources() -> Iterator[Path]:
    for app in ("imc_portal", "partners", "proposals", "meetings"):
        yield from (ROOT / app).rglob("*.py")


def verbs_in(file: Path) -> Iterator[str]:
    """What follows the actor in a call; a choice between two gives both."""
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Call) and len(node.args) > 1 and ACTOR.search(ast.unparse(node.args[0])):
            words = [one.value for one in ast.walk(node.args[1]) if isinstance(one, ast.Constant)]
            yield from (word for word in words if isinstance(word, str) and " " in word.strip())


# --- what a French reader sees ---------------------------------------------------------------


#: Headers of a message have one name in all languages.
HEADERS = {"From", "To", "In-Reply-To"}


def english_in(said: Iterable[str], known: list[str]) -> list[str]:
    found = []
    for text in set(said) - HEADERS:
        rest = FILE.sub(" ", text)
        for word in [*known, *ALIKE]:
            rest = rest.replace(word, " ")
        if ENGLISH.search(rest):
            found.append(text)
    return found


def french() -> translation.override:
    return translation.override("fr")


@pytest.fixture(scope="module", autouse=True)
def compiled() -> None:
    compile_all()


@pytest.fixture(scope="module")
def world(
    django_db_setup: None, django_db_blocker: pytest_django.DjangoDbBlocker, compiled: None
) -> Iterator[World]:
    """One world in which everybody reads French."""
    with django_db_blocker.unblock(), transaction.atomic():
        built = worlds.build()
        User.objects.update(language="fr")
        OfficeHolder.objects.update(language="fr")
        for person in built.people.values():
            person.refresh_from_db()
        PersonalLink.objects.update(language="fr")
        yield built
        transaction.set_rollback(True)


def reader(world: World, who: str) -> Client:
    """A browser set to French, signed in when the person has an account."""
    client = Client(headers={"accept-language": "fr"})
    if who in world.people:
        client.force_login(world.people[who])
    return client


def let_in(name: str, *people: str) -> list[str]:
    """Those for whom the door opens; the sentences at closed doors are tested once."""
    letters = dict(zip(CAST, TABLE[name][2], strict=True))
    return [who for who in people if letters[who] == "y"]


PAGES = sorted(name for name, (method, _at, _who) in TABLE.items() if method in ("GET", "FORM"))
#: What a page fetches later and puts in its place.
PARTS = {"partners:suggested", "meetings:message_html"}
#: Files, machine answers, and the page for staff that shows the components.
NO_PAGES = {"healthz", "readyz", "style", "meetings:calendar", "meetings:package", "personal:calendar"}


@pytest.mark.parametrize("name", [name for name in PAGES if name not in NO_PAGES])
def test_a_page_leaves_nothing_in_english(name: str, world: World) -> None:
    url = reverse(name, kwargs=TABLE[name][1](world))
    known = typed()
    for who in let_in(name, "lead", "partner", "observer", "curator", "link"):
        client = reader(world, who)
        answer = client.get(url)
        if answer.streaming or not answer.headers["Content-Type"].startswith("text/html"):
            continue
        page = answer.content.decode()
        if answer.status_code == 200 and name not in PARTS:
            assert '<html lang="fr"' in page
        assert not (left := english_in(said_by(page), known)), f"{name} for {who}: {left}"


@pytest.mark.parametrize("name", [name for name in PAGES if TABLE[name][0] == "FORM"])
def test_a_form_refuses_in_french(name: str, world: World) -> None:
    url = reverse(name, kwargs=TABLE[name][1](world))
    known = typed()
    for who in let_in(name, "lead", "partner", "curator", "link"):
        client = reader(world, who)
        point = transaction.savepoint()
        answer = client.post(url, headers={"referer": "http://testserver/"}, follow=True)
        transaction.savepoint_rollback(point)
        if not answer.streaming:
            left = english_in(said_by(answer.content.decode()), known)
            assert not left, f"{name} for {who}: {left}"


@pytest.mark.parametrize(
    "url", ["/accounts/login/", "/accounts/password/reset/", "/p/no-such-link/", "/none/"]
)
def test_strangers_are_answered_in_french(url: str, world: World) -> None:
    assert not english_in(said_by(reader(world, "nobody").get(url).content.decode()), [])


#: Pages of django-allauth in our frame.
ACCOUNT = (
    "account_logout",
    "account_email",
    "account_change_password",
    "account_reauthenticate",
    "account_inactive",
    "account_signup",
    "account_reset_password_done",
    "mfa_index",
    "mfa_activate_totp",
    "mfa_reauthenticate",
)


@pytest.mark.parametrize("name", ACCOUNT)
def test_the_own_account_is_in_french(name: str, world: World) -> None:
    client = reader(world, "lead")
    for answer in (client.get(reverse(name), follow=True), client.post(reverse(name), follow=True)):
        assert not english_in(said_by(answer.content.decode()), typed()), name


@pytest.mark.parametrize("url", ["/accounts/login/", "/accounts/password/reset/"])
def test_a_wrong_sign_in_is_refused_in_french(url: str, world: World) -> None:
    client = reader(world, "nobody")
    for typed_in in ({}, {"login": "a@example.org", "password": "wrong", "email": "no address"}):
        page = client.post(url, typed_in).content.decode()
        assert not english_in(said_by(page), [])


@pytest.mark.parametrize("address", ["", "absente@example.org"])
def test_the_letter_for_a_new_password_is_in_french(
    address: str, world: World, mailoutbox: list[EmailMessage]
) -> None:
    known = address or world.people["lead"].email
    reader(world, "nobody").post(reverse("account_reset_password"), {"email": known})
    (letter,) = mailoutbox
    assert letter.body.startswith("Madame, Monsieur,")
    assert not english_in([str(letter.subject), *str(letter.body).splitlines()], typed())


@pytest.mark.parametrize(("who", "status"), [("partner", 403), ("stranger", 404)])
def test_closed_doors_speak_french(who: str, status: int, world: World) -> None:
    answer = reader(world, who).get(reverse("partners:contacts", kwargs={"pk": world.case.pk}))
    assert answer.status_code == status
    assert not english_in(said_by(answer.content.decode()), typed())


@pytest.mark.parametrize(
    "write", [emails.proposal, emails.formal_invitation, emails.changed, emails.cancelled]
)
def test_letters_leave_nothing_in_english(write: object, world: World) -> None:
    key = "formal" if write is emails.formal_invitation else "informal"
    invitation = world.made[f"invitation_{key}_Bracon"]
    assert isinstance(invitation, Invitation)
    contact = world.made["partner"].contact  # type: ignore[attr-defined]  # kept as objects
    contact.refresh_from_db()
    now = timezone.now()
    letter = emails.Letter(invitation, contact, world.link, "<thread@example.org>", now, due_at=now)
    message = write(letter, "key")  # type: ignore[operator]  # one of emails' functions
    known = typed()
    assert not english_in([message.subject, *message.text.splitlines()], known)
    assert not english_in(said_by(message.html), known)


@pytest.mark.parametrize("version", [1, 2])
def test_the_paper_leaves_nothing_in_english(version: int, world: World) -> None:
    annex = world.made[f"annex_partner_{version}"]
    paper = content.compose(annex, "fr")  # type: ignore[arg-type]  # kept as objects
    assert not english_in(said_by(engine.own_html(paper, whole=True)), typed())


def test_the_hand_over_leaves_nothing_in_english(world: World) -> None:
    with french():
        actor, wish = Actor.person(world.people["lead"]), handover.Wish("fr")
        known = handover.tell(case=world.case, wish=wish, actor=actor, now=timezone.now())
        page = render_to_string("meetings/handover_pdf.html", {"report": report.compose(known, "fr")})
    assert not english_in(said_by(page), typed())
