"""The desk in the browser's hands: who gets in, what autosave answers, what each page costs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.template import engines
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from imc_portal.core.audit import Actor
from imc_portal.core.models import User
from partners.models import Case, Membership, Participant
from partners.services import participants
from proposals import services
from proposals.documents import press
from proposals.models import Document, Proposal, ProposalVersion
from tests import makers

pytestmark = pytest.mark.django_db
JSON = {"accept": "application/json"}


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def author(version: ProposalVersion) -> Client:
    return signed_in(version.drafted_by)


@pytest.fixture
def lead(version: ProposalVersion) -> Client:
    return signed_in(makers.make_member(version.proposal.case.initiator, Membership.Role.LEAD))


def common_words(version: ProposalVersion, **changed: Any) -> dict[str, Any]:
    words = {section: getattr(version, section) for section in ProposalVersion.SECTIONS}
    words |= {"answer_by": version.answer_by, "cost_key": version.cost_key, "revision": version.revision}
    return words | changed


def url(name: str, record: Any) -> str:
    return reverse(f"proposals:{name}", args=[record.pk])


# --- who gets in -------------------------------------------------------------------------


def test_the_desk_is_for_those_inside_the_initiator(version: ProposalVersion) -> None:
    case = version.proposal.case
    annex = version.annexes.all()[0]
    inside = [
        makers.make_member(case.initiator, role) for role in ("lead", "focal_point", "officer", "reader")
    ]
    outside = [
        makers.make_member(annex.participant.municipality, "lead"),
        makers.make_member(makers.make_municipality(), "lead"),
        makers.make_user(is_staff=True),
    ]
    pages = [
        *(url(name, version.proposal) for name in ("desk", "approval", "versions")),
        url("annex", annex),
    ]
    preview = url("preview", annex)
    assert signed_in(inside[-1]).get(preview).status_code == 200
    assert {signed_in(user).get(preview).status_code for user in outside} == {404}
    assert Client().get(preview).status_code == 302
    for address in pages:
        assert {signed_in(user).get(address).status_code for user in inside} == {200}, address
        assert {signed_in(user).get(address).status_code for user in outside} == {404}, address
        assert Client().get(address).status_code == 302


def test_a_reader_reads_and_writes_nothing(version: ProposalVersion) -> None:
    reader = signed_in(makers.make_member(version.proposal.case.initiator, "reader"))
    annex = version.annexes.all()[0]
    statement = annex.statements.all()[0]
    posts = [
        *(
            url(name, version.proposal)
            for name in ("common", "presence", "submit", "approve", "return", "in_step", "new_version")
        ),
        url("annex", annex),
        url("statement_add", annex),
        *(url(f"statement_{act}", statement) for act in ("change", "move", "confirm", "remove")),
        url("statements_confirm", annex),
        url("suggestion_use", annex),
        url("suggestions_renew", annex),
    ]
    assert {reader.post(address).status_code for address in posts} == {403}
    assert 'name="why"' not in reader.get(url("desk", version.proposal)).content.decode()


def test_a_focal_point_does_not_approve(version: ProposalVersion, author: Client) -> None:
    makers.make_member(version.proposal.case.initiator, "lead")
    author.post(url("submit", version.proposal))
    assert author.post(url("approve", version.proposal)).status_code == 403


def test_no_command_answers_get(version: ProposalVersion, author: Client) -> None:
    for name in ("common", "submit", "approve", "return", "in_step", "new_version"):
        assert author.get(url(name, version.proposal)).status_code == 405


# --- begin ---------------------------------------------------------------------------------


def test_a_closed_gate_is_shown_and_a_lead_goes_on_with_a_reason() -> None:
    case = makers.make_case(state=Case.State.CONTACTING)
    address = reverse("proposals:create", args=[case.pk])
    assert signed_in(case.opened_by).post(address).status_code == 302
    assert not Proposal.objects.filter(case=case).exists()
    boss = signed_in(makers.make_member(case.initiator, "lead"))
    answer = boss.post(address)
    assert answer.status_code == 409
    assert "No municipality is open to talk yet" in answer.content.decode()
    assert boss.post(address, {"override": "The council asked for it."}).status_code == 302
    assert Proposal.objects.filter(case=case).count() == 1


# --- writing -----------------------------------------------------------------------------------


def test_the_plain_form_keeps_and_a_bad_date_is_said_beside_it(
    version: ProposalVersion, author: Client
) -> None:
    address = url("common", version.proposal)
    assert author.post(address, common_words(version, why="New.")).status_code == 302
    assert ProposalVersion.objects.get(pk=version.pk).why == "New."
    fresh = ProposalVersion.objects.get(pk=version.pk)
    answer = author.post(address, common_words(fresh, why="Kept on screen.", answer_by="31 February"))
    assert answer.status_code == 422
    assert "Kept on screen." in answer.content.decode()
    assert author.post(address, common_words(fresh, answer_by="?"), headers=JSON).status_code == 422


def test_statements_come_and_go_and_an_empty_one_is_refused_in_place(
    version: ProposalVersion, author: Client
) -> None:
    annex = version.annexes.all()[0]
    said = {"kind": "exit", "text": "Leaving costs a year's share.", "confidence": "medium"}
    assert author.post(url("statement_add", annex), said).status_code == 302
    assert author.post(url("statement_add", annex), said | {"text": ""}).status_code == 422
    statement = annex.statements.get(kind="exit")
    assert author.post(url("statement_remove", statement)).status_code == 302
    assert not annex.statements.filter(kind="exit").exists()


# --- the way to the papers ------------------------------------------------------------------------


def test_from_submission_to_the_paper_in_the_reader_s_hands(
    version: ProposalVersion, author: Client, lead: Client
) -> None:
    proposal, annex = version.proposal, version.annexes.all()[0]
    author.post(url("submit", proposal))
    page = lead.get(url("approval", proposal)).content.decode()
    contact = annex.participant.contact
    assert contact
    assert contact.email in page
    assert lead.post(url("return", proposal), {"reason": ""}).status_code == 422
    lead.post(url("return", proposal), {"reason": "Say what leaving costs."})
    assert "Say what leaving costs." in author.get(url("desk", proposal)).content.decode()
    author.post(url("submit", proposal))
    lead.post(url("approve", proposal))
    document = Document.objects.get(participant=annex.participant)
    recipient = signed_in(makers.make_member(annex.participant.municipality, "reader"))
    assert recipient.get(url("document", document)).status_code == 404
    assert lead.get(url("document", document)).status_code == 404
    press.render(document.pk)
    answer = recipient.get(url("document", document))
    assert answer.status_code == 200
    assert answer.content.startswith(b"%PDF")
    assert "Shared-waste-collection-" in answer.headers["Content-Disposition"]
    other = Document.objects.exclude(pk=document.pk).get()
    press.render(other.pk)
    assert recipient.get(url("document", other)).status_code == 404


def test_the_lead_sees_what_holds_for_all_and_what_lacks_since(
    version: ProposalVersion, author: Client, lead: Client
) -> None:
    address, actor = url("approval", version.proposal), Actor.person(version.drafted_by)
    services.save_common(version=version, revision=0, actor=actor, cost_key="usage", annexes_shared=True)
    page = lead.get(address).content.decode()
    assert "Cost key: by use." in page
    assert "For Waste collection and street cleaning this key cannot be formed" in page
    assert "Every recipient reads all annexes, and the proposal says so." in page
    assert "What changed since the last version" not in page
    assert (
        "the cost key “by use” cannot be formed" in author.get(url("desk", version.proposal)).content.decode()
    )
    makers.make_approved(ProposalVersion.objects.get(pk=version.pk))
    second = services.new_version(proposal=version.proposal, actor=actor)
    assert (second.cost_key, second.annexes_shared, second.what_changed) == ("usage", True, "")
    assert 'name="what_changed"' in author.get(url("desk", version.proposal)).content.decode()
    services.save_common(version=second, revision=0, actor=actor, what_changed="The bins were counted anew.")
    services.submit(version=second, actor=actor)
    annex = second.annexes.all()[0]
    Participant.objects.filter(pk=annex.participant_id).update(contact=None)
    page = lead.get(address).content.decode()
    assert "The bins were counted anew." in page
    assert "Since it was submitted, something lacks" in page
    assert f"No recipient is chosen for {annex.participant}." in page


def test_the_first_version_asks_not_what_changed(version: ProposalVersion, author: Client) -> None:
    assert 'name="what_changed"' not in author.get(url("desk", version.proposal)).content.decode()
    sent = common_words(version, what_changed="Smuggled in.")
    assert author.post(url("common", version.proposal), sent, headers=JSON).status_code == 200
    assert ProposalVersion.objects.get(pk=version.pk).what_changed == ""


def test_damaged_bytes_never_leave(version: ProposalVersion, lead: Client) -> None:
    document = makers.make_approved(version).documents.all()[0]
    press.render(document.pk)
    document.refresh_from_db()
    path = Path(settings.STORAGES["documents"]["OPTIONS"]["location"]) / document.file_name
    path.write_bytes(path.read_bytes() + b" ")
    answer = lead.get(url("document", document))
    assert answer.status_code == 503
    assert b"%PDF" not in answer.content
    path.unlink()
    assert lead.get(url("document", document)).status_code == 503


def test_only_the_preview_may_stand_in_our_own_frame(version: ProposalVersion, author: Client) -> None:
    preview = author.get(url("preview", version.annexes.all()[0]))
    assert preview.content.startswith(b"%PDF")
    assert preview.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert "frame-ancestors 'self'" in preview.headers["Content-Security-Policy"]
    desk = author.get(url("desk", version.proposal))
    assert desk.headers["X-Frame-Options"] == "DENY"
    assert "frame-ancestors 'none'" in desk.headers["Content-Security-Policy"]


def test_an_annex_of_who_left_waits_to_be_dropped(version: ProposalVersion, author: Client) -> None:
    annex = version.annexes.all()[0]
    participants.leave(
        participant=annex.participant, state="withdrawn", reason="Elections.", actor=Actor.portal()
    )
    assert author.get(url("preview", annex)).status_code == 409
    assert author.get(url("annex", annex)).status_code == 200
    assert author.get(url("approval", version.proposal)).status_code == 200
    body = author.get(url("desk", version.proposal)).content.decode()
    assert "has left the case; its annex has to go" in body
    author.post(url("in_step", version.proposal))
    assert author.get(url("annex", annex)).status_code == 404


def test_versions_show_what_came_and_what_went(version: ProposalVersion, author: Client) -> None:
    makers.make_approved(version)
    author.post(url("new_version", version.proposal))
    second = version.proposal.versions.get(number=2)
    services.save_common(
        version=second, revision=0, actor=Actor.person(version.drafted_by), not_asked="Nothing but a talk."
    )
    body = author.get(url("versions", version.proposal)).content.decode()
    assert "<ins" in body
    assert "Nothing but a talk." in body
    assert "<del" in body
    assert "What we do not ask" in body
    turned = author.get(url("versions", version.proposal), {"old": "2", "new": "1"}).content.decode()
    assert "From version 1 to version 2" in turned
    assert "Nothing differs" in author.get(url("versions", version.proposal), {"old": "2"}).content.decode()
    assert author.get(url("versions", version.proposal), {"old": "x", "new": "9" * 99}).status_code == 200


def test_the_case_page_tells_each_side_its_part(version: ProposalVersion, lead: Client) -> None:
    makers.make_approved(version)
    for document in Document.objects.all():
        press.render(document.pk)
    template = engines["django"].from_string("{% load proposals %}{% proposal_summary case %}")
    participant = version.annexes.all()[0].participant
    people = {
        "Open the desk": version.drafted_by,
        "Proposal to you": makers.make_member(participant.municipality, "reader"),
    }
    for words, user in people.items():
        request = RequestFactory().get("/")
        request.user = user
        assert words in template.render({"case": version.proposal.case}, request)
    request.user = makers.make_user()
    assert template.render({"case": version.proposal.case}, request).strip() == ""


# --- what a page costs --------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["desk", "annex", "approval", "versions"])
def test_pages_cost_the_same_for_one_recipient_and_for_three(name: str) -> None:
    counts = []
    for recipients in (1, 3):
        version = makers.make_draft(makers.make_case(makers.make_municipality()), recipients=recipients)
        client = signed_in(version.drafted_by)
        address = url(name, version.annexes.all()[0] if name == "annex" else version.proposal)
        client.get(address)
        with CaptureQueriesContext(connection) as asked:
            assert client.get(address).status_code == 200
        counts.append(len(asked))
    assert counts[0] == counts[1]
    assert counts[0] <= 40


def test_an_approved_desk_costs_the_same_for_one_paper_and_for_three() -> None:
    counts = []
    for recipients in (1, 3):
        draft = makers.make_draft(makers.make_case(makers.make_municipality()), recipients=recipients)
        version = makers.make_approved(draft)
        Participant.objects.filter(documents__version=version).update(state="proposal_sent")
        client = signed_in(version.drafted_by)
        client.get(url("desk", version.proposal))
        with CaptureQueriesContext(connection) as asked:
            client.get(url("desk", version.proposal))
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_words_that_cannot_be_changed_show_their_figures(version: ProposalVersion, author: Client) -> None:
    annex = version.annexes.all()[0]
    people = f"{annex.participant.municipality.population:,}"
    words = {"opening": "You are {people}.", "open_questions": "Why {people}?"}
    services.save_annex(annex=annex, revision=0, actor=Actor.person(version.drafted_by), **words)
    makers.make_approved(ProposalVersion.objects.get(pk=version.pk))
    page = author.get(url("annex", annex)).content.decode()
    assert f"You are {people}." in page
    assert f"Why {people}?" in page
    assert "{people}" not in page
