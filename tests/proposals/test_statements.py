"""Benefits, costs and risks: suggested from what is known, looked over by somebody, changed without loss."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from imc_portal.core.audit import Actor
from imc_portal.core.models import AuditEntry, User
from imc_portal.core.problems import Refusal, Stale
from partners.models import Baseline, Case, Evidence, Need, Participant, RankingSnapshot
from proposals import services
from proposals.documents.facts import gather
from proposals.models import Annex, ProposalVersion, Statement
from proposals.services import prefill
from proposals.services.prefill import Suggestion
from tests import makers

pytestmark = pytest.mark.django_db
SECRET = "SECRET-OF-ANOTHER"


def begun(*, recipients: int = 2, **fields: Any) -> ProposalVersion:
    """A proposal just started: its annexes hold what the portal suggested."""
    case = makers.make_case(makers.make_municipality("Alderney", population=20_000))
    makers.make_area(case)
    for _ in range(recipients):
        makers.make_participant(case, makers.make_municipality(**({"population": 15_000} | fields)))
    Case.objects.filter(pk=case.pk).update(state=Case.State.CONTACTING)
    case.refresh_from_db()
    return services.start(case=case, actor=Actor.person(case.opened_by)).versions.get()


def actor(version: ProposalVersion) -> Actor:
    return Actor.person(version.drafted_by)


def offered(annex: Annex) -> list[Suggestion]:
    case = annex.version.proposal.case
    participant = Participant.objects.select_related("municipality", "ranking").get(pk=annex.participant_id)
    return prefill.suggestions(participant, prefill.ground_of(case, gather(case)))


def kinds(found: list[Suggestion]) -> set[str]:
    return {one.kind for one in found}


# --- what is suggested ------------------------------------------------------------------------


def test_an_annex_begins_with_what_rests_on_data_and_says_where_from() -> None:
    version = begun()
    annex = version.annexes.all()[0]
    said = {one.kind: one for one in annex.statements.all()}
    assert {"unit_cost", "minimum_size", "transition"} <= said.keys()
    assert "control" not in said
    assert {one.origin for one in said.values()} == {"estimate"}
    assert "{net ENV-WCO}" in said["unit_cost"].text
    assert "{once ENV-WCO}" in said["transition"].text
    assert [one.is_benefit for one in annex.statements.all()] == sorted(
        (one.is_benefit for one in annex.statements.all()), reverse=True
    )


def test_a_loss_is_suggested_as_a_cost() -> None:
    version = begun()
    Evidence.objects.filter(functions="ENV-WCO").update(central="0.10", low="0.20", high="0")
    found = offered(version.annexes.all()[0])
    assert "unit_cost" not in kinds(found)
    assert any(one.kind == "higher_cost" and "more together than alone" in one.text for one in found)


def test_without_a_figure_no_amount_is_suggested() -> None:
    version = begun()
    Baseline.objects.all().delete()
    found = offered(version.annexes.all()[0])
    assert kinds(found) & {"unit_cost", "higher_cost", "transition", "duplication"} == set()
    assert {"control", "slower"} <= kinds(found)


def test_coordination_grows_with_the_group_and_nobody_large_enough_gains_size() -> None:
    few, many = (offered(begun(recipients=n).annexes.all()[0]) for n in (2, 5))
    shares = [next(one.text for one in found if one.kind == "duplication") for found in (few, many)]
    assert "about 2%" in shares[0]
    assert "about 3.5%" in shares[1]
    assert "minimum_size" not in kinds(offered(begun(population=90_000).annexes.all()[0]))


def test_distance_is_named_from_ten_kilometres_on() -> None:
    near = offered(begun(recipients=1, latitude=46.6, longitude=5.5).annexes.all()[0])
    far = offered(begun(recipients=1, latitude=48.0, longitude=5.5).annexes.all()[0])
    assert "remoteness" in kinds(far)
    assert "remoteness" not in kinds(offered(begun(latitude=None, longitude=None).annexes.all()[0]))
    remote = next(one for one in far if one.kind == "remoteness")
    assert int(re.findall(r"(\d+) km", remote.text)[0]) > 100
    assert len(near) <= len(far)


def test_an_open_call_within_reach_is_suggested_and_others_are_not() -> None:
    version = begun()
    makers.make_call("Within reach", functions=["ENV-WCO"], min_population=40_000)
    makers.make_call("Too large", functions=["ENV-WCO"], min_population=10_000_000)
    makers.make_call("For libraries", functions=["REC-LIB"])
    makers.make_call("Over", functions=["ENV-WCO"], deadline=timezone.localdate() - dt.timedelta(days=1))
    makers.make_call(SECRET, functions=["ENV-WCO"], published=False)
    texts = [one.text for one in offered(version.annexes.all()[0]) if one.kind == "funding"]
    assert len(texts) == 1
    assert "“Within reach”" in texts[0]


def test_only_the_ranking_and_the_needs_of_the_case_tell_of_shared_problems() -> None:
    version = begun()
    first, second = version.annexes.all()
    for annex in (first, second):
        makers.make_need(annex.participant.municipality, statement=SECRET, evidence=SECRET)
    assert "shared_overheads" not in kinds(offered(first))
    raw = {"shared_problem": {"score": 0.5, "weight": 25, "raw": {"shared_severity": 0.5}}}
    rows = [{"key": first.participant.municipality_id, "factors": raw}]
    snapshot = RankingSnapshot.objects.create(case=version.proposal.case, taken_by="x", weights={}, rows=rows)
    Participant.objects.filter(case=version.proposal.case).update(ranking=snapshot)
    assert "shared_overheads" in kinds(offered(first))
    assert "shared_overheads" not in kinds(offered(second))
    version.proposal.case.needs.add(Need.objects.get(municipality=second.participant.municipality))
    named = [one for one in offered(second) if one.kind == "shared_overheads"]
    assert [one.origin for one in named] == ["need"]
    assert SECRET not in " ".join(one.text for annex in (first, second) for one in offered(annex))


def test_one_recipient_s_suggestions_name_no_other() -> None:
    version = begun()
    first, second = version.annexes.all()
    words = " ".join(f"{one.text} {one.indicator}" for one in offered(first))
    assert second.participant.municipality.name not in words


# --- looked over ----------------------------------------------------------------------------------


def test_nothing_leaves_that_nobody_has_looked_at() -> None:
    version = begun(recipients=1)
    annex = version.annexes.get()
    services.add_statement(annex=annex, kind="control", text="Less control.", actor=actor(version))
    waiting = annex.statements.exclude(origin="own").count()
    lacking = f"{waiting} suggested statements in the annex for {annex.participant} wait for your eye."
    assert services.completeness(version) == [lacking]
    with pytest.raises(Refusal, match="wait for your eye"):
        services.submit(version=version, actor=actor(version))
    first, *others = annex.statements.exclude(origin="own")
    assert services.confirm_statements(annex=annex, statement=first, actor=actor(version)) == 1
    services.change_statement(
        statement=others[0], seen=others[0].digest, actor=actor(version), text="In our own words."
    )
    assert annex.statements.exclude(origin="own").count() == waiting - 2
    services.confirm_statements(annex=annex, actor=actor(version))
    assert services.completeness(version) == []
    assert AuditEntry.objects.filter(verb="confirmed suggested statements").count() == 2
    assert services.confirm_statements(annex=annex, actor=actor(version)) == 0
    assert services.submit(version=version, actor=actor(version)).state == "submitted"


def test_words_that_ask_for_a_figure_nobody_has_are_named() -> None:
    version = makers.make_draft(recipients=1)
    annex = version.annexes.get()
    services.save_annex(
        annex=annex, revision=0, actor=actor(version), opening="You gain {net ECO-ROA} or {other}."
    )
    services.add_statement(annex=annex, kind="exit", text="It costs {joint ENV-WCO}.", actor=actor(version))
    assert services.completeness(version) == [
        f"The annex for {annex.participant} asks for a figure that is not known: {{net ECO-ROA}}."
    ]


def test_words_of_gain_do_not_outlive_the_gain() -> None:
    version = begun(recipients=1)
    annex = version.annexes.get()
    services.add_statement(annex=annex, kind="control", text="Less control.", actor=actor(version))
    services.confirm_statements(annex=annex, actor=actor(version))
    assert services.completeness(version) == []
    Evidence.objects.filter(functions="ENV-WCO").update(central="0.10", low="0.20", high="0")
    (lacking,) = services.completeness(version)
    assert lacking.startswith(f"The annex for {annex.participant} speaks of a gain in waste collection")
    benefit = annex.statements.get(kind="unit_cost")
    services.change_statement(
        statement=benefit, seen=benefit.digest, actor=actor(version), text="It is better, and costs more."
    )
    assert services.completeness(version) == []


def test_suggestions_nobody_confirmed_follow_the_figures_and_own_words_stay() -> None:
    version = begun(recipients=2)
    first, other = version.annexes.all()
    own = services.add_statement(annex=first, kind="minimum_size", text="Ours.", actor=actor(version))
    before = [one.pk for one in other.statements.all()]
    Evidence.objects.filter(functions="ENV-WCO").update(central="0.10", low="0.20", high="0")
    services.renew_suggestions(annex=first, actor=actor(version))
    said = list(first.statements.all())
    assert own in said
    assert [one.kind for one in said].count("minimum_size") == 1
    assert {"higher_cost", "transition"} <= {one.kind for one in said if one.waits}
    assert "unit_cost" not in {one.kind for one in said}
    assert [one.pk for one in other.statements.all()] == before
    entry = AuditEntry.objects.get(verb="suggested statements anew")
    assert any("better off" in words or "unit cost" in words for words in entry.before["statements"])
    page = signed_in(version.drafted_by)
    assert page.post(url("suggestions_renew", other)).status_code == 302
    assert "higher_cost" in {one.kind for one in other.statements.all()}


# --- changed in place, in order -----------------------------------------------------------------------


def test_a_statement_changed_meanwhile_is_not_overwritten() -> None:
    version = makers.make_draft(recipients=1)
    statement = version.annexes.get().statements.all()[0]
    seen = statement.digest
    services.change_statement(statement=statement, seen=seen, actor=actor(version), text="Hers.")
    with pytest.raises(Stale, match="Nothing was overwritten"):
        services.change_statement(statement=statement, seen=seen, actor=actor(version), text="His.")
    statement.refresh_from_db()
    assert statement.text == "Hers."
    entry = AuditEntry.objects.get(verb="changed a statement")
    assert (entry.before["text"], entry.after["text"]) != ("Hers.", "His.")
    services.remove_statement(statement=statement, actor=actor(version))
    with pytest.raises(Refusal, match="taken this statement out"):
        services.change_statement(statement=statement, seen=statement.digest, actor=actor(version), text="x")
    other = version.annexes.get().statements.get()
    with pytest.raises(ValidationError):
        services.change_statement(statement=other, seen=other.digest, actor=actor(version), kind="bribe")


def test_order_moves_within_benefits_and_within_costs() -> None:
    version = makers.make_draft(recipients=1)
    annex = version.annexes.get()
    for kind in ("funding", "exit", "coordination"):
        services.add_statement(annex=annex, kind=kind, text=kind, actor=actor(version))

    def order(is_benefit: bool) -> list[str]:
        return [one.kind for one in annex.statements.all() if one.is_benefit is is_benefit]

    assert order(True) == ["unit_cost", "funding", "coordination"]
    last = annex.statements.get(kind="coordination")
    for _ in range(3):
        services.move_statement(statement=last, earlier=True, actor=actor(version))
    assert order(True) == ["coordination", "unit_cost", "funding"]
    services.move_statement(statement=last, earlier=False, actor=actor(version))
    assert order(True) == ["unit_cost", "coordination", "funding"]
    assert order(False) == ["control", "exit"]
    second = services.new_version(
        proposal=makers.make_approved(version).proposal, actor=actor(version)
    ).annexes.get()
    assert [one.kind for one in second.statements.all()] == [one.kind for one in annex.statements.all()]


# --- the page ---------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def one_version(standing: None) -> ProposalVersion:
    return begun()


@pytest.fixture
def author(version: ProposalVersion) -> Client:
    return signed_in(version.drafted_by)


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def url(name: str, record: Any) -> str:
    return reverse(f"proposals:{name}", args=[record.pk])


def test_the_page_offers_what_nobody_used_and_shows_figures_in_words(
    version: ProposalVersion, author: Client
) -> None:
    annex = version.annexes.all()[0]
    page = author.get(url("annex", annex)).content.decode()
    assert "better off by €" in page
    assert "suggested from the estimate" in page
    assert "All of these are right" in page
    assert "<code>{net ENV-WCO}</code>" in page
    index, digest = re.findall(
        r'name="index" value="(\d+)"><input type="hidden" name="digest" value="(\w+)"', page
    )[0]
    sent = {"index": index, "digest": digest}
    before = annex.statements.count()
    assert author.post(url("suggestion_use", annex), sent).status_code == 302
    assert annex.statements.count() == before + 1
    again = author.get(url("annex", annex)).content.decode()
    assert f'value="{digest}"' not in again
    reader = signed_in(makers.make_member(version.proposal.case.initiator, "reader"))
    read = reader.get(url("annex", annex)).content.decode()
    assert "better off by €" in read
    for act in ("That is right", "suggestion_use", 'name="digest"', "Take out"):
        assert act not in read


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"index": "0", "digest": "wrong"},
        {"index": "99", "digest": ""},
        {"index": "-1", "digest": "x"},
        {"index": "1e3"},
        {"index": "٣", "digest": "x"},
        {"index": "9" * 5000, "digest": "x" * 1_000_000},
    ],
)
def test_a_suggestion_that_is_not_there_is_refused_in_words(
    sent: dict[str, str], version: ProposalVersion, author: Client
) -> None:
    annex = version.annexes.all()[0]
    before = Statement.objects.count()
    back = {"referer": f"http://testserver{url('annex', annex)}"}
    answer = author.post(url("suggestion_use", annex), sent, headers=back, follow=True)
    assert "This suggestion has changed meanwhile" in answer.content.decode()
    assert Statement.objects.count() == before
    assert author.post(url("suggestion_use", annex), {"index": "\0"}).status_code == 400


def test_statements_are_changed_moved_and_confirmed_in_their_place(
    version: ProposalVersion, author: Client
) -> None:
    annex = version.annexes.all()[0]
    statement = annex.statements.all()[0]
    words = {"kind": "unit_cost", "text": "In our words.", "confidence": "high", "seen": statement.digest}
    assert author.post(url("statement_change", statement), words | {"text": ""}).status_code == 422
    assert (
        author.post(url("statement_change", statement), words | {"text": "x" * 1_000_000}).status_code == 422
    )
    done = author.post(url("statement_change", statement), words)
    assert done["Location"].endswith("#statements")
    stale = author.post(url("statement_change", statement), words | {"text": "Too late."})
    assert stale.status_code == 409
    body = stale.content.decode()
    assert "Too late." in body
    assert "In our words." in body
    statement.refresh_from_db()
    assert (statement.text, statement.origin) == ("In our words.", "own")
    assert author.post(url("statement_move", statement), {"to": "later"}).status_code == 302
    assert annex.statements.all()[0] != statement
    waiting = annex.statements.exclude(origin="own")[0]
    author.post(url("statement_confirm", waiting))
    waiting.refresh_from_db()
    assert waiting.origin == "own"
    author.post(url("statements_confirm", annex))
    assert not annex.statements.exclude(origin="own").exists()


def test_gaps_lead_to_where_they_are_mended(version: ProposalVersion, author: Client) -> None:
    ProposalVersion.objects.filter(pk=version.pk).update(why="")
    annex = version.annexes.all()[0]
    Participant.objects.filter(pk=annex.participant_id).update(contact=None)
    page = author.get(url("desk", version.proposal)).content.decode()
    contacts = reverse("partners:contacts", args=[version.proposal.case_id])
    for address in (f"{url('desk', version.proposal)}#id_why", f"{url('annex', annex)}#statements", contacts):
        assert f'href="{address}"' in page
    assert 'id="id_why"' in page
    assert 'id="statements"' in author.get(url("annex", annex)).content.decode()
