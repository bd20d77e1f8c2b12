"""What leaves the house, in each of its languages: no English left; dates and money as they are written."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator
from decimal import Decimal

import pytest
import pytest_django
from django.conf import settings
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext, ngettext

from imc_portal.core import dates, languages, links
from imc_portal.core.outbox import Message, one_line
from meetings import agenda, emails
from meetings.models import Invitation, Meeting
from meetings.models.clarification import Question
from partners.models import Participant
from proposals.documents import content, engine, wording
from proposals.models import Annex
from tests import makers
from tests import world as worlds
from tests.roof.reading import FILE, compile_all, said_by, typed
from tests.world import World

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
OTHERS = ("de", "es", "uk", "ar")
LATIN = re.compile(r"[A-Za-z]{2,}")
#: Spelt as in English, on purpose or by chance.
ALIKE = {
    "de": {"Name", "Version", "Revision"},
    "es": {"Central", "Error", "bytes", "no", "Revision"},
    "uk": {"Revision", "nonsense"},
    "ar": {"Revision", "nonsense"},
}
#: What a paper names by its code or sign in every language.
SIGNS = re.compile(r"\b(?:EUR|PDF|JSON|ics|EN)\b|(?:[A-Z]\w+(?:, | & )?)+ \(\d{4}\)")
LETTERS = (emails.proposal, emails.formal_invitation, emails.changed, emails.cancelled)
Write = Callable[[emails.Letter, str], Message]


@pytest.fixture(scope="module", autouse=True)
def compiled() -> None:
    compile_all()


@pytest.fixture(scope="module")
def world(
    django_db_setup: None, django_db_blocker: pytest_django.DjangoDbBlocker, compiled: None
) -> Iterator[World]:
    """One world whose agenda is the method's own."""
    with django_db_blocker.unblock(), transaction.atomic():
        built = worlds.build()
        for kind, items in (
            ("informal", agenda.informal([str(one.label) for one in Question], [str(built.made["area"])])),
            ("formal", agenda.formal([str(built.made["area"])])),
        ):
            meeting = built.made[kind]
            assert isinstance(meeting, Meeting)
            meeting.agenda = [{"title": item.title, "minutes": item.minutes} for item in items]
            meeting.save(update_fields=["agenda"])
        yield built
        transaction.set_rollback(True)


def left_in_english(here: list[str], english: list[str], language: str) -> list[str]:
    """Lines that are the English ones, or in another script hold Latin words that nobody typed."""
    known, found = typed(), []
    for line in here:
        rest = FILE.sub(" ", line)
        for word in known:
            rest = rest.replace(word, " ")
        words = [word for word in LATIN.findall(SIGNS.sub(" ", rest)) if word not in ALIKE[language]]
        if words and (language in ("uk", "ar") or line in english):
            found.append(line)
    return found


def letter(world: World, write: Write, language: str) -> Message:
    kind = "formal" if write is emails.formal_invitation else "informal"
    invitation, partner = world.made[f"invitation_{kind}_Bracon"], world.made["partner"]
    assert isinstance(invitation, Invitation)
    assert isinstance(partner, Participant)
    assert partner.contact is not None
    partner.contact.language = language
    now = timezone.now()
    document = world.made["document_partner"] if write is emails.proposal else None
    return write(
        emails.Letter(invitation, partner.contact, world.link, "<t@example.org>", now, now, "", document),  # type: ignore[arg-type]  # kept as objects
        "key",
    )


@pytest.mark.parametrize("language", OTHERS)
@pytest.mark.parametrize("write", LETTERS)
def test_a_letter_leaves_nothing_in_english(write: Write, language: str, world: World) -> None:
    english, here = letter(world, write, "en"), letter(world, write, language)
    for said, meant in (
        ([here.subject], [english.subject]),
        (here.text.splitlines(), english.text.splitlines()),
        (said_by(here.html, language), said_by(english.html, "en")),
    ):
        assert len(said) == len(meant)
        assert not left_in_english(said, meant, language)
    assert here.language == language


@pytest.mark.parametrize("write", LETTERS)
def test_an_arabic_letter_reads_from_the_right(write: Write, world: World) -> None:
    assert '<html lang="ar" dir="rtl">' in letter(world, write, "ar").html
    assert '<html lang="uk" dir="ltr">' in letter(world, write, "uk").html


def test_names_among_arabic_words_keep_their_direction(world: World) -> None:
    message = letter(world, emails.proposal, "ar")
    assert "\u2068Bracon\u2069" in one_line(message.subject)
    assert one_line("a\u202eb\r\nc\u2066d") == "a b c d"
    assert "\u2068Bracon\u2069" in message.text
    assert "\u2068Bracon\u2069" in message.html
    assert '<bdi dir="ltr">' + links.PLACEHOLDER in message.html


