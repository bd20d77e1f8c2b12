"""seed_demo: every stage stands, on real municipalities, with people who all say that they are fictitious."""

from __future__ import annotations

import json
import subprocess
import sys
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from imc_portal.core.models import AuditEntry, OutgoingEmail, User
from meetings.models import Dispatch, HandOver, Meeting
from meetings.sample import calls, market, money, people
from partners.models import (
    Case,
    FundingCall,
    ImportRun,
    Interest,
    Listing,
    Municipality,
    Need,
    OfficeHolder,
    ProbeQuestion,
)
from proposals.documents.facts import gather
from proposals.estimate import Origin, keys
from proposals.models import Document, MemberInput, ProposalVersion
from tests import makers
from tests.conftest import ROOT

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
#: The last stage, “complete”, has a file of its own.
EXPECTED = {
    "needs": None,
    "contacted": Case.State.CONTACTING,
    "proposed": Case.State.PROPOSAL,
    "informal": Case.State.INFORMAL_MEETING,
    "formal": Case.State.FORMAL_CONVENED,
    "handed_over": Case.State.HANDED_OVER,
}


def seed(stage: str, **options: object) -> str:
    out = StringIO()
    call_command("seed_demo", stage=stage, stdout=out, **options)
    return out.getvalue()


def fictitious_everywhere() -> bool:
    marked = all(user.name.endswith("(fictitious)") for user in User.objects.all())
    holders = OfficeHolder.objects.all()
    return marked and all(row.fictitious and row.name.endswith("(fictitious)") for row in holders)


@pytest.mark.parametrize("stage", EXPECTED)
def test_a_stage_stands(stage: str) -> None:
    said = json.loads(seed(stage, format="json"))
    assert said["stage"] == stage
    assert {login["email"] for login in said["logins"]} == {login.email for login in people.LOGINS}
    assert len({login["password"] for login in said["logins"]}) == 1
    assert Need.objects.count() == 2
    case = Case.objects.first()
    assert (case.state if case else None) == EXPECTED[stage]
    assert said["start"] == (case.get_absolute_url() if case else "/")
    assert User.objects.count() == len(people.LOGINS)
    assert OfficeHolder.objects.count() >= len(people.OFFICE_HOLDERS)
    assert fictitious_everywhere()
    assert FundingCall.objects.filter(illustrative=True, source=calls.SOURCE).count() == len(calls.CALLS)
    the_market_is_open()
    assert Municipality.objects.count() > 400
    assert not Document.objects.exclude(state=Document.State.RENDERED).exists()
    assert not Dispatch.objects.exclude(problem="").exists()
    assert AuditEntry.objects.exists()
    if stage == "proposed":
        assert ProposalVersion.objects.get().state == ProposalVersion.State.SUBMITTED
        every_key_shows_on_illustrative_figures()
    if stage == "informal":
        three_papers_are_on_their_way()
    if stage == "formal":
        assert Meeting.objects.get(kind="informal").state == Meeting.State.HELD
        assert Meeting.objects.get(kind="formal").state == Meeting.State.CALLED
    if stage == "handed_over":
        assert HandOver.objects.count() == 1


def every_key_shows_on_illustrative_figures() -> None:
    facts = gather(Case.objects.get())
    (estimate,) = facts.estimates
    assert not estimate.missing
    assert [one.key for one in estimate.scenario("central").keys] == list(keys.ORDER)
    assert {one.origin for one in estimate.solos} == {Origin.MEASURED, Origin.ESTIMATED, Origin.ASSUMED}
    assert sum(estimate.grants.values()) == 120_000
    assert all("illustrative" in row.source for row in MemberInput.objects.all())
    run = ImportRun.objects.get(source=money.SOURCE)
    for town in Municipality.objects.exclude(fiscal_capacity=None):
        assert town.provenance["fiscal_capacity"] == town.provenance["property_value"] == str(run.pk)
        assert town.provenance["population"] != str(run.pk)


def the_market_is_open() -> None:
    assert Listing.objects.open().count() == len(market.ENTRIES) - 1
    assert Listing.objects.get(state=Listing.State.SUBMITTED).text.endswith("exists.)")
    assert Interest.objects.get().state == Interest.State.SENT
    assert str(ProbeQuestion.objects.get().municipality) == "Hauts de Bienne"


def three_papers_are_on_their_way() -> None:
    assert Document.objects.filter(state=Document.State.RENDERED).count() == len(people.PARTNERS)
    mails = [dispatch.email for dispatch in Dispatch.objects.select_related("email")]
    assert len(mails) == len(people.PARTNERS)
    for mail in mails:
        assert mail is not None
        assert mail.state in (OutgoingEmail.State.QUEUED, OutgoingEmail.State.SENT)
        kinds = [file.content_type.split(";")[0] for file in mail.attachments.all()]
        assert sorted(kinds) == ["application/pdf", "application/pdf", "text/calendar"]
    addresses = {mail.to_address for mail in mails if mail}
    assert addresses == {"mayor@morbier.example", "mairie@les-rousses.example", "mairie@longchaumois.example"}


def test_the_same_seed_gives_the_same_figures_and_another_seed_others() -> None:
    costs = []
    for number in (7, 7, 8):
        with transaction.atomic():
            seed("needs", seed=number)
            costs.append(Need.objects.get(function="ECO-ROA").baseline.annual_cost)
            transaction.set_rollback(True)
    assert costs[0] == costs[1] != costs[2]


def test_the_text_names_the_logins() -> None:
    said = seed("needs")
    assert "stage “needs”" in said
    assert all(login.email in said for login in people.LOGINS)


def test_a_portal_with_people_is_left_as_it_is() -> None:
    makers.make_user("Anna")
    with pytest.raises(CommandError, match="people in this portal already") as refusal:
        seed("needs")
    assert refusal.value.returncode == 1
    assert (User.objects.count(), Municipality.objects.count()) == (1, 0)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("words", "status", "reason"),
    [
        (["--stage", "needs"], 1, "people in this portal already"),
        (["--stage", "dreams"], 2, "invalid choice"),
    ],
)
def test_the_exit_status_says_what_was_wrong(
    child_environment: dict[str, str], words: list[str], status: int, reason: str
) -> None:
    makers.make_user("Anna")
    done = subprocess.run(
        [sys.executable, "manage.py", "seed_demo", *words],
        env=child_environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == status, done.stderr
    assert reason in done.stderr
    assert "Traceback" not in done.stderr
    assert not Municipality.objects.exists()
