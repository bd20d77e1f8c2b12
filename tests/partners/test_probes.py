"""The private yes: told to both when both say it; the question names nobody; a yes can be withdrawn."""

from __future__ import annotations

import datetime as dt
import re
import threading

import pytest
from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone

from imc_portal.core.audit import Actor
from imc_portal.core.models import OutgoingEmail
from imc_portal.core.problems import Refusal
from partners.models import Function, Municipality, Probe, ProbeQuestion
from partners.services import probes
from partners.tasks import put_questions
from tests.partners import rings
from tests.partners.pages import client_of
from tests.partners.rings import NAMES, Ring, body

pytestmark = pytest.mark.django_db


@pytest.fixture
def ring() -> Ring:
    return rings.make_ring()


# --- a match only with both ----------------------------------------------------------------------------


def test_two_yeses_are_told_to_both_at_once_and_one_to_nobody(ring: Ring) -> None:
    ring.ask(ring.b)
    assert put_questions() is None
    assert ring.mails("a") == []
    assert ring.mails("b") == [f"A private question: {ring.function}"]
    ring.answer(ring.a, ring.c)
    assert ring.mails("a") == [f"Beffia and you both said yes: {ring.function}"]
    assert ring.mails("b")[1:] == [f"Amont and you both said yes: {ring.function}"]
    assert ring.mails("c") == []
    pair = OutgoingEmail.objects.filter(subject__contains="both said yes")
    assert len({email.not_before.replace(microsecond=0) for email in pair}) == 1
    for who, other in (("a", b"Beffia"), ("b", b"Amont")):
        page = body(client_of(ring.people[who]), reverse("partners:probe_list"))
        assert b"Both sides said yes" in page
        assert other in page.split(b"Both sides said yes")[1].split(b"Our private yeses")[0]
    looking_on = body(client_of(ring.people["c"]), reverse("partners:probe_list"))
    assert b"Amont" not in looking_on
    assert b"Beffia" not in looking_on


def test_an_own_ask_answers_the_other_ones(ring: Ring) -> None:
    ring.ask(ring.b)
    ring.ask(ring.a, by="b")
    assert ring.mails("a") == [f"Beffia and you both said yes: {ring.function}"]
    assert len(ring.mails("b")) == 1
    assert probes.put_questions() == 0


def test_a_yes_in_another_function_is_no_answer(ring: Ring) -> None:
    ring.ask(ring.b)
    other = Ring(ring.towns, ring.people, Function.objects.get(pk="REC-LIB"))
    other.ask(ring.a, by="b")
    assert not Probe.objects.mutual().exists()
    assert ring.mails("a") == []


def test_saying_yes_twice_changes_nothing(ring: Ring) -> None:
    ring.ask(ring.b)
    before = list(Probe.objects.values())
    ring.ask(ring.b)
    assert list(Probe.objects.values()) == before


# --- the question names nobody ---------------------------------------------------------------------------


def test_the_question_is_the_same_whoever_asked(ring: Ring) -> None:
    def asked_by(letter: str) -> bytes:
        point = transaction.savepoint()
        ring.ask(ring.b, by=letter)
        probes.put_questions()
        question = ProbeQuestion.objects.get(municipality=ring.b)
        page = body(client_of(ring.people["b"]), question.get_absolute_url())
        mail = OutgoingEmail.objects.get(to_address=ring.people["b"].email).text
        transaction.savepoint_rollback(point)
        return page.replace(str(question.pk).encode(), b"") + mail.replace(str(question.pk), "").encode()

    page = asked_by("a")
    assert page == asked_by("c")
    listed = re.findall(r"<label[^>]*>\s*([^<]+?)\s*</label>", page.decode())
    assert listed == sorted(set(NAMES) - {"Beffia"}, key=lambda name: name.replace("É", "E"))
    assert len(listed) >= 5
    assert b"checked" not in page


def test_only_those_who_could_be_asked_are_asked(ring: Ring) -> None:
    ring.ask(ring.b, ring.d)
    assert probes.put_questions() == 1
    question = ProbeQuestion.objects.get()
    assert question.municipality == ring.b
    assert set(question.about.all()) == set(ring.towns) - {ring.b}
    assert probes.put_questions() == 0


def test_several_yeses_make_one_question(ring: Ring) -> None:
    ring.ask(ring.b)
    ring.ask(ring.b, by="c")
    assert probes.put_questions() == 1
    assert len(ring.mails("b")) == 1


