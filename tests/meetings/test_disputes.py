"""Answers disputed and settled, every version of them, calls that are named, and typing for all."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from imc_portal.core.audit import Actor
from imc_portal.core.problems import Refusal, Stale
from meetings import board, findings
from meetings.models import Answer, AnswerVersion, ClarificationRound
from meetings.services import answers
from partners.models import AuthorityStance, Participant
from tests import makers
from tests.meetings import scenes

MAYOR = Actor(key="link:x", name="Mayor of Corn")


@pytest.fixture(scope="module")
def one_scene(standing: None) -> scenes.Scene:
    made = scenes.make_scene()
    makers.make_call("A call", min_partners=3, min_population=20_000)
    scenes.call_informal(made)
    return made


def cell(who: Participant, question: int = 1) -> Answer:
    return Answer.objects.get(participant=who, question=question, call=None)


def say(who: Participant, question: int = 1, *, now: dt.datetime | None = None, **changes: object) -> Answer:
    reply = scenes.reply_to(cell(who, question), **changes)
    return answers.save(participant=who, replies=[reply], actor=MAYOR, now=now)[0]


def open_seal(scene: scenes.Scene) -> None:
    assert scene.clarification is not None
    answers.open_if_due(clarification=scene.clarification, now=scene.clarification.deadline)


def dispute(scene: scenes.Scene, answer: Answer, by: object = None, **changes: object) -> Answer:
    values = {"reason": "We count fewer", "revision": answer.revision, **changes}
    return answers.dispute(answer=answer, by=by or scene.birk, actor=Actor.person(scene.guest), **values)  # type: ignore[arg-type]  # by name


# --- disputes and versions --------------------------------------------------------------------


def test_a_dispute_is_settled_by_answering_anew_and_all_of_it_stays(scene: scenes.Scene) -> None:
    said = say(scene.corn, text="Twice a week")
    open_seal(scene)
    disputed = dispute(scene, said)
    assert (disputed.state, disputed.disputed_by, disputed.text) == ("disputed", "Birk", "Twice a week")
    settled = say(scene.corn, text="Once a week", choice="2")
    assert (settled.state, settled.disputed_by, settled.dispute) == ("answered", "", "")
    versions = list(AnswerVersion.objects.filter(answer=said).values_list("revision", "state", "by"))
    assert versions == [
        (3, "answered", "Mayor of Corn"),
        (2, "disputed", "Bert Birk (Birk)"),
        (1, "answered", "Mayor of Corn"),
    ]
    assert AnswerVersion.objects.get(answer=said, revision=2).said["dispute"] == "We count fewer"
    assert AnswerVersion.objects.get(answer=said, revision=1).said["text"] == "Twice a week"


def test_what_is_sealed_own_empty_or_disputed_already_cannot_be_disputed(scene: scenes.Scene) -> None:
    said = say(scene.corn)
    with pytest.raises(Refusal):
        dispute(scene, said)
    open_seal(scene)
    with pytest.raises(Refusal):
        dispute(scene, said, by=scene.corn)
    with pytest.raises(Refusal):
        dispute(scene, cell(scene.corn, 2))
    with pytest.raises(Refusal):
        dispute(scene, said, reason=" ")
    with pytest.raises(Stale):
        dispute(scene, said, revision=0)
    dispute(scene, said)
    with pytest.raises(Refusal):
        dispute(scene, said, by=scene.alder, revision=2)
    assert AnswerVersion.objects.filter(answer=said).count() == 2


def test_a_host_does_not_settle_its_own_dispute(scene: scenes.Scene) -> None:
    said = say(scene.corn)
    open_seal(scene)
    dispute(scene, said, by=scene.alder)
    reply = scenes.reply_to(cell(scene.corn), choice="0")
    with pytest.raises(Refusal):
        answers.save(participant=scene.corn, replies=[reply], actor=Actor.person(scene.focal), by_host=True)
    assert cell(scene.corn).state == "disputed"


def test_an_answer_from_before_versions_keeps_what_it_was(scene: scenes.Scene) -> None:
    Answer.objects.filter(pk=cell(scene.corn).pk).update(
        state="answered",
        choice="1",
        text="Old",
        revision=1,
        answered_at=timezone.now(),
        answered_by="Old mayor",
    )
    say(scene.corn, text="New")
    said = list(cell(scene.corn).versions.values_list("by", "said__text"))
    assert said == [("Mayor of Corn", "New"), ("Old mayor", "Old")]


def test_pages_show_the_history_and_take_a_dispute(scene: scenes.Scene, client: Client) -> None:
    assert scene.clarification is not None
    said = say(scene.corn, text="Twice a week")
    open_seal(scene)
    say(scene.corn, text="Once a week", now=scene.clarification.deadline + dt.timedelta(hours=1))
    client.force_login(scene.guest)
    place = [scene.case.pk, said.pk]
    page = client.get(reverse("meetings:said", args=place)).content.decode()
    assert "Twice a week" in page
    assert "Once a week" in page
    sent = client.post(reverse("meetings:dispute", args=place), {"reason": "We saw it", "revision": 2})
    assert sent.status_code == 302
    board_page = client.get(reverse("meetings:answers", args=[scene.case.pk])).content.decode()
    assert "Birk disputes what Corn says" in board_page
    assert "We saw it" in board_page
    client.force_login(scene.facilitator)
    again = client.post(
        reverse("meetings:dispute", args=place), {"reason": "And we", "revision": 3}, follow=True
    )
    assert "This answer is disputed already." in again.content.decode()
    client.force_login(scene.reader)
    assert (
        client.post(reverse("meetings:dispute", args=place), {"reason": "x", "revision": 3}).status_code
        == 403
    )


def test_a_holder_disputes_by_link(scene: scenes.Scene, client: Client) -> None:
    said = say(scene.corn)
    open_seal(scene)
    address = reverse("personal:dispute", args=[scenes.link_of(scene.birk), said.pk])
    assert client.get(address).status_code == 405
    assert client.post(address, {"reason": "No\x00", "revision": 1}).status_code == 400
    assert client.post(address, {"reason": "No", "revision": "many"}).status_code == 302
    assert cell(scene.corn).state == "answered"
    assert client.post(address, {"reason": "We count fewer", "revision": 1}).status_code == 302
    assert (cell(scene.corn).state, cell(scene.corn).disputed_by) == ("disputed", "Birk")


# --- money ------------------------------------------------------------------------------------


def test_none_known_is_one_choice_and_named_calls_are_typed(scene: scenes.Scene) -> None:
    say(scene.birk, 5, text="", choice="none")
    named = [
        answers.Named("Fund of the county", Decimal(50_000), min_partners=2, own_share=20, source="Site")
    ]
    saved = say(scene.corn, 5, text="", calls=named)
    assert saved.choice == "named"
    assert list(saved.named_calls.values_list("name", "min_partners")) == [("Fund of the county", 2)]
    assert saved.versions.get().said["calls"][0]["amount"] == "50000.00"
    with pytest.raises(ValidationError):
        say(scene.alder, 5, text="", choice="none", calls=named)
    with pytest.raises(ValidationError):
        say(scene.alder, 5, text="", choice="named")
    say(scene.corn, 5, text="", choice="none")
    assert not saved.named_calls.exists()


def test_the_screen_of_money_takes_rows(scene: scenes.Scene, client: Client) -> None:
    address = reverse("personal:question", args=[scenes.link_of(scene.birk), 5])
    prefixes = {
        one.call_id: f"a{one.pk.hex[:8]}" for one in Answer.objects.filter(participant=scene.birk, question=5)
    }
    other = prefixes[None]
    data = {
        f"{prefix}-{name}": value
        for prefix in prefixes.values()
        for name, value in (("state", "answered"), ("revision", 0))
    }
    row = {f"{other}-c0-name": "Fund", f"{other}-c0-amount": "5000", f"{other}-c0-own_share": "20"}
    wrong = {f"{other}-c1-amount": "7", f"{other}-c0-own_share": "101"}
    assert client.post(address, data | row | wrong).status_code == 422
    assert client.post(address, data | row | {f"{other}-choice": "none"}).status_code == 422
    assert client.post(address, data | row | {"then": "more"}).headers["location"] == address
    assert cell(scene.birk, 5).named_calls.get().own_share == 20
    cleared = data | {f"{other}-revision": 1, f"{other}-choice": "none", f"{other}-c0-name": ""}
    assert client.post(address, cleared).status_code == 302
    assert not cell(scene.birk, 5).named_calls.exists()


def test_funding_is_weighed_against_who_is_present_and_did_not_refuse(scene: scenes.Scene) -> None:
    for who, choice in zip(scene.everybody, ("join", "maybe", "no"), strict=True):
        known = Answer.objects.exclude(call=None).get(participant=who)
        answers.save(participant=who, replies=[scenes.reply_to(known, choice=choice)], actor=MAYOR)
    say(scene.birk, 5, text="", calls=[answers.Named("Small fund", min_partners=3, min_population=100)])
    open_seal(scene)
    page = board.build(scene.case, Answer.objects.all())
    [group] = [group for group in page.groups if group.title == "Funding that the present group can get"]
    small, large = group.callouts
    assert small.text == "Small fund: eligible with Alder, Birk and Corn. Named by Birk."
    assert "A call: not eligible yet with Alder and Birk." in large.text
    assert "Would join: Alder. Perhaps: Birk. Not: Corn." in large.text
    assert "Needs 3 municipalities: you are 2, 1 more. (not met)" in large.more


# --- authorities ------------------------------------------------------------------------------


def test_a_stance_needs_who_when_and_how(scene: scenes.Scene) -> None:
    evidence: dict[str, Any] = {"said_by": "The prefect", "said_on": dt.date(2026, 10, 1), "how": "by phone"}
    for missing in evidence:
        with pytest.raises(ValidationError):
            say(scene.birk, 7, choice="favour", **{**evidence, missing: None if missing == "said_on" else ""})
    with pytest.raises(ValidationError):
        say(scene.birk, 7, choice="favour", **{**evidence, "said_on": dt.date(2099, 1, 1)})
    assert say(scene.birk, 7, choice="favour", **evidence).state == "answered"


def test_an_unknown_stance_becomes_a_proposed_step(scene: scenes.Scene) -> None:
    body = cell(scene.birk, 7).body
    assert body is not None
    say(scene.birk, 7, choice="unknown")
    [step] = findings.proposed_steps(scene.case)
    assert (step.area, step.body) == (scene.area, body)
    assert step.text == f"Ask {body} whether it would support {scene.area}."
    AuthorityStance.objects.create(
        area=scene.area, body=body, stance="favour", said_by="X", said_on=dt.date(2026, 1, 1), how="letter"
    )
    assert findings.proposed_steps(scene.case) == []


# --- typing for all ---------------------------------------------------------------------------


def test_the_host_types_for_all_into_empty_cells_alone(scene: scenes.Scene, client: Client) -> None:
    say(scene.corn, text="Own words of Corn")
    client.force_login(scene.focal)
    address = reverse("meetings:type_for_all", args=[scene.case.pk, 1])
    page = client.get(address).content.decode()
    assert "Own words of Corn" not in page
    empty = [cell(scene.alder), cell(scene.birk)]
    data: dict[str, object] = {"then": "next"}
    for one in [*empty, cell(scene.corn)]:
        values = {"state": "answered", "revision": 0, "choice": "2", "text": f"Typed for {one.participant}"}
        data |= {f"a{one.pk.hex[:8]}-{name}": value for name, value in values.items()}
    response = client.post(address, data)
    assert response.status_code == 422
    assert "Typed for Corn" in response.content.decode()
    assert "Own words of Corn" not in response.content.decode()
    assert [cell(who).text for who in scene.everybody] == [
        *("Typed for Alder", "Typed for Birk", "Own words of Corn")
    ]
    assert cell(scene.alder).answered_by == "Anna Alder"
    assert cell(scene.birk).answered_by == "Anna Alder, for Birk"


def test_the_host_asks_what_is_missing(scene: scenes.Scene, client: Client) -> None:
    scene.case.areas.create(function_id="SAF-FIR", mode="joint_production", state="agreed")
    client.force_login(scene.focal)
    place = reverse("meetings:answers", args=[scene.case.pk])
    assert "Not asked yet" in client.get(place).content.decode()
    address = reverse("meetings:ask", args=[scene.case.pk])
    for wrong in ("", "someday", "2020-01-01", "9999-12-31"):
        assert client.post(address, {"until": wrong}).status_code == 302
    assert ClarificationRound.objects.count() == 1
    day = timezone.localdate() + dt.timedelta(days=20)
    assert client.post(address, {"until": day.isoformat()}).status_code == 302
    assert ClarificationRound.objects.count() == 2
    page = client.get(place).content.decode()
    assert "Round 2: The answers are sealed" in page
    assert "Not asked yet" not in page


def test_typing_for_all_asks_the_same_number_of_queries_for_one_and_three(db: None, client: Client) -> None:
    def prepare(scene: scenes.Scene) -> str:
        scenes.call_informal(scene)
        return reverse("meetings:type_for_all", args=[scene.case.pk, 5])

    assert scenes.count_queries(client, 1, prepare) == scenes.count_queries(client, 3, prepare)
