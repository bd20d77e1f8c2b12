"""Moved, called off, corrected: what follows goes to exactly those whom it concerns, once."""

from __future__ import annotations

import copy
import datetime as dt
from dataclasses import dataclass, field

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from icalendar import Calendar

from imc_portal.core import outbox
from imc_portal.core.audit import Actor
from imc_portal.core.models import OutgoingEmail
from imc_portal.core.problems import Refusal
from meetings.models import CaseRules, Dispatch, Meeting
from meetings.services import planning
from partners.models import Participant
from tests import makers
from tests.meetings import papers
from tests.meetings.scenes import Scene

pytestmark = pytest.mark.django_db


@dataclass
class Talks:
    """A called meeting, and what a host may do to it."""

    scene: Scene
    version: int = 1
    days: int = 21
    told: list[str] = field(default_factory=list)

    @property
    def host(self) -> Actor:
        return Actor.person(self.scene.focal)

    def move(self) -> None:
        """To a later day."""
        self.days += 7
        start = timezone.now() + dt.timedelta(days=self.days)
        planning.change_meeting(
            meeting=papers.meeting_of(self.scene), plan=papers.plan_of(start), actor=self.host
        )

    def correct(self) -> None:
        """A newer version of the proposal is approved."""
        self.version += 1
        papers.approve(papers.draft(self.scene, number=self.version), self.scene)

    def cancel(self) -> None:
        """The meeting is called off."""
        planning.cancel_meeting(meeting=papers.meeting_of(self.scene), reason="Snow", actor=self.host)

    def tick(self) -> None:
        """The clock goes on."""
        papers.tick()

    def leave(self) -> None:
        """All that waits leaves."""
        papers.leave()

    def leave_birk(self) -> None:
        """What waits for Birk leaves, the other has to wait."""
        papers.leave(to_name=self.name(self.scene.birk))

    def put_off(self) -> None:
        """The mail server asks to wait."""
        OutgoingEmail.objects.filter(state="queued").update(state="retry", not_before=timezone.now())

    def hold(self) -> None:
        """Somebody holds back all that waits."""
        waiting = OutgoingEmail.objects.filter(state__in=["queued", "retry"])
        if waiting.exists():
            outbox.hold(emails=waiting, actor=self.host, reason="A look first")

    def settle(self) -> None:
        """All that is held is released, all that waits leaves, the clock goes on until nothing happens."""
        for _again in range(3):
            outbox.release(emails=OutgoingEmail.objects.filter(state="held"), actor=self.host)
            OutgoingEmail.objects.filter(state="retry").update(state="queued", not_before=timezone.now())
            papers.tick()
            papers.leave()

    @staticmethod
    def name(participant: Participant) -> str:
        assert participant.contact is not None
        return participant.contact.name

    def got(self, participant: Participant) -> list[tuple[str, int, int]]:
        """What somebody received, in order: method and sequence of the entry, files of the message."""
        sent = OutgoingEmail.objects.filter(state="sent", to_name=self.name(participant)).order_by("sent_at")
        return [entry_of(mail) for mail in sent]


def entry_of(mail: OutgoingEmail) -> tuple[str, int, int]:
    content = bytes(mail.attachments.get(filename="invitation.ics").content or b"")
    calendar = Calendar.from_ical(content)
    version = int(mail.key.startswith("meeting:") and "/version:" in mail.key)
    return str(calendar["METHOD"]), int(str(calendar.events[0]["SEQUENCE"])), version


@pytest.fixture(scope="module")
def one_scene(standing: None) -> Scene:
    """Approved and called; both invitations wait to leave."""
    return papers.called()


@pytest.fixture
def talks(scene: Scene) -> Talks:
    return Talks(scene)


INVITED, PAPER = ("REQUEST", 0, 1), 1


def invitation(sequence: int) -> tuple[str, int, int]:
    return ("REQUEST", sequence, 1)


def change(sequence: int) -> tuple[str, int, int]:
    return ("REQUEST", sequence, 0)


def called_off(sequence: int) -> tuple[str, int, int]:
    return ("CANCEL", sequence, 0)


@pytest.mark.parametrize(
    ("acts", "birk", "corn"),
    [
        pytest.param("leave", [invitation(0)], [invitation(0)], id="nothing happens"),
        pytest.param("leave move settle", [invitation(0), change(1)], [invitation(0), change(1)], id="moved"),
        pytest.param("move settle", [invitation(1)], [invitation(1)], id="moved before anything left"),
        pytest.param(
            "leave_birk move settle",
            [invitation(0), change(1)],
            [invitation(1)],
            id="one has it and is told, the other gets the invitation as it stands",
        ),
        pytest.param(
            "leave move move settle",
            [invitation(0), change(2)],
            [invitation(0), change(2)],
            id="moved twice quickly: the last state alone",
        ),
        pytest.param(
            "leave move tick move settle",
            [invitation(0), change(2)],
            [invitation(0), change(2)],
            id="moved again before the first change left",
        ),
        pytest.param(
            "hold move settle",
            [invitation(1)],
            [invitation(1)],
            id="moved while held",
        ),
        pytest.param(
            "put_off move settle",
            [invitation(1)],
            [invitation(1)],
            id="moved while retried",
        ),
        pytest.param("cancel settle", [], [], id="called off before it left: nobody hears of it"),
        pytest.param("hold cancel settle", [], [], id="called off while held"),
        pytest.param(
            "leave_birk cancel settle",
            [invitation(0), called_off(1)],
            [],
            id="who knew is told, who knew nothing is not",
        ),
        pytest.param(
            "leave move cancel settle",
            [invitation(0), called_off(2)],
            [invitation(0), called_off(2)],
            id="moved and called off: only that",
        ),
        pytest.param(
            "leave move tick cancel settle",
            [invitation(0), called_off(2)],
            [invitation(0), called_off(2)],
            id="a change that has not left goes with the meeting",
        ),
        pytest.param(
            "leave correct settle",
            [invitation(0), invitation(0)],
            [invitation(0), invitation(0)],
            id="corrected: both versions",
        ),
        pytest.param(
            "leave_birk correct settle",
            [invitation(0), invitation(0)],
            [invitation(0)],
            id="corrected: the old version never leaves beside the new one",
        ),
        pytest.param("hold correct settle", [invitation(0)], [invitation(0)], id="corrected while held"),
        pytest.param("correct move settle", [invitation(1)], [invitation(1)], id="corrected and moved"),
        pytest.param(
            "leave correct tick move settle",
            [invitation(0), change(1), invitation(1)],
            [invitation(0), change(1), invitation(1)],
            id="moved while the corrected paper waits",
        ),
    ],
)
def test_each_sequence_of_acts_brings_each_recipient_exactly_this(
    talks: Talks, acts: str, birk: list[tuple[str, int, int]], corn: list[tuple[str, int, int]]
) -> None:
    for act in acts.split():
        getattr(talks, act)()
    assert sorted(talks.got(talks.scene.birk)) == sorted(birk)
    assert sorted(talks.got(talks.scene.corn)) == sorted(corn)


