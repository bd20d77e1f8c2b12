"""Finding a date: what the host may offer, who is asked, who answers, and that one time is fixed once."""

from __future__ import annotations

import datetime as dt
import threading
import zoneinfo

import pytest
from django.db import connections
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from imc_portal.core.audit import Actor
from imc_portal.core.models import OutgoingEmail
from imc_portal.core.problems import Refusal
from meetings.forms.dates import AskForm
from meetings.models import DateAnswer, DatePoll, DateSlot, Meeting
from meetings.services import dates
from meetings.services.dates import Offer, Party
from partners.models import Case, Municipality, OfficeHolder, Participant
from tests import makers
from tests.meetings import papers
from tests.meetings.scenes import Scene, link_of, make_scene

pytestmark = pytest.mark.django_db
PARIS = zoneinfo.ZoneInfo("Europe/Paris")
HOURS = dt.timedelta(hours=2)


@pytest.fixture
def scene() -> Scene:
    """A case at the proposal, drafted, nothing planned."""
    built = make_scene(state=Case.State.PROPOSAL)
    papers.draft(built)
    return built


def offer(*, days: tuple[int, ...] = (30, 31), **changes: object) -> Offer:
    start = timezone.now().replace(microsecond=0)
    slots = [(start + dt.timedelta(days=n), start + dt.timedelta(days=n) + HOURS) for n in days]
    values: dict[str, object] = {
        "slots": slots,
        "time_zone": "Europe/Paris",
        "answer_by": start + dt.timedelta(days=10),
    }
    return Offer(**(values | changes))  # type: ignore[arg-type]  # by name


def asked(scene: Scene, **changes: object) -> DatePoll:
    offered = offer(**changes)  # type: ignore[arg-type]  # by name
    return dates.ask(case=scene.case, kind="informal", offer=offered, actor=Actor.person(scene.focal))


def say(poll: DatePoll, who: Participant, *values: str, name: str = "Mayor") -> None:
    dates.answer(
        poll=poll,
        party=Party(participant=who),
        name=name,
        values=dict(zip(poll.slots.values_list("pk", flat=True), values, strict=True)),
        actor=Actor.portal(),
    )


def mails(about: str) -> list[OutgoingEmail]:
    return list(OutgoingEmail.objects.filter(key__contains=f"/{about}/").order_by("to_name"))


# --- asking ------------------------------------------------------------------------------


def test_everybody_in_the_talks_is_asked_once_with_the_own_link(scene: Scene) -> None:
    poll = asked(scene)
    rows = mails("asked")
    assert [row.to_name for row in rows] == sorted(guest.contact.name for guest in scene.guests)  # type: ignore[union-attr]
    for row in rows:
        assert f"dates/{poll.pk}/" in row.text
        assert row.link is not None
    assert {row.link.subject for row in rows if row.link} == {guest.pk for guest in scene.guests}


def test_who_cannot_be_reached_is_left_out_and_the_others_are_asked(scene: Scene) -> None:
    Participant.objects.filter(pk=scene.birk.pk).update(contact=None)
    asked(scene)
    assert len(mails("asked")) == 1


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"days": (-1,)}, "in the past"),
        ({"days": ()}, "at least one time"),
        ({"days": (30, 30)}, "stands here twice"),
        ({"answer_by": timezone.now() + dt.timedelta(days=40)}, "before the first"),
        ({"answer_by": timezone.now() - dt.timedelta(days=1)}, "after today"),
    ],
)
def test_what_makes_no_sense_is_refused(scene: Scene, changes: dict[str, object], words: str) -> None:
    with pytest.raises(Refusal, match=words):
        asked(scene, **changes)
    assert not DatePoll.objects.exists()
    assert not OutgoingEmail.objects.exists()


def test_one_question_at_a_time_and_none_beside_a_meeting(scene: Scene) -> None:
    poll = asked(scene)
    with pytest.raises(Refusal, match="being sought"):
        asked(scene)
    dates.withdraw(poll=poll, actor=Actor.person(scene.focal))
    papers.planned(scene)
    with pytest.raises(Refusal, match="such a meeting already"):
        asked(scene)


def test_a_formal_date_is_not_sought_before_the_informal_meeting(scene: Scene) -> None:
    with pytest.raises(Refusal, match="not at the step"):
        dates.ask(case=scene.case, kind="formal", offer=offer(), actor=Actor.person(scene.focal))


# --- the form: times on the wall -----------------------------------------------------------


