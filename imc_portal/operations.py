"""Operations, for the curator: is everything working, what to do where it is not. No case is opened here."""

from __future__ import annotations

import datetime as dt
import platform
from dataclasses import dataclass

import django
import redis
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.timesince import timesince
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from imc_portal import figures
from imc_portal.core import beats, bounces, broker, incidents
from imc_portal.core.audit import Actor
from imc_portal.core.http import PersonRequest, command, page
from imc_portal.core.models import CheckRound, EmailEvent, Incident, OutgoingEmail
from imc_portal.figures import Figures
from meetings.services import stored
from partners import policies

State = OutgoingEmail.State
#: A message that waits longer than that waits for somebody.
SLOW = dt.timedelta(minutes=10)
#: States in which a message has not ended.
OPEN = (State.QUEUED, State.SENDING, State.RETRY, State.HELD, State.UNKNOWN)
LOOKED = dt.timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that works or does not: what it is, how it stands, and what to do."""

    name: str
    says: str
    tone: str = "done"
    todo: str = ""

    @property
    def word(self) -> str:
        """The state as a word; the tone alone never carries it."""
        return {"done": _("works"), "waiting": _("look at it"), "trouble": _("does not work")}[self.tone]


@page
@require_safe
def operations(request: PersonRequest) -> HttpResponse:
    """The whole page; numbers and keys alone, for a curator reads no case."""
    _require(request)
    found = figures.gather()
    checks = list(_checks(found))
    context = {
        "checks": checks,
        "wrong": [check for check in checks if check.tone != "done"],
        "tone": "trouble" if any(check.tone == "trouble" for check in checks) else "waiting",
        "states": _states(found),
        "at_risk": [(str(case)[:8], count) for case, count in found.at_risk.most_common()],
        "found": found,
        "settled": Incident.objects.exclude(settled_at=None).order_by("-settled_at")[:5],
        "versions": _versions(),
    }
    return render(request, "operations.html", context)


@command
def settle(request: PersonRequest, pk: int) -> HttpResponseBase:
    """Close an incident, with the word of who saw to it."""
    incident = get_object_or_404(Incident, pk=pk)
    _require(request)
    how = request.POST.get("how", "")
    incidents.settle(incident=incident, actor=Actor.person(request.user), how=how)
    messages.success(request, _("The incident is settled."))
    return redirect("operations")


def _require(request: PersonRequest) -> None:
    if not policies.allows(request.user, "portal.operate", None):
        raise PermissionDenied


def _checks(found: Figures) -> list[Check]:
    return [
        Check(_("Database"), _("It answers: this page was read from it.")),
        _broker(found),
        *_workers(found),
        _clock(found),
        _mail_server(found),
        _outbox(found),
        _store(found),
        _press(found),
        _bounces(found),
    ]


def _broker(found: Figures) -> Check:
    if found.queues is None:
        says = _("It does not answer. Nothing is lost: what is due stands in the database.")
        return Check(_("Broker"), says, "trouble", _("Start Valkey again; the work goes on by itself."))
    bells = sum(found.queues.values())
    says = ngettext("It answers; %(n)d bell waits.", "It answers; %(n)d bells wait.", bells) % {"n": bells}
    return Check(_("Broker"), says)


def _workers(found: Figures) -> list[Check]:
    checks, served = [], set()
    for worker in found.workers:
        if not worker.queues:
            continue
        ago = _since(worker.seen_at, found.now)
        words = {"queues": worker.queues.replace(",", ", "), "ago": ago}
        if (found.now - worker.seen_at).total_seconds() > beats.SILENT:
            says = _("Silent since %(ago)s; it worked for %(queues)s.") % words
            todo = _(
                "See whether its process or host is gone. If you took it away, wait: the row goes in a day."
            )
            checks.append(Check(worker.name, says, "waiting", todo))
        else:
            served |= set(worker.queues.split(","))
            checks.append(Check(worker.name, _("Works for %(queues)s; seen %(ago)s ago.") % words))
    if left := [name for name in figures.QUEUES if name not in served]:
        says = _("Nobody works for: %(queues)s.") % {"queues": ", ".join(left)}
        todo = _("Start a worker for these queues. What waits is sent and printed as soon as it runs.")
        checks.insert(0, Check(_("Workers"), says, "trouble", todo))
    return checks


def _clock(found: Figures) -> Check:
    seen = [one.seen_at for one in found.workers if not one.queues]
    newest = max(seen, default=None)
    if newest is None or (found.now - newest).total_seconds() > beats.SILENT:
        says = _("No clock is seen: nothing that is due by its date begins.")
        return Check(_("Clock"), says, "trouble", _("Start beat, on one host."))
    return Check(_("Clock"), _("Ticks; seen %(ago)s ago.") % {"ago": _since(newest, found.now)})


def _mail_server(found: Figures) -> Check:
    retried = found.states.get(State.RETRY, 0)
    if found.accepted_at is None:
        says = _("It has not accepted anything yet.")
        return (
            Check(_("Mail server"), says, "waiting", _mail_todo())
            if retried
            else Check(_("Mail server"), says)
        )
    says = _("It accepted a message %(ago)s ago.") % {"ago": _since(found.accepted_at, found.now)}
    if retried and found.now - found.accepted_at > SLOW:
        return Check(_("Mail server"), says, "trouble", _mail_todo())
    return Check(_("Mail server"), says)


def _mail_todo() -> str:
    return _("Look at the log of the mail server. Messages are tried again until they are of no use.")


def _outbox(found: Figures) -> Check:
    if found.queue_age > SLOW.total_seconds():
        says = _("Messages that should have left: %(n)d; the oldest waits for %(ago)s.")
        words = {"n": found.due, "ago": _since(found.oldest_due, found.now)}
        return Check(
            _("Outbox"), says % words, "trouble", _("See above whether workers and mail server work.")
        )
    if unknown := found.states.get(State.UNKNOWN, 0):
        says = ngettext(
            "Of %(n)d message nobody knows whether it was delivered.",
            "Of %(n)d messages nobody knows whether they were delivered.",
            unknown,
        )
        todo = _("They go once more by themselves, unless the case asks first: then its focal point decides.")
        return Check(_("Outbox"), says % {"n": unknown}, "waiting", todo)
    return Check(_("Outbox"), _("Messages due now: %(n)d.") % {"n": found.due})


def _store(found: Figures) -> Check:
    kinds = {one.kind for one in found.troubles}
    if Incident.Kind.STORE_DOWN in kinds:
        says = _("It does not answer. Papers wait and are printed when it is back.")
        return Check(
            _("Documents"), says, "trouble", _("See whether its disk is full or mounted, or S3 down.")
        )
    if kinds & {Incident.Kind.DOCUMENT_ALTERED, Incident.Kind.DOCUMENT_MISSING}:
        says = _("Stored documents are missing or were altered. They are neither shown nor mailed.")
        todo = _("Put them back from the backup under the same name; the incident then closes by itself.")
        return Check(_("Documents"), says, "trouble", todo)
    row = CheckRound.objects.filter(name=stored.ROUND).first()
    if row is None or found.now - row.seen_at > LOOKED:
        says = _("Nobody has looked at the stored documents lately.")
        return Check(_("Documents"), says, "waiting", _("The clock and a worker for “default” do it."))
    if row.ended_at:
        words = {"ago": _since(row.ended_at, found.now)}
        return Check(_("Documents"), _("All verified; the last whole round ended %(ago)s ago.") % words)
    return Check(_("Documents"), _("Verified in the round that runs: %(n)d.") % {"n": row.looked_at})


def _press(found: Figures) -> Check:
    if any(one.kind == Incident.Kind.POISON for one in found.troubles):
        says = _("A document breaks its printer. It is set aside; the others go out.")
        todo = _(
            "Its focal point changes the text and has it printed again. Keep the lines of the log about it."
        )
        return Check(_("Press"), says, "trouble", todo)
    waiting = found.papers.get("queued", 0) + found.papers.get("rendering", 0)
    if failed := found.papers.get("failed", 0):
        says = ngettext("%(n)d paper could not be printed.", "%(n)d papers could not be printed.", failed) % {
            "n": failed
        }
        todo = _("The focal point of its case sees why, mends it and has it printed again.")
        return Check(_("Press"), says, "waiting", todo)
    return Check(_("Press"), _("Papers that wait to be printed: %(n)d.") % {"n": waiting})


def _bounces(found: Figures) -> Check:
    read = CheckRound.objects.filter(name="bounces").first()
    if read is None:
        says = _("Nothing that comes back is read.")
        todo = _("Set BOUNCES_URL or ANYMAIL_WEBHOOK, or addresses that do not exist stay unnoticed.")
        return Check(_("What came back"), says, "waiting", todo)
    words = {"ago": _since(read.seen_at, found.now), "n": found.barred, "problem": read.place}
    if read.place:
        says = _("The mailbox cannot be read since %(ago)s: %(problem)s") % words
        return Check(
            _("What came back"), says, "trouble", _("See whether the mailbox answers and its password holds.")
        )
    last = EmailEvent.objects.filter(kind=EmailEvent.Kind.BOUNCED).order_by("-at").first()
    says = _("Read %(ago)s ago. Addresses barred because messages to them came back: %(n)d.") % words
    if last:
        says += " " + _("The last one came back %(ago)s ago.") % {"ago": _since(last.at, found.now)}
    if apart := bounces.kept_apart():
        says += " " + ngettext(
            "%(n)d letter could not be matched and lies in the mailbox for a person.",
            "%(n)d letters could not be matched and lie in the mailbox for a person.",
            apart,
        ) % {"n": apart}
    return Check(_("What came back"), says)


def _states(found: Figures) -> list[tuple[str, int, str]]:
    """Each state with its number, and how long the oldest stands in it where it has not ended."""
    return [
        (
            str(state.label),
            found.states[state.value],
            _since(found.oldest[state.value], found.now) if state in OPEN else "",
        )
        for state in State
        if found.states.get(state.value)
    ]


def _versions() -> list[tuple[str, str]]:
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        database = cursor.fetchone()[0]
    return [
        ("PostgreSQL", database),
        (_("Broker"), _broker_version()),
        ("Django", django.get_version()),
        ("Python", platform.python_version()),
    ]


def _broker_version() -> str:
    try:
        with broker.client() as client:
            told = client.info("server")
    except (redis.RedisError, OSError):
        return ""
    name = told.get("server_name", "redis").capitalize()
    return f"{name} {told.get('valkey_version') or told.get('redis_version', '')}"


def _since(moment: dt.datetime | None, now: dt.datetime) -> str:
    """Seconds when it is a matter of seconds, else in words."""
    if moment is None:
        return ""
    seconds = max(int((now - moment).total_seconds()), 0)
    if seconds < 120:
        return ngettext("%(n)d second", "%(n)d seconds", seconds) % {"n": seconds}
    return timesince(timezone.localtime(moment), timezone.localtime(now), depth=1)