ACTS = ("move", "correct", "tick", "leave", "leave_birk", "put_off", "hold", "cancel")


@pytest.mark.slow
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(ACTS), min_size=1, max_size=7))
def test_whatever_a_host_does_nobody_hears_too_much_or_too_little(scene: Scene, acts: list[str]) -> None:
    with transaction.atomic():
        talks = Talks(copy.deepcopy(scene))
        for act in acts:
            try:
                getattr(talks, act)()
            except Refusal:
                assert papers.meeting_of(talks.scene).state == "cancelled"
        talks.settle()
        for guest in talks.scene.guests:
            _agrees(talks, guest)
        transaction.set_rollback(True)


def _agrees(talks: Talks, guest: Participant) -> None:
    meeting, got = papers.meeting_of(talks.scene), talks.got(guest)
    sent = OutgoingEmail.objects.filter(state="sent", to_name=talks.name(guest))
    subjects = list(sent.values_list("key", flat=True))
    plain = [key.split("/anew:")[0] for key in subjects]
    assert len(plain) == len(set(plain)), "no message about the same thing twice"
    sequences = [sequence for _method, sequence, _paper in got]
    assert sequences == sorted(sequences), "a calendar never goes back"
    if meeting.state == Meeting.State.CANCELLED:
        assert [entry[0] for entry in got].count("CANCEL") == bool(got)
        assert not got or got[-1] == called_off(meeting.sequence)
        return
    assert got[-1][:2] == ("REQUEST", meeting.sequence), "the last state is known"
    newest = (
        Dispatch.objects.filter(invitation__participant=guest).order_by("document__version__number").last()
    )
    assert newest is not None
    assert newest.email is not None
    assert newest.email.state == "sent"
    assert newest.document is not None
    assert newest.document.version.number == talks.version


def test_an_unsent_letter_to_who_left_stays_behind(talks: Talks) -> None:
    Participant.objects.filter(pk=talks.scene.birk.pk).update(state="withdrawn", reason="No")
    talks.settle()
    assert talks.got(talks.scene.birk) == []
    assert talks.got(talks.scene.corn) == [invitation(0)]


def test_a_letter_that_waits_goes_to_the_recipient_chosen_since(talks: Talks) -> None:
    other = makers.make_contact(talks.scene.birk.municipality, name="Nora New")
    Participant.objects.filter(pk=talks.scene.birk.pk).update(contact=other)
    talks.settle()
    assert talks.got(talks.scene.birk) == []
    assert [mail.to_name for mail in OutgoingEmail.objects.filter(state="sent", to_address=other.email)] == [
        "Nora New"
    ]


def test_who_never_had_the_earlier_version_reads_of_no_correction(talks: Talks) -> None:
    talks.leave_birk()
    talks.correct()
    talks.settle()
    texts = {
        mail.to_name: mail.text for mail in OutgoingEmail.objects.filter(state="sent").order_by("sent_at")
    }
    assert "This is a correction" in texts[talks.name(talks.scene.birk)]
    assert "This is a correction" not in texts[talks.name(talks.scene.corn)]


def test_a_letter_said_again_in_the_post_room_carries_the_paper_on(talks: Talks) -> None:
    mail = Dispatch.objects.get(invitation__participant=talks.scene.birk).email
    assert mail is not None
    OutgoingEmail.objects.filter(pk=mail.pk).update(state="failed", last_error="550")
    again = outbox.send_again(email=mail, actor=talks.host, reason="Their server is back")
    talks.settle()
    paper = Dispatch.objects.get(invitation__participant=talks.scene.birk)
    assert paper.email == again
    assert paper.arrived_at is not None


def test_where_somebody_looks_first_the_change_waits_for_the_look_as_well(talks: Talks) -> None:
    talks.leave()
    CaseRules.objects.create(case=talks.scene.case, look_first=True)
    talks.move()
    talks.tick()
    assert set(OutgoingEmail.objects.filter(key__contains="/change:").values_list("state", flat=True)) == {
        "held"
    }
    talks.move()
    talks.settle()
    assert talks.got(talks.scene.birk) == [invitation(0), change(2)]
