"""Incidents: told once, counted while they last, settled with a word."""

from __future__ import annotations

import pytest

from imc_portal.core import incidents
from imc_portal.core.audit import Actor
from imc_portal.core.models import AuditEntry, Incident
from imc_portal.core.problems import Refusal

pytestmark = pytest.mark.django_db
CURATOR = Actor(key="user:1", name="C. Urator")


def missing(key: str = "file:a.pdf", detail: str = "") -> Incident:
    found = incidents.report(kind=incidents.Kind.DOCUMENT_MISSING, target_key=key, detail=detail)
    assert found is not None
    return found


def test_the_same_trouble_is_one_incident_that_counts() -> None:
    first, again = missing(), missing(detail="still")
    assert (first.pk, first.times) == (again.pk, 1)
    assert (again.times, again.detail) == (2, "still")
    assert again.last_seen > again.first_seen
    assert missing("file:b.pdf").pk != first.pk
    assert incidents.open_ones().count() == 2


def test_settled_ones_open_anew() -> None:
    first = missing()
    incidents.settle(incident=first, actor=CURATOR, how="Put back from the copy of Monday.")
    assert missing().pk != first.pk
    first.refresh_from_db()
    assert (first.settled_by, first.settled_how) == ("C. Urator", "Put back from the copy of Monday.")
    entry = AuditEntry.objects.get(verb="settled an incident")
    assert entry.reason == "Put back from the copy of Monday."


def test_settling_wants_a_word_and_happens_once() -> None:
    first = missing()
    with pytest.raises(Refusal, match="Say how"):
        incidents.settle(incident=first, actor=CURATOR, how="  ")
    incidents.settle(incident=first, actor=CURATOR, how="done")
    with pytest.raises(Refusal, match=r"C\. Urator"):
        incidents.settle(incident=first, actor=CURATOR, how="done again")


def test_what_is_well_again_closes_itself() -> None:
    missing("file:a.pdf")
    other = missing("file:b.pdf")
    assert incidents.is_well(target_key="file:a.pdf", kinds={"missing", "altered"}, how="Found whole.") == 1
    assert list(incidents.open_ones()) == [other]


def test_long_words_are_cut_not_refused() -> None:
    assert missing("k" * 400, "d" * 900).times == 1
    again = missing("k" * 400, "d" * 900)
    assert (again.times, len(again.target_key), len(again.detail)) == (2, 300, 500)