def test_those_to_whom_the_asked_said_yes_before_do_not_hide_the_asker(ring: Ring) -> None:
    """They would have matched, so it cannot be one of them: with too few others, nothing is put."""
    ring.ask(ring.c, ring.d, ring.e, by="b")
    ring.ask(ring.b)
    probes.put_questions()
    assert not ProbeQuestion.objects.filter(municipality=ring.b).exists()
    probes.withdraw(
        probe=Probe.objects.get(municipality=ring.b, other=ring.c), actor=Actor.person(ring.people["b"])
    )
    probes.put_questions()
    question = ProbeQuestion.objects.get(municipality=ring.b)
    assert set(question.about.all()) == {ring.a, ring.c, ring.f, ring.g, ring.h}


def test_an_unanswered_question_is_not_repeated_within_90_days(ring: Ring) -> None:
    now = timezone.now()
    ring.ask(ring.b, now=now)
    assert probes.put_questions(now=now) == 1
    almost = now + probes.AGAIN_AFTER - dt.timedelta(hours=1)
    assert probes.put_questions(now=almost) == 0
    assert probes.put_questions(now=now + probes.AGAIN_AFTER + dt.timedelta(hours=1)) == 1
    assert ProbeQuestion.objects.count() == 1
    assert len(ring.mails("b")) == 2


def test_a_no_is_not_asked_again_until_somebody_says_yes_anew(ring: Ring) -> None:
    now = timezone.now()
    ring.ask(ring.b, now=now)
    probes.put_questions(now=now)
    ring.answer()
    later = now + probes.AGAIN_AFTER + dt.timedelta(days=1)
    assert probes.put_questions(now=later) == 0
    ring.ask(ring.b, by="c", now=now + dt.timedelta(days=1))
    assert probes.put_questions(now=now + dt.timedelta(days=2)) == 0
    assert probes.put_questions(now=later) == 1


def test_a_yes_given_in_an_answer_puts_no_question(ring: Ring) -> None:
    ring.ask(ring.b)
    probes.put_questions()
    ring.answer(ring.c)
    assert probes.put_questions() == 0
    assert ring.mails("c") == []


# --- withdraw -----------------------------------------------------------------------------------------


def test_a_yes_withdrawn_before_the_answer_is_as_if_never_said(ring: Ring) -> None:
    ring.ask(ring.b)
    probes.put_questions()
    question = ProbeQuestion.objects.get()
    url = question.get_absolute_url()
    before = body(client_of(ring.people["b"]), url)
    probe = Probe.objects.get()
    client_of(ring.people["a"]).post(reverse("partners:probe_withdraw", args=[probe.pk]))
    assert body(client_of(ring.people["b"]), url) == before
    ring.answer(ring.a)
    assert not Probe.objects.mutual().exists()
    assert ring.mails("a") == []
    assert len(ring.mails("b")) == 1


def test_a_yes_that_both_know_cannot_be_withdrawn(ring: Ring) -> None:
    ring.ask(ring.b)
    ring.ask(ring.a, by="b")
    with pytest.raises(Refusal, match="tell Beffia yourselves"):
        probes.withdraw(probe=Probe.objects.get(municipality=ring.a), actor=Actor.person(ring.people["a"]))
    assert Probe.objects.mutual().count() == 2


def test_a_known_yes_survives_a_later_answer(ring: Ring) -> None:
    ring.ask(ring.b)
    probes.put_questions()
    ring.ask(ring.a, by="b")
    ring.answer(ring.c)
    assert Probe.objects.mutual().count() == 2
    assert Probe.objects.get(municipality=ring.b, other=ring.a).asked_at is not None


def test_leaving_out_ones_own_yes_in_an_answer_withdraws_it(ring: Ring) -> None:
    ring.ask(ring.b)
    probes.put_questions()
    ring.ask(ring.c, by="b")
    question = ProbeQuestion.objects.get(municipality=ring.b)
    page = body(client_of(ring.people["b"]), question.get_absolute_url()).decode()
    assert re.search(rf'value="{ring.c.pk}"[^>]*checked', page)
    ring.answer()
    ring.ask(ring.b, by="c")
    assert not Probe.objects.mutual().exists()


# --- at the same moment ------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("attempt", range(3))
def test_two_yeses_at_the_same_moment_are_both_told(attempt: int, ring: Ring) -> None:
    """Without a lock neither transaction would see the yes of the other, and nobody would be told."""
    together = threading.Barrier(2)
    troubles: list[BaseException] = []

    def say(who: str, other: Municipality) -> None:
        try:
            with transaction.atomic():
                together.wait(10)
                ring.ask(other, by=who)
        except BaseException as trouble:
            troubles.append(trouble)
        finally:
            connection.close()

    threads = [threading.Thread(target=say, args=pair) for pair in (("a", ring.b), ("b", ring.a))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert troubles == []
    assert Probe.objects.mutual().count() == 2
    assert [len(ring.mails(who)) for who in "ab"] == [1, 1]