def form(now: dt.datetime, **slots: str) -> AskForm:
    day = (now + dt.timedelta(days=1)).date().isoformat()
    return AskForm({"minutes": 120, "answer_by": day, **slots}, time_zone="Europe/Paris", now=now)


def test_an_hour_that_does_not_exist_is_refused_in_clear_words() -> None:
    filled = form(dt.datetime(2027, 3, 1, 9, tzinfo=PARIS), slot_1="2027-03-28T02:30")
    assert not filled.is_valid()
    assert "Sunday 28 March 2027, 02:30 does not exist" in str(filled.errors)


def test_an_hour_that_comes_twice_is_explained_and_the_first_is_meant() -> None:
    filled = form(dt.datetime(2027, 10, 1, 9, tzinfo=PARIS), slot_1="2027-10-31T02:30")
    assert filled.is_valid(), filled.errors
    assert "comes twice; the first of the two is meant" in filled.notes[0]
    assert filled.offer.slots[0][0] == dt.datetime(2027, 10, 31, 0, 30, tzinfo=dt.UTC)


def test_the_past_is_refused_and_no_row_but_the_first_is_needed() -> None:
    now = dt.datetime(2027, 3, 10, 9, tzinfo=PARIS)
    assert "is in the past" in str(form(now, slot_1="2027-03-09T10:00").errors)
    assert form(now, slot_1="2027-03-20T10:00", slot_4="2027-03-21T10:00").is_valid()
    assert "slot_1" in form(now, slot_2="2027-03-20T10:00").errors
    for nonsense in ("tomorrow", "2027-13-40T99:99", "\0", "9" * 500):
        assert "slot_1" in form(now, slot_1=nonsense).errors


def test_the_same_wall_time_is_another_moment_in_summer() -> None:
    now = dt.datetime(2027, 3, 1, 9, tzinfo=PARIS)
    filled = form(now, slot_1="2027-03-27T10:00", slot_2="2027-03-28T10:00")
    assert filled.is_valid(), filled.errors
    first, second = (start for start, _end in filled.offer.slots)
    assert second - first == dt.timedelta(hours=23)


# --- answering ------------------------------------------------------------------------------


def test_several_people_of_one_municipality_answer_and_change_their_minds(scene: Scene) -> None:
    poll = asked(scene)
    say(poll, scene.birk, "yes", "no", name="Ann Birk")
    say(poll, scene.birk, "no", "if_needed", name="Bob Birk")
    say(poll, scene.birk, "yes", "yes", name=" ann  birk ")
    assert DateAnswer.objects.count() == 4
    assert set(DateAnswer.objects.filter(name="Ann Birk").values_list("value", flat=True)) == {"yes"}


@pytest.mark.parametrize(("values", "name"), [({}, "Ann"), (None, ""), ({"x": "y"}, "Ann")])
def test_half_an_answer_is_refused(scene: Scene, values: dict[str, str] | None, name: str) -> None:
    poll = asked(scene)
    slots = dict.fromkeys(poll.slots.values_list("pk", flat=True), "yes") if values is None else values
    with pytest.raises(Refusal):
        dates.answer(
            poll=poll,
            party=Party(participant=scene.birk),
            name=name,
            values=slots,  # type: ignore[arg-type]  # wrong on purpose
            actor=Actor.portal(),
        )
    assert not DateAnswer.objects.exists()


def test_by_link_each_sees_the_own_clock_and_that_of_the_meeting(scene: Scene, client: Client) -> None:
    Municipality.objects.filter(pk=scene.birk.municipality_id).update(time_zone="Europe/Helsinki")
    start = dt.datetime(2027, 3, 27, 9, tzinfo=PARIS)
    after = dt.datetime(2027, 3, 29, 9, tzinfo=PARIS)
    now = dt.datetime(2027, 3, 1, tzinfo=dt.UTC)
    poll = dates.ask(
        case=scene.case,
        kind="informal",
        offer=Offer(
            [(start, start + HOURS), (after, after + HOURS)], "Europe/Paris", now + dt.timedelta(days=9)
        ),
        actor=Actor.person(scene.focal),
        now=now,
    )
    url = reverse("personal:dates", args=[link_of(scene.birk), poll.pk])
    body = client.get(url).content.decode()
    assert "Saturday 27 March 2027, 10:00 to 12:00 (time in Helsinki)" in body
    assert "Saturday 27 March 2027, 09:00 to 11:00 (time in Paris)" in body
    assert "Monday 29 March 2027, 10:00 to 12:00 (time in Helsinki)" in body
    assert (
        "Helsinki"
        not in client.get(reverse("personal:dates", args=[link_of(scene.corn), poll.pk])).content.decode()
    )
    values = {f"slot_{slot.pk.hex}": "yes" for slot in poll.slots.all()}
    assert client.post(url, values | {"name": "Ann"}).status_code == 302
    assert DateAnswer.objects.filter(participant=scene.birk, name="Ann", value="yes").count() == 2
    assert client.post(url, {"name": "Ann"}).status_code == 422


