"""The complete demo: five municipalities, two languages, two time zones, from need to confirmed hand-over."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
import pytest_django
from django.core import mail
from django.core.mail import EmailMessage
from django.core.management import call_command
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from imc_portal.core import documents
from imc_portal.core.models import AuditEntry, OutgoingEmail, User
from meetings.models import (
    Answer,
    AreaAttitude,
    DatePoll,
    Dispatch,
    ExplorationDecision,
    FormalMeeting,
    GoalVoice,
    HandOver,
    HandOverReceiver,
    Invitation,
    Meeting,
    Minutes,
    NextStep,
    Ratification,
    RecordNote,
)
from meetings.package import archive, schema
from meetings.sample.border import clock, ground, opening, people, play, post
from meetings.sample.border.ground import CAMPBELLTON, ESCUMINAC, HERON_BAY, POINTE, RISTIGOUCHE
from meetings.services import answers, dispatch, minutes_letters, papers, steps
from partners.models import Case, ContactLog, Municipality, NeighbourLink, OfficeHolder, Participant
from proposals.models import Document

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
FRENCH = {"mairie@pointe-a-la-croix.example", "mairie@escuminac.example"}
ENGLISH = {"mayor@heron-bay.example", "focal@campbellton.example", "intake@study.example"}


@dataclass
class Story:
    """The case when all is told, and the letters as they left."""

    case: Case
    days: clock.Calendar
    letters: list[EmailMessage]

    def of(self, code: str) -> Participant:
        return self.case.participants.select_related("municipality").get(municipality__code=code)

    def to(self, address: str, words: str = "") -> list[str]:
        """Texts of the letters to an address that hold these words."""
        found = [str(one.body) for one in self.letters if address in str(one.to)]
        return [text for text in found if words in text]


@pytest.fixture(scope="module")
def story(django_db_setup: None, django_db_blocker: pytest_django.DjangoDbBlocker) -> Iterator[Story]:
    with django_db_blocker.unblock(), transaction.atomic():
        now = timezone.now()
        ground.lay()
        people.make_people("a password that nobody needs")
        case = play.play(dice=random.Random(1), now=now)  # noqa: S311  # sample figures, no secrets
        yield Story(case, clock.Calendar.ending(now), list(mail.outbox))
        transaction.set_rollback(True)


def test_real_municipalities_in_two_provinces_languages_and_time_zones(story: Story) -> None:
    towns = Municipality.objects.filter(country=ground.COUNTRY)
    assert towns.count() == 7
    assert NeighbourLink.objects.filter(a__country=ground.COUNTRY).count() == 7
    assert {town.language for town in towns} == {"en", "fr"}
    assert {town.time_zone for town in towns} == {"America/Moncton", "America/Toronto"}
    assert all(town.provenance["population"] for town in towns)
    assert ground.town(CAMPBELLTON).population == 7_047 + 3_290 + 951
    assert all(user.name.endswith("(fictitious)") for user in User.objects.all())
    holders = OfficeHolder.objects.all()
    assert all(row.fictitious and row.name.endswith("(fictitious)") for row in holders)
    assert not User.objects.filter(memberships__municipality__code=POINTE).exists()


def test_each_municipality_stands_where_the_story_left_it(story: Story) -> None:
    assert story.case.state == Case.State.HANDED_OVER
    states = {code: story.of(code).state for code in (CAMPBELLTON, POINTE, ESCUMINAC, HERON_BAY, RISTIGOUCHE)}
    committed = Participant.State.COMMITTED
    assert states == {
        CAMPBELLTON: Participant.State.INITIATOR,
        POINTE: committed,
        ESCUMINAC: committed,
        HERON_BAY: committed,
        RISTIGOUCHE: Participant.State.DECLINED,
    }
    assert story.of(RISTIGOUCHE).reason.startswith("Cent soixante-dix habitants")
    assert ContactLog.objects.get(participant=story.of(RISTIGOUCHE)).result == ContactLog.Result.DECLINED
    assert story.case.participants.exclude(reason="").filter(state=Participant.State.SET_ASIDE).count() == 2
    assert story.case.areas.filter(state="agreed").count() == 2


def test_the_date_was_found_and_every_paper_was_in_good_time(story: Story) -> None:
    poll = DatePoll.objects.get(case=story.case)
    assert poll.state == DatePoll.State.FIXED
    assert poll.slots.get(fixed=True).starts_at == story.days.at(31, 10)
    sent = Dispatch.objects.filter(invitation__meeting__case=story.case)
    assert sent.count() == 2 + 3 + 3
    assert not sent.exclude(problem="").exists()
    assert not sent.exclude(waived_at=None).exists()
    assert all(row.sent_at and row.sent_at <= row.due_at for row in sent.select_related("email"))
    assert {paper.language for paper in Document.objects.all()} == {"en", "fr"}


def test_letters_speak_the_reader_s_language_and_name_the_reader_s_hour(story: Story) -> None:
    assert not OutgoingEmail.objects.exclude(state=OutgoingEmail.State.SENT).exists()
    languages = {row.to_address: row.language for row in OutgoingEmail.objects.all()}
    assert languages == dict.fromkeys(FRENCH, "fr") | dict.fromkeys(ENGLISH, "en")
    assert all(str(one.body).startswith("Madame, Monsieur") for one in story.letters if _french(one))
    [first] = story.to("mairie@pointe-a-la-croix.example", "proposition pour Pointe-à-la-Croix (PDF)")[:1]
    assert "de 09:00 à 11:30 (heure locale, Toronto)" in first
    [formal] = story.to("mairie@escuminac.example", "maintenant invitée à la réunion formelle")
    assert "de 09:00 à 11:30 (heure locale, Toronto)" in formal
    [late] = story.to("mayor@heron-bay.example", "the proposal to Heron Bay (PDF)")
    assert "13:30 to 16:00 (time in Moncton)" in late
    again = story.to("mairie@escuminac.example", "de 12:30 à 15:00 (heure locale, Toronto)")
    assert again
    assert not story.to("mairie@ristigouche.example")


def _french(letter: EmailMessage) -> bool:
    return any(address in str(letter.to) for address in FRENCH)


def test_no_seal_was_broken(story: Story) -> None:
    rounds = {row.number: row for row in story.case.rounds.all()}
    assert sorted(rounds) == [1, 2]
    who = {n: {a.participant.municipality.code for a in row.answers.all()} for n, row in rounds.items()}
    assert who == {1: {CAMPBELLTON, POINTE, ESCUMINAC}, 2: {HERON_BAY}}
    for row in rounds.values():
        assert row.opened_because == "Everybody who was asked has answered."
        last = row.answers.aggregate(last=Max("answered_at"))["last"]
        assert row.opened_at is not None
        assert last <= row.opened_at < row.deadline
    assert not Answer.objects.exclude(state=Answer.State.ANSWERED).exists()
    opened = rounds[1].opened_at
    late = Answer.objects.filter(participant=story.of(HERON_BAY))
    assert late.count() == late.filter(answered_at__gt=opened).count() > 0
    by_link = Answer.objects.filter(participant=story.of(POINTE))
    assert {row.answered_by for row in by_link} == {"Dominique Échantillon (fictitious), mayor"}


def test_two_informal_meetings_and_a_formal_one_were_held(story: Story) -> None:
    held = story.case.meetings.order_by("starts_at")
    assert [(row.kind, row.state) for row in held] == [
        ("informal", Meeting.State.HELD),
        ("informal", Meeting.State.HELD),
        ("formal", Meeting.State.HELD),
    ]
    assert [row.invitations.filter(present=True).count() for row in held] == [3, 4, 4]
    formal = FormalMeeting.objects.get(case=story.case)
    assert formal.secretary == "Robin Sample (fictitious)"
    assert RecordNote.objects.filter(meeting=formal).exclude(text="").count() == len(formal.agenda)
    assert formal.guests.filter(present=True).count() == 2


def test_expectations_goal_and_attitudes_are_by_name_and_by_area(story: Story) -> None:
    newest = story.case.goals.first()
    assert newest is not None
    assert newest.number == 2
    assert {row.name for row in GoalVoice.objects.filter(goal=newest, agrees=True)} == {
        people.MAYORS[code] for code in (CAMPBELLTON, POINTE, ESCUMINAC, HERON_BAY)
    }
    assert GoalVoice.objects.get(goal__number=1, agrees=False).remark.startswith("«")
    assert story.case.topics.count() == 3
    [conditional] = AreaAttitude.objects.filter(
        attitude__participant=story.of(POINTE), value="conditional"
    ).select_related("area")
    assert conditional.area.function_id == opening.FIRE
    assert conditional.conditions == "Le commandement se fait dans les deux langues."


def test_four_outcomes_with_a_condition_a_dissent_and_a_delegate_subject_to_council(story: Story) -> None:
    formal = FormalMeeting.objects.get(case=story.case)
    assert formal.objectives.count() == formal.selected_areas.count() == 2
    decisions = ExplorationDecision.objects.filter(selected_area__meeting=formal)
    assert decisions.count() == 8
    assert decisions.get(vote="yes_if").condition.startswith("l’étude dit")
    assert decisions.get(vote="abstain").dissent.startswith("Heron Bay does not want")
    bound = decisions.filter(mandate=Invitation.Mandate.SUBJECT_TO_COUNCIL)
    assert {row.participant for row in bound} == {story.of(ESCUMINAC)}
    resolution = Ratification.objects.get(meeting=formal)
    assert (resolution.participant, resolution.state) == (story.of(ESCUMINAC), Ratification.State.GIVEN)


def test_minutes_were_objected_to_renewed_and_agreed(story: Story) -> None:
    second, first = Minutes.objects.filter(meeting__case=story.case)
    assert (first.state, second.state) == (Minutes.State.REPLACED, Minutes.State.AGREED)
    assert first.voices.get(voice="objects").participant == story.of(POINTE)
    assert {row.participant.municipality.code for row in second.voices.filter(voice="agrees")} == {
        CAMPBELLTON,
        POINTE,
        ESCUMINAC,
        HERON_BAY,
    }
    assert second.what_changed


def test_one_step_is_done_one_overdue_and_one_waits_for_another(story: Story) -> None:
    done, overdue, waiting, far = NextStep.objects.filter(meeting__case=story.case)
    today = timezone.localdate()
    assert done.done_by == "Jordan Specimen (fictitious)"
    assert overdue.done_at is None
    assert overdue.due < today < waiting.due < far.due
    assert list(waiting.depends_on.all()) == [overdue]
    assert any("Overdue since" in one.subject for one in story.letters)


def test_the_package_keeps_its_schema_and_its_receiver_has_confirmed(story: Story) -> None:
    full = HandOver.objects.get(case=story.case, kind=HandOver.Kind.FULL)
    files = archive.unpack(documents.read(full.file_name, sha256=full.sha256))
    data = json.loads(files["case.json"])
    assert schema.problems(data) == []
    told = json.dumps(data, ensure_ascii=False)
    assert "Heron Bay does not want its two stations counted" in told
    assert "agree to cooperate" not in told
    receiver = HandOverReceiver.objects.get(package=full)
    assert receiver.fetched_at is not None
    assert receiver.confirmed_at is not None
    assert receiver.confirmed_by == "Noa Study (fictitious)"
    public = HandOver.objects.get(case=story.case, kind=HandOver.Kind.PUBLIC)
    open_copy = archive.unpack(documents.read(public.file_name, sha256=public.sha256))
    assert b"@pointe-a-la-croix.example" not in b"".join(open_copy.values())
    assert public.language == "fr"


def test_nothing_is_left_to_do_and_the_trail_has_the_time_of_the_story(story: Story) -> None:
    with clock.standing_at(story.days.at(118, 8)):
        assert not any(dispatch.dispatch_due().counts.values())
        assert not any(minutes_letters.run().counts.values())
        assert answers.open_due() == papers.render_due() == steps.remind_due() == 0
    before = OutgoingEmail.objects.count()
    post.tick(story.case)
    assert OutgoingEmail.objects.exclude(key__startswith="step:").count() <= before
    trail = AuditEntry.objects.filter(context=story.case.context)
    assert trail.earliest("at").at.date() == story.days.monday
    assert trail.latest("at").at < timezone.now()


def test_the_stage_is_offered_by_the_command(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        call_command("seed_demo", "--help")
    assert "complete" in capsys.readouterr().out
