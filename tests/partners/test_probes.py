"""The private yes: told to both when both say it, and to nobody otherwise, by no page, mail or trail."""

from __future__ import annotations

import datetime as dt
import logging
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from django.contrib import admin
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from imc_portal.core.audit import Actor
from imc_portal.core.models import AuditEntry, OutgoingEmail, User
from imc_portal.core.problems import Refusal
from partners.models import Function, Membership, Municipality, Probe, ProbeQuestion
from partners.services import probes
from partners.surroundings import circle_of
from partners.tasks import put_questions
from tests import makers

pytestmark = pytest.mark.django_db
NAMES = ("Amont", "Beffia", "Cressia", "Dompierre", "Écrille", "Fontenu", "Graye", "Hautecour")
TOKEN = re.compile(rb'name="csrfmiddlewaretoken" value="[^"]+"')


@dataclass
class Ring:
    """Eight municipalities close to each other; A asks, B is asked, C looks on."""

    towns: list[Municipality]
    people: dict[str, User]
    function: Function

    def __getattr__(self, letter: str) -> Municipality:
        return self.towns["abcdefgh".index(letter)]

    def ask(self, *others: Municipality, by: str = "a", now: dt.datetime | None = None) -> None:
        probes.ask(
            municipality=getattr(self, by),
            others=others,
            function=self.function,
            actor=Actor.person(self.people[by]),
            now=now,
        )

    def answer(self, *yes: Municipality, by: str = "b", now: dt.datetime | None = None) -> None:
        question = ProbeQuestion.objects.get(municipality=getattr(self, by), answered_at=None)
        probes.answer(
            question=question,
            interested=[town.pk for town in yes],
            actor=Actor.person(self.people[by]),
            now=now,
        )

    def mails(self, who: str) -> list[str]:
        found = OutgoingEmail.objects.filter(to_address=self.people[who].email).order_by("created_at")
        return [email.subject for email in found]


@pytest.fixture
def ring() -> Ring:
    towns = [
        makers.make_municipality(name, latitude=46.5 + n % 3 / 100, longitude=5.6 + n / 100)
        for n, name in enumerate(NAMES)
    ]
    people = {
        letter: makers.make_member(town, name=f"Focal of {town.name}")
        for letter, town in zip("abc", towns, strict=False)
    }
    people["reader"] = makers.make_member(towns[0], "reader")
    people["curator"] = makers.make_user(is_staff=True, is_superuser=True)
    return Ring(towns, people, Function.objects.get(pk="ECO-ROA"))


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def body(client: Client, url: str) -> bytes:
    answer = client.get(url)
    assert answer.status_code == 200, url
    return TOKEN.sub(b"", answer.content)


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


# --- the other side's silence, no and absence look the same ---------------------------------------------


def nothing_more(ring: Ring) -> None:
    probes.put_questions()


def says_no(ring: Ring) -> None:
    probes.put_questions()
    ring.answer()


def says_yes_to_others(ring: Ring) -> None:
    probes.put_questions()
    ring.answer(ring.c, ring.d)


def has_no_account(ring: Ring) -> None:
    Membership.objects.filter(municipality=ring.b).delete()
    probes.put_questions()


def has_a_closed_account(ring: Ring) -> None:
    User.objects.filter(pk=ring.people["b"].pk).update(is_active=False)
    probes.put_questions()


def said_no_long_ago(ring: Ring) -> None:
    makers.make_probe(ring.b, ring.a, function="ECO-ROA", interested=False, said_by=ring.people["b"])
    probes.put_questions()


OTHER_SIDES = (says_no, says_yes_to_others, has_no_account, has_a_closed_account, said_no_long_ago)


def everything_a_can_read(ring: Ring) -> dict[str, bytes]:
    """Every page that could show it, to the focal point and the reader of A, and their letters."""
    pages = [
        reverse("partners:probe_list"),
        reverse("partners:probe_ask"),
        reverse("partners:listing_list"),
        reverse("partners:municipality_list"),
        ring.b.get_absolute_url(),
        reverse("home"),
    ]
    found = {f"{who} {url}": body(client_of(ring.people[who]), url) for who in ("a",) for url in pages}
    found["reader"] = body(client_of(ring.people["reader"]), reverse("partners:probe_list"))
    found["mails"] = repr(ring.mails("a")).encode()
    return found


def in_a_world_where(happens: Callable[[Ring], None], ring: Ring) -> dict[str, bytes]:
    point = transaction.savepoint()
    happens(ring)
    found = everything_a_can_read(ring)
    transaction.savepoint_rollback(point)
    return found