@pytest.mark.parametrize("language", OTHERS)
@pytest.mark.parametrize("version", [1, 2])
def test_a_paper_leaves_nothing_in_english(version: int, language: str, world: World) -> None:
    annex = world.made[f"annex_partner_{version}"]
    assert isinstance(annex, Annex)
    page = engine.own_html(content.compose(annex, language), whole=True)
    english = engine.own_html(content.compose(annex, "en"), whole=True)
    assert not left_in_english(said_by(page, language), said_by(english, "en"), language)
    assert f'<html lang="{language}" dir="{languages.direction(language)}"' in page


# --- personal pages -----------------------------------------------------------------------------------

PERSONAL: dict[str, dict[str, str | int]] = {
    "home": {},
    "reply": {"query": "?reply=coming"},
    "question": {"number": 1},
    "attitude": {},
}


def address(world: World, name: str) -> str:
    asked = dict(PERSONAL[name])
    query = str(asked.pop("query", ""))
    return reverse(f"personal:{name}", kwargs={"token": world.token, **asked}) + query


@pytest.mark.parametrize("language", OTHERS)
@pytest.mark.parametrize("name", sorted(PERSONAL))
def test_a_personal_page_speaks_the_language_of_its_link(name: str, language: str, world: World) -> None:
    world.link.language = language
    world.link.save(update_fields=["language"])
    page = Client().get(address(world, name)).content.decode()
    english = Client(headers={"cookie": "django_language=en"}).get(address(world, name)).content.decode()
    assert f'<html lang="{language}" dir="{languages.direction(language)}"' in page
    assert '<html lang="en" dir="ltr"' in english
    assert not left_in_english(said_by(page, language), said_by(english, "en"), language)
    assert ("bootstrap.rtl.min.css" in page) == (language == "ar")


@pytest.mark.parametrize("language", OTHERS)
@pytest.mark.parametrize("name", ["reply", "question", "attitude"])
def test_a_personal_form_refuses_in_its_language(name: str, language: str, world: World) -> None:
    world.link.language = language
    world.link.save(update_fields=["language"])
    invitation = world.made["invitation_informal_Bracon"]
    sent = {"reply": "coming", "invitation": str(invitation.pk), "state": "nonsense", "value": "nonsense"}  # type: ignore[attr-defined]  # kept as objects
    answer = Client().post(address(world, name), sent)
    english = Client(headers={"cookie": "django_language=en"}).post(address(world, name), sent)
    page, meant = answer.content.decode(), english.content.decode()
    assert answer.status_code == 422
    assert not left_in_english(said_by(page, language), said_by(meant, "en"), language)


def test_the_reader_is_named_with_the_office_in_the_readers_language(world: World) -> None:
    partner, invitation = world.made["partner"], world.made["invitation_informal_Bracon"]
    assert isinstance(partner, Participant)
    assert isinstance(invitation, Invitation)
    assert partner.contact is not None
    world.link.language = "uk"
    world.link.save(update_fields=["language"])
    for by, said in (
        (world.link.holder, f"{partner.contact.name}, голова громади"),
        ("Somebody else, mayor", "Somebody else, mayor"),
    ):
        Invitation.objects.filter(pk=invitation.pk).update(
            reply="coming", replied_by=by, replied_at=timezone.now()
        )
        assert said in Client().get(address(world, "home")).content.decode()
    Invitation.objects.filter(pk=invitation.pk).update(reply="none", replied_by="", replied_at=None)


def test_the_reader_may_choose_another_language_than_the_link_has(world: World) -> None:
    world.link.language = "ar"
    world.link.save(update_fields=["language"])
    reader = Client()
    page = reader.get(address(world, "home")).content.decode()
    for code, _own_name in settings.DOCUMENT_LANGUAGES:
        assert f'name="language" value="{code}"' in page
    reader.post(reverse("set_language"), {"language": "de", "next": address(world, "home")})
    assert '<html lang="de" dir="ltr"' in reader.get(address(world, "home")).content.decode()


def test_the_interface_offers_its_own_languages_only() -> None:
    reader = Client(headers={"accept-language": "de"})
    page = reader.get(reverse("account_login")).content.decode()
    assert 'value="de"' not in page
    reader.post(reverse("set_language"), {"language": "de", "next": "/"})
    assert '<html lang="en"' in reader.get(reverse("account_login")).content.decode()


@pytest.mark.parametrize(
    ("wanted", "spoken"), [("de-AT,de;q=0.9", "de"), ("ar", "ar"), ("ja, ca;q=0.5", "es")]
)
def test_an_unknown_link_is_answered_in_the_language_of_the_browser(wanted: str, spoken: str) -> None:
    answer = Client(headers={"accept-language": wanted}).get(reverse("personal:home", args=["no-such-link"]))
    assert answer.status_code == 404
    assert f'<html lang="{spoken}"' in answer.content.decode()


