"""The paper beside the text: whose it is, of when, and what is said when there is none."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings
from django.test import Client, override_settings
from django.urls import reverse

from imc_portal.core.audit import Actor
from imc_portal.core.models import User
from partners.services import participants
from proposals import services
from proposals.documents.typesetter import alone
from proposals.models import Annex, ProposalVersion
from proposals.views import preview
from tests import makers

pytestmark = pytest.mark.django_db
JSON = {"accept": "application/json"}


@pytest.fixture
def version() -> ProposalVersion:
    """Another for each test: previews are kept by what they show, also beyond a test that is rolled back."""
    return makers.make_draft()


@pytest.fixture
def author(version: ProposalVersion) -> Client:
    return signed_in(version.drafted_by)


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def url(name: str, record: Any) -> str:
    return reverse(f"proposals:{name}", args=[record.pk])


def ask(author: Client, annex: Annex) -> Any:
    return author.get(url("preview", annex), headers=JSON)


def test_the_page_hears_when_a_new_paper_is_ready(version: ProposalVersion, author: Client) -> None:
    first, second = version.annexes.all()
    told = ask(author, first).json()
    assert told["ok"]
    assert told["message"].startswith("Paper as of ")
    assert author.get(told["url"]).content.startswith(b"%PDF")
    assert ask(author, first).json()["url"] == told["url"]
    services.save_annex(annex=first, revision=0, actor=Actor.person(version.drafted_by), opening="New words.")
    assert ask(author, first).json()["url"] != told["url"]
    assert ask(author, second).json()["url"].startswith(url("preview", second))


def test_the_same_words_are_printed_once(version: ProposalVersion, author: Client) -> None:
    annex = version.annexes.all()[0]
    printed = author.get(url("preview", annex)).content
    with alone(5):
        assert author.get(url("preview", annex)).content == printed


def test_what_is_wrong_is_told_in_words(
    version: ProposalVersion, author: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(preview, "WAIT", 0.01)
    first, second = version.annexes.all()
    with alone(5):
        busy = ask(author, first)
    assert (busy.status_code, busy.json()["ok"]) == (503, False)
    assert "Try again in a few seconds" in busy.json()["message"]
    participants.leave(
        participant=second.participant, state="withdrawn", reason="Elections.", actor=Actor.portal()
    )
    gone = ask(author, second)
    assert gone.status_code == 409
    assert gone.json()["message"] == f"{second.participant} has left the case, so there is no paper for it."


def test_without_the_cache_papers_are_shown_all_the_same(version: ProposalVersion, author: Client) -> None:
    nowhere = {"default": settings.CACHES["default"] | {"LOCATION": "redis://127.0.0.1:1/0"}}
    with override_settings(CACHES=nowhere):
        assert author.get(url("preview", version.annexes.all()[0])).content.startswith(b"%PDF")


def test_the_paper_of_another_recipient_is_chosen_on_every_page(
    version: ProposalVersion, author: Client
) -> None:
    first, second = version.annexes.all()
    for address in (url("desk", version.proposal), url("annex", first)):
        assert f'data-preview="{url("preview", first)}"' in author.get(address).content.decode()
        page = author.get(address, {"paper": str(second.pk)}).content.decode()
        assert f'data-preview="{url("preview", second)}"' in page
        assert f'<option value="{second.pk}" data-url="{url("preview", second)}" selected>' in page


@pytest.mark.parametrize("paper", ["x", "13ccf6c3-a55c-4e44-ade3-90ecea1e5d61", "9" * 5000])
def test_an_unknown_choice_shows_the_first(paper: str, version: ProposalVersion, author: Client) -> None:
    foreign = makers.make_draft(makers.make_case(makers.make_municipality())).annexes.all()[0]
    for wanted in (paper, str(foreign.pk)):
        page = author.get(url("desk", version.proposal), {"paper": wanted}).content.decode()
        assert f'data-preview="{url("preview", version.annexes.all()[0])}"' in page
        assert str(foreign.pk) not in page.replace(f"paper={foreign.pk}", "")


def test_a_paper_is_kept_for_nobody_else(version: ProposalVersion, author: Client) -> None:
    annex = version.annexes.all()[0]
    address = ask(author, annex).json()["url"]
    for outsider in (makers.make_member(annex.participant.municipality, "lead"), makers.make_user()):
        assert signed_in(outsider).get(address).status_code == 404
        assert signed_in(outsider).get(url("preview", annex), headers=JSON).status_code == 404