def test_another_cases_question_is_not_found_by_link(scene: Scene, client: Client) -> None:
    poll = asked(scene)
    other = makers.make_participant(makers.make_case())
    assert client.get(reverse("personal:dates", args=[link_of(other), poll.pk])).status_code == 404


def test_the_home_of_the_link_asks_while_the_question_is_open(scene: Scene, client: Client) -> None:
    poll = asked(scene)
    home = reverse("personal:home", args=[link_of(scene.birk)])
    assert f"dates/{poll.pk}/" in client.get(home).content.decode()
    dates.withdraw(poll=poll, actor=Actor.person(scene.focal))
    assert f"dates/{poll.pk}/" not in client.get(home).content.decode()


def test_observer_and_facilitator_answer_on_a_page_and_see_no_others(scene: Scene, client: Client) -> None:
    poll = asked(scene)
    say(poll, scene.birk, "yes", "no", name="Ann of Birk")
    client.force_login(scene.observer)
    page = client.get(reverse("meetings:dates", args=[poll.pk])).content.decode()
    assert "Ann of Birk" not in page
    values = {f"slot_{slot.pk.hex}": "no" for slot in poll.slots.all()}
    answered = client.post(reverse("meetings:dates_answer", args=[poll.pk]), values | {"name": "Olga"})
    assert answered.status_code == 302
    assert DateAnswer.objects.filter(body__isnull=False, name="Olga").count() == 2


def test_the_host_sees_counts_and_where_all_can_come(scene: Scene, client: Client) -> None:
    poll = asked(scene)
    say(poll, scene.birk, "yes", "no", name="Ann")
    say(poll, scene.birk, "no", "no", name="Bob")
    say(poll, scene.corn, "if_needed", "yes", name="Cid")
    client.force_login(scene.focal)
    answer = client.get(reverse("meetings:dates", args=[poll.pk]))
    first, second = answer.context["columns"]
    assert (first.yes, first.if_needed, first.no, first.all_can) == (1, 1, 1, True)
    assert (second.yes, second.no, second.all_can) == (1, 2, False)
    assert "all can come" in answer.content.decode()


def test_after_the_deadline_the_page_says_so_and_answers_still_count(scene: Scene, client: Client) -> None:
    poll = asked(scene)
    DatePoll.objects.update(answer_by=timezone.now() - dt.timedelta(hours=1))
    page = client.get(reverse("personal:dates", args=[link_of(scene.birk), poll.pk])).content.decode()
    assert "The time to answer is over" in page
    say(poll, scene.birk, "yes", "yes")
    assert DateAnswer.objects.count() == 2


# --- reminding ------------------------------------------------------------------------------


def test_two_days_before_the_silent_are_reminded_once(scene: Scene) -> None:
    poll = asked(scene)
    say(poll, scene.birk, "yes", "yes")
    assert dates.remind_due(now=poll.answer_by - dt.timedelta(days=3)) == 0
    assert dates.remind_due(now=poll.answer_by - dt.timedelta(days=2)) == 1
    assert dates.remind_due(now=poll.answer_by - dt.timedelta(days=1)) == 0
    assert [row.to_name for row in mails("reminder")] == [scene.corn.contact.name]  # type: ignore[union-attr]
    assert dates.remind_due(now=poll.answer_by + dt.timedelta(hours=1)) == 0


# --- fixing ------------------------------------------------------------------------------


def take(scene: Scene, slot: DateSlot) -> Meeting:
    plan = papers.plan_of(slot.starts_at, time_zone="Europe/Paris")
    return dates.fix(slot=slot, plan=plan, actor=Actor.person(scene.focal))


def test_the_time_that_is_taken_is_planned_and_everybody_told(scene: Scene) -> None:
    poll = asked(scene)
    slot = poll.slots.all()[1]
    meeting = take(scene, slot)
    assert (meeting.starts_at, meeting.state) == (slot.starts_at, Meeting.State.PLANNED)
    poll.refresh_from_db()
    assert (poll.state, poll.meeting_id) == (DatePoll.State.FIXED, meeting.pk)
    told = mails("fixed")
    assert len(told) == 2
    assert told[0].text.count("(time in Paris)") == 1


