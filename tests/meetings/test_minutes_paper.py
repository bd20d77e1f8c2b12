"""The minutes as PDF: made by the real typesetter, readable, tagged, with what was said against them."""

from __future__ import annotations

import datetime as dt
import io
import subprocess

import pikepdf
import pytest
from django.utils import timezone, translation

from imc_portal.core.audit import Actor
from meetings.models import MeetingPaper, Minutes
from meetings.papers import minutes as papers
from meetings.services import minutes as drafting
from meetings.services import minutes_letters, minutes_voices
from partners.models import Case
from proposals.documents import engine
from tests.meetings import afterwards, scenes

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def closed() -> Minutes:
    """Minutes with an objection that stands, a silent delegation and a council awaited."""
    scene = scenes.make_scene(state=Case.State.FORMAL_CONVENED)
    meeting = afterwards.hold(scene, subject=(scene.birk,))
    drafted, host = afterwards.draft(scene, meeting), Actor.person(scene.focal)
    words = {"introduction": "The mayors met.\nAll were there.", "closing": "The chair <b>thanked</b> all."}
    drafting.keep(minutes=drafted, revision=0, words=words, actor=host)
    sent = drafting.send(minutes=drafted, revision=1, actor=host)
    voice = minutes_voices.say(
        minutes=sent,
        participant=scene.birk,
        voice="objects",
        text="Item 1: we did not ask, we demanded.",
        name="Bert Birk, mayor",
        actor=afterwards.by_link(scene.birk),
    )
    minutes_voices.let_stand(voice=voice, answer="Two others heard it so.", actor=host)
    afterwards.post()
    afterwards.deliver()
    minutes_letters.run(now=timezone.now() + dt.timedelta(days=60))
    return Minutes.objects.get()


def printed(minutes: Minutes, language: str, kind: str) -> tuple[str, bool, str]:
    """The language of the PDF, whether it is tagged, and its words on one line."""
    paper = MeetingPaper(meeting=minutes.meeting, kind=kind, language=language, edition=minutes.number)
    with translation.override(language):
        content = engine.make_pdf(papers.html(paper), {})
    words = subprocess.run(["pdftotext", "-", "-"], input=content, check=True, capture_output=True)
    with pikepdf.open(io.BytesIO(content)) as pdf:
        language, tagged = str(pdf.Root.Lang), bool(pdf.Root.MarkInfo.Marked)
    return language, tagged, " ".join(words.stdout.decode().split())


def test_the_final_copy_says_everything_and_only_what_is_true() -> None:
    minutes = closed()
    language, tagged, text = printed(minutes, "en", "final")
    for words in (
        "Minutes of the formal meeting",
        "Mayor of Birk",
        "The mayors met.",
        "Birk asked.",
        "Halve the cost",
        "Ask the prefecture",
        "<b>thanked</b>",
        "we did not ask, we demanded.",
        "Two others heard it so.",
        "has said nothing",
        minutes.sha256[:30],
    ):
        assert words in text, words
    assert "agree to cooperate" not in text.lower()
    assert (language, tagged) == ("en", True)


def test_the_copy_for_the_delegations_names_the_last_day_and_no_words_yet() -> None:
    minutes = closed()
    _language, _tagged, text = printed(minutes, "en", "minutes")
    assert "Objections until" in text
    assert "we demanded" not in text


@pytest.mark.parametrize("language", ["fr", "de", "es", "uk", "ar"])
def test_it_is_set_in_every_language(language: str) -> None:
    told, tagged, text = printed(closed(), language, "final")
    assert (told, tagged) == (language, True)
    assert "Halve the cost" in text