@pytest.mark.parametrize("happens", OTHER_SIDES)
def test_no_silence_and_absence_read_the_same_to_the_byte(
    happens: Callable[[Ring], None], ring: Ring
) -> None:
    ring.ask(ring.b, ring.d)
    expected = in_a_world_where(nothing_more, ring)
    assert b"You will hear if they say yes too." in expected[f"a {reverse('partners:probe_list')}"]
    assert in_a_world_where(happens, ring) == expected


@pytest.mark.parametrize("happens", [has_no_account, has_a_closed_account, says_no])
def test_asking_answers_the_same_whoever_is_asked(happens: Callable[[Ring], None], ring: Ring) -> None:
    """Status, address, message, and the work done for the request."""

    def asked() -> tuple[object, ...]:
        client = client_of(ring.people["a"])
        url = reverse("partners:probe_ask")
        data = {"municipality": ring.a.pk, "function": "ECO-ROA", "others": [ring.b.pk]}
        client.get(url)
        with CaptureQueriesContext(connection) as captured:
            answer = client.post(url, data)
        page = body(client, reverse("partners:probe_list"))
        said = re.sub(rb"[0-9a-f-]{36}|<time.*?</time>", b"", page)
        return answer.status_code, answer.headers["Location"], len(captured), said

    point = transaction.savepoint()
    expected = asked()
    transaction.savepoint_rollback(point)
    ring.ask(ring.b, by="c")
    happens(ring)
    assert asked() == expected


def test_nothing_is_put_within_the_request_that_asks(ring: Ring) -> None:
    client = client_of(ring.people["a"])
    page = client.get(reverse("partners:probe_ask")).content.decode()
    hidden = dict(re.findall(r'<input type="hidden" name="(municipality)" value="([^"]+)"', page))
    data = hidden | {"function": "ECO-ROA", "others": [ring.b.pk, ring.d.pk]}
    answer = client.post(reverse("partners:probe_ask"), data)
    assert answer.headers["Location"] == reverse("partners:probe_list")
    assert Probe.objects.count() == 2
    assert not ProbeQuestion.objects.exists()
    assert not OutgoingEmail.objects.exists()


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


# --- refusals -----------------------------------------------------------------------------------------


def test_with_fewer_than_five_around_it_is_refused() -> None:
    towns = [makers.make_municipality(country="LI", latitude=47.1 + n / 100, longitude=9.5) for n in range(5)]
    focal = makers.make_member(towns[0])
    assert circle_of(towns[0]).askable == frozenset()
    with pytest.raises(Refusal, match="show that it comes from you"):
        probes.ask(
            municipality=towns[0],
            others=[towns[1]],
            function=Function.objects.get(pk="ECO-ROA"),
            actor=Actor.person(focal),
        )
    assert not Probe.objects.exists()
    page = body(client_of(focal), reverse("partners:probe_ask")).decode()
    assert "Nobody can be asked in private" in page


@pytest.mark.parametrize(
    "typed",
    [
        {},
        {"function": "ECO-ROA"},
        {"function": "NO-SUCH", "others": ["1"]},
        {"function": "ECO-ROA", "others": ["99999999999999999999999"]},
        {"function": "ECO-ROA", "others": ["x"]},
    ],
)
def test_bad_input_is_told_and_keeps_nothing(typed: dict[str, object], ring: Ring) -> None:
    client = client_of(ring.people["a"])
    answer = client.post(reverse("partners:probe_ask"), typed | {"municipality": ring.a.pk})
    assert answer.status_code == 422
    assert not Probe.objects.exists()


@pytest.mark.parametrize("named", ["99999999999999999999999", "x", "0"])
def test_nobody_speaks_for_another_municipality(named: str, ring: Ring) -> None:
    client = client_of(ring.people["a"])
    data = {"function": "ECO-ROA", "others": [ring.b.pk]}
    for municipality in (named, str(ring.c.pk)):
        answer = client.post(reverse("partners:probe_ask"), data | {"municipality": municipality})
        assert answer.status_code == 404
    assert not Probe.objects.exists()


def test_an_answer_names_only_those_in_the_question(ring: Ring) -> None:
    ring.ask(ring.b)
    probes.put_questions()
    question = ProbeQuestion.objects.get()
    far = makers.make_municipality(latitude=48.9, longitude=2.3)
    client = client_of(ring.people["b"])
    for wrong in (str(far.pk), "x", "9" * 30):
        assert client.post(question.get_absolute_url(), {"others": [wrong]}).status_code == 422
    assert client.post(question.get_absolute_url(), {}).status_code == 302
    assert client.post(question.get_absolute_url(), {"others": [ring.a.pk]}).status_code == 302
    assert not Probe.objects.mutual().exists()


# --- who reads it -------------------------------------------------------------------------------------


