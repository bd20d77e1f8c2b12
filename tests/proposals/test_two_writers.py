"""Two people at one draft: their words are joined, or both are shown; nobody's are overwritten."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from imc_portal.core.audit import Actor
from imc_portal.core.models import User
from imc_portal.core.problems import Refusal
from partners.models import Membership
from proposals import services
from proposals.models import Annex, DraftRevision, ProposalVersion
from proposals.services import revisions
from tests import makers

pytestmark = pytest.mark.django_db
JSON = {"accept": "application/json"}


@pytest.fixture
def anna(version: ProposalVersion) -> User:
    return makers.make_member(version.proposal.case.initiator, name="Anna Muster")


@pytest.fixture
def bert(version: ProposalVersion) -> User:
    return makers.make_member(version.proposal.case.initiator, Membership.Role.LEAD, name="Bert Beispiel")


def save(version: ProposalVersion, who: User, revision: int = 0, **words: Any) -> services.Kept:
    return services.save_common(version=version, revision=revision, actor=Actor.person(who), **words)


def fresh(version: ProposalVersion) -> ProposalVersion:
    return ProposalVersion.objects.get(pk=version.pk)


# --- the service -----------------------------------------------------------------------


def test_changes_of_different_fields_and_paragraphs_are_joined(
    version: ProposalVersion, anna: User, bert: User
) -> None:
    save(version, anna, why="One.\nTwo.\nThree.")
    began = fresh(version).revision
    save(version, anna, began, why="ONE!\nTwo.\nThree.", not_asked="Nothing.")
    kept = save(version, bert, began, why="One.\nTwo.\nThree.\nFour.", not_asked=version.not_asked)
    assert fresh(version).why == "ONE!\nTwo.\nThree.\nFour."
    assert fresh(version).not_asked == "Nothing."
    assert kept.brought == {"why": "ONE!\nTwo.\nThree.\nFour.", "not_asked": "Nothing."}
    assert not kept.stale
    assert kept.others == (anna,)
    assert kept.revision == fresh(version).revision


def test_who_types_on_meanwhile_is_joined_with_what_was_sent(
    version: ProposalVersion, anna: User, bert: User
) -> None:
    save(version, anna, why="One.\nTwo.\nThree.")
    save(version, anna, 1, why="ONE!\nTwo.\nThree.")
    kept = save(version, bert, 1, why="One.\nTwo.\nThree.\nFo")
    assert kept.sent < kept.revision
    again = save(version, bert, kept.sent, why="One.\nTwo.\nThree.\nFour at last.")
    assert fresh(version).why == "ONE!\nTwo.\nThree.\nFour at last."
    assert not again.stale


def test_one_passage_changed_by_both_stays_stale_and_the_other_fields_are_kept(
    version: ProposalVersion, anna: User, bert: User
) -> None:
    save(version, anna, why="Hers.")
    kept = save(version, bert, why="His.", next_steps="His next step.")
    assert kept.stale == {"why": "Hers."}
    assert (fresh(version).why, fresh(version).next_steps) == ("Hers.", "His next step.")
    chosen = save(version, bert, kept.revision, why="His, after reading hers.")
    assert not chosen.stale
    assert fresh(version).why == "His, after reading hers."


def test_dates_keys_and_marks_are_fields_like_others(
    version: ProposalVersion, anna: User, bert: User
) -> None:
    save(version, anna, cost_key="shapley", annexes_shared=True)
    kept = save(version, bert, cost_key="equal", annexes_shared=False, answer_by=version.answer_by)
    assert kept.stale == {"cost_key": "shapley"}
    assert kept.brought == {"annexes_shared": True}
    assert (fresh(version).cost_key, fresh(version).annexes_shared) == ("shapley", True)
    assert fresh(version).answer_by == version.answer_by


def test_a_field_that_waits_for_a_choice_is_told_again_when_it_changes(
    version: ProposalVersion, anna: User, bert: User
) -> None:
    save(version, anna, why="Hers.")
    kept = save(version, bert, why="His.")
    save(version, anna, 1, why="Hers, better.")
    again = save(version, bert, kept.revision, not_asked="His.")
    assert again.brought == {"why": "Hers, better."}
    assert fresh(version).why == "Hers, better."


def test_line_ends_of_browsers_are_no_change(version: ProposalVersion, anna: User) -> None:
    kept = save(version, anna, why=version.why.replace("\n", "\r\n"))
    assert "\n" in version.why
    assert kept.revision == 0
    assert not DraftRevision.objects.exists()


@pytest.mark.parametrize("revision", [7, 2**31 - 1])
def test_a_revision_nobody_knows_overwrites_nothing(
    version: ProposalVersion, anna: User, revision: int
) -> None:
    kept = save(version, anna, revision, why="From nowhere.", next_steps=version.next_steps)
    assert kept.stale == {"why": version.why}
    assert fresh(version).why == version.why


def test_only_the_newest_savings_are_kept_and_none_after_approval(
    version: ProposalVersion, anna: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(revisions, "NEWEST", 3)
    annex = version.annexes.all()[0]
    actor = Actor.person(anna)
    for revision in range(6):
        save(version, anna, revision, why=f"Words {revision}.")
        services.save_annex(annex=annex, revision=revision, actor=actor, opening=f"Words {revision}.")
    numbers = DraftRevision.objects.filter(annex=None).values_list("number", flat=True)
    assert sorted(numbers) == [4, 5, 6]
    assert DraftRevision.objects.filter(annex=annex).count() == 3
    makers.make_approved(fresh(version))
    assert not DraftRevision.objects.exists()


def test_an_annex_is_joined_as_well_and_another_s_words_never_come_in(
    version: ProposalVersion, anna: User, bert: User
) -> None:
    first, second = version.annexes.all()
    for annex, words in ((first, "To the first."), (second, "To the second.")):
        services.save_annex(annex=annex, revision=0, actor=Actor.person(anna), opening=words)
    kept = services.save_annex(
        annex=first, revision=0, actor=Actor.person(bert), open_questions="How much?", opening=first.opening
    )
    assert kept.brought == {"opening": "To the first."}
    assert Annex.objects.get(pk=first.pk).open_questions == "How much?"
    assert Annex.objects.get(pk=second.pk).opening == "To the second."


def test_what_left_the_draft_is_refused(version: ProposalVersion, anna: User) -> None:
    services.submit(version=version, actor=Actor.person(anna))
    with pytest.raises(Refusal):
        save(version, anna, why="Late.")


# --- the pages -------------------------------------------------------------------------------


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def form(version: ProposalVersion, **changed: Any) -> dict[str, Any]:
    words = {section: getattr(version, section) for section in ProposalVersion.SECTIONS}
    words |= {"answer_by": version.answer_by, "cost_key": version.cost_key, "revision": 0}
    return words | changed


def test_autosave_is_told_whose_words_were_added(version: ProposalVersion, anna: User, bert: User) -> None:
    address = reverse("proposals:common", args=[version.proposal_id])
    first = signed_in(anna).post(address, form(version, why="Hers."), headers=JSON).json()
    assert first == {"ok": True, "revision": 1, "sent": 1, "message": "", "fields": {}, "stale": {}}
    second = signed_in(bert).post(address, form(version, not_asked="His."), headers=JSON)
    assert second.status_code == 200
    assert second.json()["fields"] == {"why": "Hers."}
    assert second.json()["message"] == "Anna Muster also wrote here: those words were added."
    third = signed_in(anna).post(address, form(version, why="Hers.", not_asked="No, hers."), headers=JSON)
    assert third.status_code == 409
    assert third.json()["stale"] == {"not_asked": "His."}
    assert "Bert Beispiel" in third.json()["message"]


def test_autosave_leaves_a_field_alone_that_waits_for_a_choice(
    version: ProposalVersion, anna: User, bert: User
) -> None:
    address = reverse("proposals:common", args=[version.proposal_id])
    save(version, anna, why="Hers.")
    sent = form(version, why="His.", not_asked="Kept.", held="why", revision=1)
    assert signed_in(bert).post(address, sent, headers=JSON).json()["ok"]
    assert (fresh(version).why, fresh(version).not_asked) == ("Hers.", "Kept.")


def test_the_plain_form_joins_and_says_so(version: ProposalVersion, anna: User, bert: User) -> None:
    address = reverse("proposals:common", args=[version.proposal_id])
    save(version, anna, why="Hers.")
    page = signed_in(bert).post(address, form(version, not_asked="His."), follow=True).content.decode()
    assert "Anna Muster also wrote here: those words were added." in page
    assert (fresh(version).why, fresh(version).not_asked) == ("Hers.", "His.")


def test_the_plain_form_shows_both_texts_and_loses_neither(
    version: ProposalVersion, anna: User, bert: User
) -> None:
    save(version, anna, why="Saved by a colleague.", annexes_shared=True, next_steps="Hers.")
    address = reverse("proposals:common", args=[version.proposal_id])
    answer = signed_in(bert).post(address, form(version, why="Typed by me.", not_asked="Kept."))
    assert answer.status_code == 409
    body = answer.content.decode()
    now = fresh(version)
    for words in (
        "Typed by me.",
        "Saved by a colleague.",
        f'name="revision" value="{now.revision}"',
        "Hers.",
    ):
        assert words in body
    assert (now.why, now.not_asked, now.annexes_shared) == ("Saved by a colleague.", "Kept.", True)


def test_the_annex_is_written_the_same_two_ways(version: ProposalVersion, anna: User, bert: User) -> None:
    address = reverse("proposals:annex", args=[version.annexes.all()[0].pk])
    words = {"opening": "Dear neighbours.", "open_questions": "How much?", "revision": 0}
    assert signed_in(anna).post(address, words, headers=JSON).json()["revision"] == 1
    stale = signed_in(bert).post(address, words | {"opening": "Mine."})
    assert stale.status_code == 409
    assert "Dear neighbours." in stale.content.decode()
    assert signed_in(bert).post(address, words | {"revision": 1}).status_code == 302


@pytest.mark.parametrize(
    ("damage", "status"),
    [
        ({"revision": "-1"}, 422),
        ({"revision": str(2**31)}, 422),
        ({"revision": "x"}, 422),
        ({"held": "x" * 300}, 422),
        ({"why": "x" * 1_000_000}, 422),
        ({"cost_key": "bribe"}, 422),
        ({"why": "a\0b"}, 400),
        ({"held": "state,revision"}, 200),
    ],
)
def test_damaged_forms_are_refused_in_words(
    damage: dict[str, str], status: int, version: ProposalVersion, anna: User
) -> None:
    address = reverse("proposals:common", args=[version.proposal_id])
    answer = signed_in(anna).post(address, form(version, **damage), headers=JSON)
    assert answer.status_code == status
    assert fresh(version).why == version.why
