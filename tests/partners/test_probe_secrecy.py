"""A no, silence and absence read the same; nobody but its own people finds a private yes or its trail."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable

import pytest
from django.contrib import admin
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from imc_portal.core.models import AuditEntry, OutgoingEmail, User
from partners.models import Membership, Probe, ProbeQuestion
from partners.services import probes
from partners.tasks import put_questions
from tests import makers
from tests.partners import rings
from tests.partners.pages import client_of
from tests.partners.rings import Ring, body

pytestmark = pytest.mark.django_db


@pytest.fixture
def ring() -> Ring:
    return rings.make_ring()


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