def test_others_find_neither_yes_nor_question(ring: Ring) -> None:
    ring.ask(ring.b)
    probes.put_questions()
    probe, question = Probe.objects.get(), ProbeQuestion.objects.get()
    withdraw = reverse("partners:probe_withdraw", args=[probe.pk])
    for who in ("b", "c", "curator"):
        client = client_of(ring.people[who])
        assert client.post(withdraw).status_code == 404
        page = body(client, reverse("partners:probe_list"))
        assert b"Amont" not in page.replace(b"Focal of Amont", b"")
        assert client.get(question.get_absolute_url()).status_code == (200 if who == "b" else 404)
    assert client_of(ring.people["a"]).get(question.get_absolute_url()).status_code == 404
    assert client_of(ring.people["reader"]).post(withdraw).status_code == 403
    assert Probe.objects.filter(interested=True).exists()


def test_the_trail_of_one_side_never_names_the_other(ring: Ring) -> None:
    ring.ask(ring.b)
    probes.put_questions()
    ring.answer(ring.c)
    [own] = AuditEntry.objects.filter(context=probes.context_of(ring.a))
    assert (own.verb, own.actor_key) == ("said a private yes", f"user:{ring.people['a'].pk}")
    theirs = AuditEntry.objects.filter(context=probes.context_of(ring.b))
    assert [entry.verb for entry in theirs] == ["answered a private question", "put a private question"]
    for entry in theirs:
        words = f"{entry.target_text} {entry.before} {entry.after} {entry.reason} {entry.actor_name}"
        assert "Amont" not in words
        assert ring.a.code not in words
    assert AuditEntry.objects.count() == 3


def test_neither_the_administration_nor_the_log_knows_of_it(
    ring: Ring, caplog: pytest.LogCaptureFixture
) -> None:
    assert not admin.site.is_registered(Probe)
    assert not admin.site.is_registered(ProbeQuestion)
    with caplog.at_level(logging.DEBUG):
        client = client_of(ring.people["a"])
        data = {"municipality": ring.a.pk, "function": "ECO-ROA", "others": [ring.b.pk]}
        client.post(reverse("partners:probe_ask"), data)
        put_questions()
        ring.answer(ring.a)
    ours = [record for record in caplog.records if not record.name.startswith("django.db")]
    assert not [r for r in ours if "Amont" in r.getMessage() or "Beffia" in r.getMessage()]


def test_the_other_ones_name_stands_in_no_address(ring: Ring) -> None:
    ring.ask(ring.b)
    page = body(client_of(ring.people["a"]), reverse("partners:probe_list")).decode()
    addresses = re.findall(r'(?:href|action)="([^"]+)"', page)
    assert not [a for a in addresses if ring.b.code in a or "Beffia" in a]


# --- the circle ---------------------------------------------------------------------------------------


def test_who_may_be_asked_lies_in_the_others_circle() -> None:
    """One far off has near ones, but is near to none of them: asking would give it away."""
    cluster = [
        makers.make_municipality(latitude=46.0 + n / 1000, longitude=5.0 + n % 4 / 1000) for n in range(14)
    ]
    lone = makers.make_municipality("Lone", latitude=46.3, longitude=5.0)
    assert len(circle_of(lone).around) == 10
    assert circle_of(lone).askable == frozenset()
    makers.make_neighbours(lone, cluster[0])
    assert circle_of(lone).askable == {cluster[0].pk}
    for town in cluster:
        circle = circle_of(town)
        assert circle.askable <= circle.around
        for other in circle.askable:
            assert town.pk in circle_of(Municipality.objects.get(pk=other)).around


def test_the_circle_is_found_where_few_live_and_without_a_point() -> None:
    towns = [makers.make_municipality(country="SE", latitude=60 + n, longitude=15) for n in range(8)]
    assert len(circle_of(towns[0]).around) == 7
    assert circle_of(towns[0]).askable == {town.pk for town in towns[1:]}
    lost = makers.make_municipality(country="SE", latitude=None, longitude=None)
    assert circle_of(lost).around == frozenset()
    makers.make_neighbours(lost, towns[0])
    assert circle_of(lost).around == {towns[0].pk}
    assert lost.pk not in circle_of(towns[0]).askable


def test_the_page_asks_the_same_for_one_and_three(ring: Ring) -> None:
    client = client_of(ring.people["a"])

    def asked() -> int:
        client.get(reverse("partners:probe_list"))
        with CaptureQueriesContext(connection) as captured:
            client.get(reverse("partners:probe_list"))
        return len(captured)

    ring.ask(ring.c, ring.b)
    ring.ask(ring.a, by="b")
    one = asked()
    ring.ask(*ring.towns[3:6])
    for code in ("REC-LIB", "ADM-TAX"):
        Ring(ring.towns, ring.people, Function.objects.get(pk=code)).ask(ring.a, by="b")
    ring.ask(ring.a, by="c")
    probes.put_questions()
    assert ProbeQuestion.objects.filter(municipality=ring.a).count() == 2
    assert asked() == one


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