def test_fixing_twice_answering_late_and_taking_back_are_refused(scene: Scene) -> None:
    poll = asked(scene)
    first, second = poll.slots.all()
    take(scene, first)
    for again in (
        lambda: take(scene, second),
        lambda: say(poll, scene.birk, "yes", "yes"),
        lambda: dates.withdraw(poll=poll, actor=Actor.person(scene.focal)),
    ):
        with pytest.raises(Refusal, match="fixed already"):
            again()
    assert Meeting.objects.count() == 1
    assert len(mails("fixed")) == 2


def test_the_gate_of_the_formal_meeting_holds_here_too(scene: Scene, client: Client) -> None:
    Case.objects.filter(pk=scene.case.pk).update(state=Case.State.ATTITUDE)
    poll = dates.ask(case=scene.case, kind="formal", offer=offer(), actor=Actor.person(scene.focal))
    slot = poll.slots.all()[0]
    with pytest.raises(Refusal):
        take(scene, slot)
    poll.refresh_from_db()
    assert (poll.state, Meeting.objects.count()) == (DatePoll.State.OPEN, 0)
    client.force_login(scene.lead)
    url = reverse("meetings:dates_fix", args=[poll.pk, slot.pk])
    assert client.post(url, {"place": "Hall"}).status_code == 422
    assert client.post(url, {"place": "Hall", "override": "Agreed by telephone."}).status_code == 302
    assert Meeting.objects.get().starts_at == slot.starts_at


def test_by_page_from_the_question_to_the_planned_meeting(scene: Scene, client: Client) -> None:
    client.force_login(scene.focal)
    day = timezone.localdate() + dt.timedelta(days=40)
    data = {
        "slot_1": f"{day}T09:00",
        "slot_2": f"{day}T14:00",
        "minutes": 90,
        "answer_by": timezone.localdate() + dt.timedelta(days=9),
    }
    url = reverse("meetings:dates_ask", args=[scene.case.pk, "informal"])
    assert client.get(url).status_code == 200
    assert client.post(url, data).status_code == 302
    poll = DatePoll.objects.get()
    slot = poll.slots.all()[0]
    fix = reverse("meetings:dates_fix", args=[poll.pk, slot.pk])
    assert client.get(fix).status_code == 200
    plan = {"date": "2020-01-01", "time": "03:00", "minutes": 15, "place": "Hall", "agenda": "10 min Talk"}
    assert client.post(fix, plan).status_code == 302
    assert Meeting.objects.get().starts_at == slot.starts_at
    assert "The date is fixed" in client.get(reverse("meetings:dates", args=[poll.pk])).content.decode()


def test_who_is_told_of_a_question_taken_back(scene: Scene) -> None:
    poll = asked(scene)
    dates.withdraw(poll=poll, actor=Actor.person(scene.focal))
    assert len(mails("withdrawn")) == 2
    with pytest.raises(Refusal, match="taken this question back"):
        say(poll, scene.birk, "yes", "yes")


# --- at the same moment --------------------------------------------------------------------


def at_once(*acts: object) -> list[str]:
    """Every act in a thread of its own; what each came to."""
    gate, came = threading.Barrier(len(acts)), []

    def run(act: object) -> None:
        gate.wait()
        try:
            act()  # type: ignore[operator]  # a callable
            came.append("done")
        except Refusal:
            came.append("refused")
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(came)


@pytest.mark.django_db(transaction=True)
def test_two_answer_and_two_fix_at_the_same_moment() -> None:
    scene = make_scene(state=Case.State.PROPOSAL)
    papers.draft(scene)
    poll = asked(scene)
    came = at_once(
        lambda: say(poll, scene.birk, "yes", "no", name="Ann"),
        lambda: say(poll, scene.birk, "no", "yes", name="Ann"),
        lambda: say(poll, scene.corn, "yes", "yes", name="Cid"),
    )
    assert came == ["done"] * 3
    assert DateAnswer.objects.count() == 4
    first, second = poll.slots.select_related("poll__case")
    assert at_once(lambda: take(scene, first), lambda: take(scene, second)) == ["done", "refused"]
    assert Meeting.objects.count() == 1
    assert OfficeHolder.objects.exists()
