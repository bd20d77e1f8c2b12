"""After a restore: held back, compared with the mail server's log, and nothing leaves twice."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.core.management import call_command
from django.utils import timezone

from imc_portal.core import outbox
from imc_portal.core.audit import Actor
from imc_portal.core.models import EmailEvent, OutgoingEmail
from imc_portal.core.outbox import restored

pytestmark = pytest.mark.django_db(transaction=True)
COPIED = dt.datetime(2026, 11, 23, 2, 0, tzinfo=dt.UTC)
State = OutgoingEmail.State


def put(key: str, **fields: Any) -> OutgoingEmail:
    email = outbox.enqueue(outbox.Message(key=key, to_address=f"{key}@example.org", subject=key, text=key))
    OutgoingEmail.objects.filter(pk=email.pk).update(**fields)
    email.refresh_from_db()
    return email


def states() -> dict[str, str]:
    return dict(OutgoingEmail.objects.order_by("key").values_list("key", "state"))


def run(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, int]:
    call_command("after_restore", "--dumped-at", COPIED.isoformat(), "--format", "json", *words)
    told: dict[str, int] = json.loads(capsys.readouterr().out)
    return told


def everything() -> None:
    for email in outbox.due(timezone.now()):
        outbox.deliver(email.pk)


def test_first_everything_that_had_not_ended_is_held_back(capsys: pytest.CaptureFixture[str]) -> None:
    put("a"), put("b", state="retry"), put("c", state="sending", lease_until=timezone.now())
    put("d", state="unknown"), put("e", state="sent", sent_at=COPIED)
    assert run(capsys) == {"held": 4}
    assert states() == {"a": "held", "b": "held", "c": "unknown", "d": "unknown", "e": "sent"}
    everything()
    assert mail.outbox == []
    assert run(capsys) == {"held": 0}


def test_then_the_log_says_what_has_left(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    for key in ("a", "b", "c"):
        put(key)
    put("d", state="sending", lease_until=timezone.now())
    put("e", state="unknown")
    by_hand = put("f")
    outbox.hold(emails=OutgoingEmail.objects.filter(pk=by_hand.pk), actor=Actor.portal(), reason="not yet")
    log = tmp_path / "mail.log"
    log.write_text(
        f"2026-11-23T02:05:00.5+00:00 mx postfix/cleanup: 4F1: message-id={outbox.message_id('a')}\n"
        f"Nov 23 02:06:00 mx postfix/cleanup: 4F2: message-id={outbox.message_id('d')}\nnoise <no> id\n"
        f"2026-11-23 02:07:00 {outbox.message_id('later')}\n"
    )
    run(capsys)
    told = run(capsys, "--accepted", str(log))
    assert told == {"listed": 3, "sent": 2, "released": 3, "held_by_people": 1}
    assert states() == {"a": "sent", "b": "queued", "c": "queued", "d": "sent", "e": "queued", "f": "held"}
    assert OutgoingEmail.objects.get(key="a").sent_at == dt.datetime(
        2026, 11, 23, 2, 5, 0, 500000, tzinfo=dt.UTC
    )
    assert OutgoingEmail.objects.get(key="d").sent_at == COPIED
    last = EmailEvent.objects.filter(email__key="a").latest("id")
    assert (last.kind, "the mail server's log" in last.detail) == ("accepted", True)
    put("later")  # the portal writes it anew
    everything()
    assert sorted(one.to[0] for one in mail.outbox) == [f"{key}@example.org" for key in ("b", "c", "e")]
    again = OutgoingEmail.objects.get(key="later")
    assert again.state == State.SENT
    assert again.sent_at == dt.datetime(2026, 11, 23, 2, 7, tzinfo=dt.UTC)
    assert run(capsys, "--accepted", str(log))["released"] == 0
    everything()
    assert len(mail.outbox) == 3


def test_a_log_that_is_not_there_is_said() -> None:
    with pytest.raises(Exception, match="No such file"):
        call_command("after_restore", "--dumped-at", COPIED.isoformat(), "--accepted", "/nowhere/mail.log")


def test_moments_and_ids_of_many_logs_are_read() -> None:
    lines = [
        "2026-11-23T02:05:00Z x <a@h> and <b@h>",
        "x <a@h>",
        "2026-11-23 02:06:00,25 <c.d+e@h.example>",
        "<f@>",
    ]
    found = restored.read_log(lines)
    assert list(found) == ["<a@h>", "<b@h>", "<c.d+e@h.example>"]
    assert found["<a@h>"] == dt.datetime(2026, 11, 23, 2, 5, tzinfo=dt.UTC)
