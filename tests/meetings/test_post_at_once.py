"""Two people act on the same message at one moment: one act, and the other one learns of it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.utils import timezone

from imc_portal.core import outbox
from imc_portal.core.audit import Actor
from imc_portal.core.models import EmailEvent, OutgoingEmail
from imc_portal.core.problems import Refusal
from meetings.services import resending
from partners.models import Case
from tests.meetings.mails import make_mail
from tests.meetings.scenes import Scene, make_scene
from tests.partners.test_two_movers import at_once

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


@pytest.fixture
def scene(db: None) -> Scene:
    return make_scene(state=Case.State.INFORMAL_MEETING)


def by(scene: Scene) -> tuple[Actor, Actor]:
    return Actor.person(scene.focal), Actor.person(scene.lead)


def test_two_say_it_again_and_one_message_leaves(scene: Scene) -> None:
    email = make_mail(scene.case, "failed")

    def again(actor: Actor) -> Callable[[], object]:
        return lambda: resending.say_again(
            email=email,
            participant=None,
            to_address=email.to_address,
            seen=0,
            actor=actor,
            reason="Mended.",
        )

    told = at_once(*map(again, by(scene)))
    assert sum(isinstance(one, Refusal) for one in told) == 1
    assert OutgoingEmail.objects.filter(again_of=email).count() == 1


def test_one_releases_and_one_cancels_and_one_of_them_was_first(scene: Scene) -> None:
    email = make_mail(scene.case, "held")
    this = OutgoingEmail.objects.filter(pk=email.pk)
    one, other = by(scene)
    told = at_once(
        lambda: outbox.release(emails=this, actor=one) and "queued",
        lambda: outbox.cancel(emails=this, actor=other, reason="No.") and "cancelled",
    )
    email.refresh_from_db()
    # A message released may still be cancelled before it leaves; one cancelled is never released.
    assert email.state == "cancelled"
    assert "cancelled" in told
    kinds = EmailEvent.objects.filter(email=email).order_by("id").values_list("kind", flat=True)
    assert list(kinds) in (["held", "released", "cancelled"], ["held", "cancelled"])


def test_two_settle_it_and_one_word_counts(scene: Scene) -> None:
    email = make_mail(scene.case, "unknown", ask_first=True, claimed_at=timezone.now())

    def settle(actor: Actor) -> Callable[[], object]:
        return lambda: outbox.settle(email=email, delivered=True, actor=actor, reason="I asked.")

    told = at_once(*map(settle, by(scene)))
    assert sum(isinstance(one, Refusal) for one in told) == 1
    assert EmailEvent.objects.filter(email=email, kind="settled").count() == 1