# --- languages, dates, money, numbers ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "offered"),
    [
        ("fr", "fr"),
        ("fr-CH", "fr"),
        ("de_AT", "de"),
        ("DE", "de"),
        ("ca", "es"),
        ("lb", "de"),
        ("br", "fr"),
        ("arz", "ar"),
        ("ru", None),
        ("ja", None),
        ("", None),
    ],
)
def test_the_nearest_offered_language(code: str, offered: str | None) -> None:
    assert languages.nearest(code) == offered


def test_papers_follow_the_recipient_then_the_municipality() -> None:
    a, b = makers.make_municipality("A", language="fr"), makers.make_municipality("B", language="ca")
    participant = makers.make_participant(makers.make_case(a), b)
    assert participant.contact is not None
    participant.contact.language = "uk"
    assert content.language_for(participant) == "uk"
    participant.contact = None
    assert content.language_for(participant) == "es"
    b.language = "ja"
    assert content.language_for(participant) == "en"


def test_the_direction_of_a_language() -> None:
    assert [languages.direction(code) for code, _name in settings.DOCUMENT_LANGUAGES] == ["ltr"] * 5 + ["rtl"]
    assert languages.direction("ar-EG") == "rtl"


START = dt.datetime(2026, 12, 7, 8, 0, tzinfo=dt.UTC)
SPOKEN = {
    "en": "Monday 7 December 2026, 09:00 to 11:00 (time in Paris)",
    "fr": "lundi 7 décembre 2026, de 09:00 à 11:00 (heure locale, Paris)",
    "de": "Montag, 7. Dezember 2026, 09:00 bis 11:00 Uhr (Ortszeit Paris)",
    "es": "lunes, 7 de diciembre de 2026, de 9:00 a 11:00 (hora de París)",
    "uk": "понеділок, 7 грудня 2026\u202fроку, 09:00–11:00 (місцевий час: Париж)",
    "ar": "الاثنين، 7 ديسمبر 2026، من 9:00 ص إلى 11:00 ص (بتوقيت \u2068باريس\u2069)",
}
MONEY = {
    "en": "−€12,345",
    "fr": "−12\u202f345\xa0€",
    "de": "−12.345\xa0€",
    "es": "−12.345\xa0€",
    "uk": "−12\xa0345\xa0€",
    "ar": "\u200e−12,345\xa0€",
}


@pytest.mark.parametrize("language", SPOKEN)
def test_days_times_and_places_are_said_as_the_language_says_them(language: str) -> None:
    with translation.override(language):
        said = emails.spoken_time(START, START + dt.timedelta(hours=2), "Europe/Paris")
    assert plain(said) == plain(SPOKEN[language])


@pytest.mark.parametrize("language", MONEY)
def test_money_is_written_as_the_language_writes_it(language: str) -> None:
    with translation.override(language):
        assert plain(wording.money(Decimal(-12_345), "EUR", signed=True)) == plain(MONEY[language])


def plain(words: str) -> str:
    """Any kind of space is a space: which one follows the release of the locale data."""
    return re.sub(r"\s", " ", words)


def test_places_of_clocks_have_names_where_the_data_know_them_under_a_former_one() -> None:
    with translation.override("uk"):
        assert dates.zone("Europe/Kyiv") == "Київ"
        assert dates.zone("UTC") == "UTC"
    with translation.override("es"):
        assert dates.zone("America/Argentina/Buenos_Aires") == "Buenos Aires"


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("de", {1: "1 Einwohner", 2: "2 Einwohner"}),
        ("es", {1: "1 habitante", 2: "2 habitantes"}),
        ("uk", {1: "1 житель", 2: "2 жителі", 5: "5 жителів", 11: "11 жителів", 21: "21 житель"}),
        (
            "ar",
            {0: "0 نسمة", 1: "نسمة واحدة", 2: "نسمتان", 3: "3 نسمات", 11: "11 نسمة", 100: "100 نسمة"},
        ),
    ],
)
def test_plurals(language: str, said: dict[int, str]) -> None:
    with translation.override(language):
        for n, words in said.items():
            assert ngettext("%(n)s inhabitant", "%(n)s inhabitants", n) % {"n": n} == words


def test_every_language_is_named_in_itself() -> None:
    for code, name in settings.DOCUMENT_LANGUAGES:
        assert translation.get_language_info(code)["name_local"].lower().replace("\u0651", "") == name.lower()
        with translation.override(code):
            assert (gettext("Good day,") == "Good day,") == (code == "en")
