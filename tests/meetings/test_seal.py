"""The seal, door by door: what one municipality has answered reaches nobody else before it is opened.

Every field of the sealed cells holds the same mark; whatever leaves by any door is searched for it.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import io
import json
import logging
import subprocess
import zipfile
from collections.abc import Iterator

import pytest
from django.contrib import admin
from django.core import mail, serializers
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from imc_portal.core.audit import Actor
from imc_portal.core.models import AuditEntry, OutgoingEmail, User
from meetings import board, findings
from meetings.models import Answer, AnswerVersion, ClarificationRound, HandOver, Meeting, NamedCall
from meetings.services import answers, handover
from meetings.waiting.outlook import outlook
from partners.models import Case, Participant
from tests import makers
from tests.meetings import scenes

MARK = "SEALEDWORDSOFCORN"
#: Everybody who is not of Corn.
ROLES = ("focal", "lead", "reader", "guest", "guest_lead", "facilitator", "observer", "stranger", "curator")
PARTY = ("focal", "lead", "reader", "guest", "guest_lead", "facilitator")


@pytest.fixture(scope="module")
def one_scene(standing: None) -> scenes.Scene:
    return answered_by_corn()


def answered_by_corn() -> scenes.Scene:
    """Two areas of one function, a call, an authority; Corn has answered everything, nobody else anything."""
    made = scenes.make_scene()
    made.case.areas.create(function=made.area.function, mode="buy_sell", state="agreed")
    makers.make_call("A call")
    scenes.call_informal(made)
    made.extra["curator"] = makers.make_user("Curator", is_staff=True, is_superuser=True)
    speak(made.corn)
    return made


def person(scene: scenes.Scene, role: str) -> User:
    return scene.extra["curator"] if role == "curator" else getattr(scene, role)  # type: ignore[return-value]  # kept as objects


def speak(who: Participant, mark: str = MARK) -> None:
    """Every cell is answered, the mark in every field that takes words; one cell is deferred."""
    for cell in Answer.objects.filter(participant=who, state="open"):
        answers.save(participant=who, replies=[marked(cell, mark)], actor=Actor(key="link:x", name="Mayor"))


def marked(cell: Answer, mark: str) -> answers.Reply:
    reply = scenes.reply_to(cell, text=f"{mark} text", detail=f"{mark} detail")
    if cell.question == 7:
        evidence = {"said_by": f"{mark} person", "said_on": dt.date(2026, 10, 1), "how": f"{mark} how"}
        return dataclasses.replace(reply, choice="against", **evidence)  # type: ignore[arg-type]  # by name
    if cell.question == 6:
        owner = {"state": "deferred", "choice": "", "owner": f"{mark} owner", "due": dt.date(2030, 1, 7)}
        return dataclasses.replace(reply, **owner)  # type: ignore[arg-type]  # as above
    if cell.names_calls:
        return dataclasses.replace(reply, calls=[answers.Named(f"{mark} fund", source=f"{mark} source")])
    return reply


def open_all(scene: scenes.Scene) -> None:
    for each in ClarificationRound.objects.filter(case=scene.case):
        answers.open_if_due(clarification=each, now=each.deadline)


def pages(scene: scenes.Scene) -> Iterator[str]:
    """Every page on which something of the talks could show."""
    case = scene.case.pk
    meeting = scene.case.meetings.get().pk
    yield from (reverse("home"), scene.case.get_absolute_url(), reverse("meetings:meeting_list"))
    yield from (reverse("partners:history", args=[case]), reverse("partners:case_list"))
    yield from (reverse(f"meetings:{name}", args=[meeting]) for name in ("meeting", "calendar", "record"))
    yield from (reverse(f"meetings:{name}", args=[meeting]) for name in ("delivery", "live", "agenda"))
    yield from (reverse(f"partners:{name}", args=[case]) for name in ("areas", "case_funding", "contacts"))
    yield reverse("meetings:steps") + "?who=all&state=all"
    for name in ("answers", "attitudes", "expectations", "handover", "preparation", "rules"):
        yield reverse(f"meetings:{name}", args=[case])
    for number in range(1, 8):
        yield reverse("meetings:type_for_all", args=[case, number])
        for who in (scene.alder, scene.birk, scene.corn):
            yield reverse("meetings:answer", args=[case, who.pk, number])
    for cell in Answer.objects.filter(participant=scene.corn):
        yield reverse("meetings:said", args=[case, cell.pk])


def read(client: Client, address: str) -> str:
    response = client.get(address)
    body = b"".join(response.streaming_content) if response.streaming else response.content  # type: ignore[attr-defined]  # stream or not
    return body.decode(errors="replace") + str(response.headers)


@pytest.mark.parametrize("role", ROLES)
def test_no_page_of_anybody_else_shows_it(scene: scenes.Scene, client: Client, role: str) -> None:
    client.force_login(person(scene, role))
    for address in pages(scene):
        assert MARK not in read(client, address), address


@pytest.mark.parametrize("role", ROLES)
def test_once_opened_the_parties_read_it_and_nobody_else(
    scene: scenes.Scene, client: Client, role: str
) -> None:
    open_all(scene)
    client.force_login(person(scene, role))
    shown = MARK in read(client, reverse("meetings:answers", args=[scene.case.pk]))
    assert shown == (role in PARTY)
    versions = AnswerVersion.objects.visible_to(person(scene, role)).filter(answer__participant=scene.corn)
    assert versions.exists() == (role in PARTY)


@pytest.mark.parametrize("role", ROLES)
def test_a_sealed_cell_has_no_state_and_no_version(scene: scenes.Scene, role: str) -> None:
    user = person(scene, role)
    shown = board.build(scene.case, Answer.objects.visible_to(user))
    cells = [cell for sheet in shown.sheets for row in sheet.rows for cell in row.cells]
    words = {cell.word for cell in cells if cell.participant == scene.corn}
    assert words == {"sealed"}
    assert shown.groups == []
    assert not AnswerVersion.objects.visible_to(user).exists()


def test_no_personal_page_of_another_shows_it(scene: scenes.Scene, client: Client) -> None:
    token = scenes.link_of(scene.birk)
    addresses = [
        *(reverse(f"personal:{name}", args=[token]) for name in ("home", "attitude", "expectations")),
        *(reverse(f"personal:{name}", args=[token]) for name in ("minutes", "council", "steps")),
        *(reverse("personal:question", args=[token, number]) for number in range(1, 8)),
        reverse("personal:calendar", args=[token]),
        *(
            reverse("personal:said", args=[token, cell.pk])
            for cell in Answer.objects.filter(participant=scene.corn)
        ),
    ]
    for address in addresses:
        assert MARK not in read(client, address), address
    assert client.get(addresses[-1]).status_code == 404
    open_all(scene)
    assert MARK in read(client, reverse("personal:question", args=[token, 1]))
    assert client.get(addresses[-1]).status_code == 200


def test_what_was_taken_back_under_the_seal_stays_with_its_author(
    scene: scenes.Scene, client: Client
) -> None:
    def say(text: str, now: dt.datetime) -> Answer:
        found = Answer.objects.get(participant=scene.corn, question=1)
        reply = scenes.reply_to(found, text=text)
        answers.save(participant=scene.corn, replies=[reply], actor=mayor, now=now)
        return found

    mayor = Actor(key="link:x", name="Mayor")
    say("What stood at the opening", timezone.now())
    open_all(scene)
    cell = say("What stands now", scene.case.rounds.get().deadline + dt.timedelta(hours=1))
    address = reverse("meetings:said", args=[scene.case.pk, cell.pk])
    links = {who: reverse("personal:said", args=[scenes.link_of(who), cell.pk]) for who in scene.guests}
    seen = [read(client, links[scene.birk])]
    for role in PARTY:
        client.force_login(person(scene, role))
        seen.append(read(client, address))
    for page in seen:
        assert "What stood at the opening" in page
        assert "What stands now" in page
        assert MARK not in page
    client.force_login(makers.make_member(scene.corn.municipality, name="Cora Corn"))
    assert MARK in read(client, address)
    assert MARK in read(client, links[scene.corn])


@pytest.mark.slow
@pytest.mark.parametrize("kind", HandOver.Kind.values)
def test_no_file_of_a_package_holds_it(scene: scenes.Scene, kind: str) -> None:
    assert MARK not in package(scene, kind)
    open_all(scene)
    assert MARK in package(scene, kind)


def package(scene: scenes.Scene, kind: str) -> str:
    """Everything in the package as text: JSON, CSV, indexes, PDFs."""
    content = handover.build(
        case=scene.case,
        wish=handover.Wish("en", kind),
        actor=Actor.person(scene.focal),
        now=timezone.now(),
    )
    archive = zipfile.ZipFile(io.BytesIO(content))
    return "\n".join(_text(name, archive.read(name)) for name in archive.namelist())


def _text(name: str, content: bytes) -> str:
    if not name.endswith(".pdf"):
        return content.decode()
    told = subprocess.run(["pdftotext", "-", "-"], input=content, capture_output=True, check=True)
    return told.stdout.decode()


def test_no_letter_carries_it(scene: scenes.Scene) -> None:
    open_all(scene)
    told = [*OutgoingEmail.objects.all(), *scene.case.meetings.all()]
    assert MARK not in serializers.serialize("json", told)
    assert not any(MARK in str(message.message()) for message in mail.outbox)


def test_the_trail_holds_none_of_it(scene: scenes.Scene) -> None:
    [cell, *_others] = Answer.objects.filter(participant=scene.corn, question=1)
    open_all(scene)
    cell.refresh_from_db()
    answers.dispute(
        answer=cell,
        by=scene.birk,
        reason=f"{MARK} is wrong",
        revision=cell.revision,
        actor=Actor.person(scene.guest),
    )
    assert AuditEntry.objects.filter(verb="disputed an answer").exists()
    for entry in AuditEntry.objects.all():
        assert MARK not in json.dumps(
            [entry.verb, entry.target_text, entry.before, entry.after, entry.reason]
        )


def test_the_admin_knows_no_record_of_the_talks(scene: scenes.Scene, client: Client) -> None:
    for model in (Answer, AnswerVersion, NamedCall, ClarificationRound):
        assert not admin.site.is_registered(model)
    client.force_login(person(scene, "curator"))
    for kept in admin.site._registry:
        base = f"admin:{kept._meta.app_label}_{kept._meta.model_name}"
        assert MARK not in read(client, reverse(f"{base}_changelist"))
        for row in kept._default_manager.all()[:3]:
            assert MARK not in read(client, reverse(f"{base}_change", args=[row.pk]))
            assert MARK not in read(client, reverse(f"{base}_history", args=[row.pk]))


@pytest.mark.parametrize("role", PARTY)
def test_nothing_that_waits_names_it(scene: scenes.Scene, role: str) -> None:
    assert MARK not in repr(outlook(person(scene, role)))


@pytest.mark.parametrize("role", ROLES)
def test_no_search_finds_it(scene: scenes.Scene, client: Client, role: str) -> None:
    client.force_login(person(scene, role))
    for name in ("partners:municipality_list", "partners:case_list", "meetings:meeting_list"):
        assert MARK not in read(client, reverse(name) + f"?q={MARK[:9]}&search={MARK[:9]}")


def test_what_is_proposed_before_the_opening_knows_no_answer(scene: scenes.Scene) -> None:
    before = findings.proposed_steps(scene.case)
    assert len(before) == 2
    open_all(scene)
    assert findings.proposed_steps(scene.case) == []


# --- logs and errors --------------------------------------------------------------------------


def posted(cell: Answer, **values: object) -> dict[str, object]:
    prefix = f"a{cell.pk.hex[:8]}"
    data = {"state": "answered", "revision": cell.revision, **scenes.COMPLETE[cell.question], **values}
    return {f"{prefix}-{name}": value for name, value in data.items()}


def screen_of(who: Participant, number: int, **values: object) -> dict[str, object]:
    """The whole screen of a question, as a browser posts it."""
    cells = Answer.objects.filter(participant=who, question=number)
    return {name: value for cell in cells for name, value in posted(cell, **values).items()}


def test_no_log_holds_it(scene: scenes.Scene, client: Client, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    token, words = scenes.link_of(scene.birk), "WHATBIRKTYPES"
    for number in (1, 4):
        address = reverse("personal:question", args=[token, number])
        for values in ({"text": words, "choice": "wrong"}, {"text": words}):
            assert client.post(address, screen_of(scene.birk, number, **values)).status_code in (302, 422)
    client.force_login(scene.guest)
    address = reverse("meetings:answer", args=[scene.case.pk, scene.birk.pk, 2])
    old = screen_of(scene.birk, 2, text=words)
    for data in (screen_of(scene.birk, 2, text=words, choice="wrong"), old, old):
        client.post(address, data)
    open_all(scene)
    assert Answer.objects.filter(participant=scene.birk, text=words).count() == 4
    assert words not in caplog.text
    assert MARK not in caplog.text


def test_a_form_that_fails_echoes_nobody_elses_answer(scene: scenes.Scene, client: Client) -> None:
    client.force_login(scene.focal)
    for number in range(1, 8):
        for cell in Answer.objects.filter(participant=scene.corn, question=number):
            mine = posted(cell, text="What the host typed", revision=0)
            for address in (
                reverse("meetings:answer", args=[scene.case.pk, scene.corn.pk, number]),
                reverse("meetings:type_for_all", args=[scene.case.pk, number]),
            ):
                response = client.post(address, mine)
                assert response.status_code == 422
                assert MARK not in response.content.decode()
                assert "What the host typed" in response.content.decode()
    assert not Answer.objects.filter(text="What the host typed").exists()


def test_others_who_post_are_told_nothing(scene: scenes.Scene, client: Client) -> None:
    cell = Answer.objects.filter(participant=scene.corn, question=4).first()
    assert cell is not None
    token = scenes.link_of(scene.birk)
    for role in ("guest", "observer", "facilitator", "stranger"):
        client.force_login(person(scene, role))
        address = reverse("meetings:answer", args=[scene.case.pk, scene.corn.pk, 4])
        assert MARK not in client.post(address, posted(cell)).content.decode()
        dispute = reverse("meetings:dispute", args=[scene.case.pk, cell.pk])
        assert client.post(dispute, {"reason": "x", "revision": 1}).status_code in (403, 404)
    by_link = client.post(reverse("personal:question", args=[token, 4]), posted(cell))
    assert MARK not in by_link.content.decode()
    dispute = reverse("personal:dispute", args=[token, cell.pk])
    assert client.post(dispute, {"reason": "x", "revision": 1}).status_code == 404


def test_a_report_of_a_fault_holds_no_answer(
    scene: scenes.Scene, settings: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.ADMINS = [("Curator", "curator@example.org")]  # type: ignore[attr-defined]  # of pytest-django
    client = Client(raise_request_exception=False)
    cell = Answer.objects.filter(participant=scene.birk, question=1).get()

    def fall(**_values: object) -> None:
        raise RuntimeError("the disk is full")

    monkeypatch.setattr(answers, "save", fall)
    address = reverse("personal:question", args=[scenes.link_of(scene.birk), 1])
    response = client.post(address, posted(cell, text=MARK))
    assert response.status_code == 500
    assert MARK not in response.content.decode()
    assert not any(MARK in str(message.message()) for message in mail.outbox)


def test_the_host_of_a_case_that_is_over_still_reads_no_sealed_answer(scene: scenes.Scene) -> None:
    Case.objects.filter(pk=scene.case.pk).update(state=Case.State.HANDED_OVER)
    open_all(scene)
    assert not Answer.objects.visible_to(scene.focal).filter(participant=scene.corn).exists()
    assert Meeting.objects.get().case_id == scene.case.pk
