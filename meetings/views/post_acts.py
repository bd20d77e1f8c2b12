"""What a person does with one message: hold, release, cancel, say again, settle, and close its link."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from django.contrib import messages
from django.db.models import QuerySet
from django.forms import Form
from django.http import HttpResponseBase, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from imc_portal.core import outbox
from imc_portal.core.audit import Actor
from imc_portal.core.http import PersonRequest, form_status, page
from imc_portal.core.models import OutgoingEmail
from meetings.forms.post import AgainForm, BecauseForm, SettleForm
from meetings.post import contents
from meetings.services import link_closing, posting, resending
from meetings.views.minutes_words import tried
from meetings.views.post import back
from meetings.views.post_message import about, runnable_message
from partners.models import Participant

Mail = OutgoingEmail.State


@page
def hold(request: PersonRequest, pk: uuid.UUID) -> HttpResponseBase:
    """Hold one message back, with the reason."""
    email, _case = runnable_message(request, pk)

    def act(form: Form) -> bool:
        reason = form.cleaned_data["reason"]
        return bool(outbox.hold(emails=_only(email), actor=Actor.person(request.user), reason=reason))

    return _asked(request, email, "hold", BecauseForm, act, _("The message is held back."))


@page
def release(request: PersonRequest, pk: uuid.UUID) -> HttpResponseBase:
    """Let one held message leave, after a look at it."""
    email, _case = runnable_message(request, pk)

    def act(form: Form) -> bool:
        done = outbox.release(emails=_only(email), actor=Actor.person(request.user))
        email.refresh_from_db()
        posting.ring(email)
        return bool(done)

    return _asked(request, email, "release", Form, act, _("The message is released: it leaves now."))


@page
def cancel(request: PersonRequest, pk: uuid.UUID) -> HttpResponseBase:
    """Stop one message for good, with the reason."""
    email, _case = runnable_message(request, pk)

    def act(form: Form) -> bool:
        reason = form.cleaned_data["reason"]
        return bool(outbox.cancel(emails=_only(email), actor=Actor.person(request.user), reason=reason))

    return _asked(request, email, "cancel", BecauseForm, act, _("The message is cancelled: it never leaves."))


@page
def settle(request: PersonRequest, pk: uuid.UUID) -> HttpResponseBase:
    """Say what became of a message that may have been delivered."""
    email, _case = runnable_message(request, pk)

    def act(form: Form) -> bool:
        said = form.cleaned_data
        actor = Actor.person(request.user)
        outbox.settle(email=email, delivered=said["delivered"] == "yes", actor=actor, reason=said["reason"])
        return True

    return _asked(request, email, "settle", SettleForm, act, _("Settled, by your word."))


@page
def lift(request: PersonRequest, pk: uuid.UUID) -> HttpResponseBase:
    """Let messages go to this address again, with the reason."""
    email, _case = runnable_message(request, pk)

    def act(form: Form) -> bool:
        reason = form.cleaned_data["reason"]
        outbox.lift(address=email.to_address, actor=Actor.person(request.user), reason=reason)
        return True

    return _asked(request, email, "lift", BecauseForm, act, _("Messages may go to this address again."))


@page
def unlink(request: PersonRequest, pk: uuid.UUID) -> HttpResponseBase:
    """Close the personal link of a message that came into wrong hands, with the reason."""
    email, _case = runnable_message(request, pk)

    def act(form: Form) -> bool:
        reason = form.cleaned_data["reason"]
        link_closing.close(email=email, actor=Actor.person(request.user), reason=reason)
        return True

    words = _("The link is closed. Send the papers once more, so that the recipient gets a new one.")
    return _asked(request, email, "unlink", BecauseForm, act, words)


@page
def again(request: PersonRequest, pk: uuid.UUID) -> HttpResponseBase:
    """Say a message once more, as a new one: to whom, why, and exactly what leaves."""
    email, case = runnable_message(request, pk)
    facts = about(email, case)
    participant = facts["participant"] if isinstance(facts["participant"], Participant) else None
    addresses = _addresses(email, participant)
    form = AgainForm(request.POST if request.method == "POST" else None, addresses=addresses)
    made: list[OutgoingEmail] = []

    def act() -> None:
        made.append(
            resending.say_again(
                email=email,
                participant=participant,
                seen=_number(request.POST.get("seen", "")),
                actor=Actor.person(request.user),
                **form.cleaned_data,
            )
        )

    if tried(form, act):
        messages.success(request, _("It is on its way once more, as this new message."))
        return redirect("meetings:message", pk=made[0].pk)
    context = {
        **facts,
        "contents": contents.as_new(contents.read(email), email),
        "stopped": outbox.undeliverable(email.to_address),
        "form": form,
        "seen": request.POST.get("seen") or email.sent_again.count(),
        "addresses": addresses,
        "link_holder": email.link.holder if email.link else "",
        "link_is_live": email.link.is_live if email.link else True,
    }
    return render(request, "meetings/post_again.html", context, status=form_status(request))


def _asked(
    request: PersonRequest,
    email: OutgoingEmail,
    what: str,
    make: Callable[..., Form],
    act: Callable[[Form], bool],
    words: str,
) -> HttpResponseBase:
    """A page that shows what is about to happen to one message, then the act."""
    email, case = runnable_message(request, email.pk)
    form = make(request.POST if request.method == "POST" else None)
    done: list[bool] = []
    if tried(form, lambda: done.append(act(form))):
        return _told(request, email, words, done[0])
    context = {
        **about(email, case),
        "contents": contents.read(email),
        "what": what,
        "form": form,
        "there": back(request, reverse("meetings:message", kwargs={"pk": email.pk})),
    }
    return render(request, "meetings/post_act.html", context, status=form_status(request))


def _told(request: PersonRequest, email: OutgoingEmail, words: str, done: bool) -> HttpResponseBase:
    if done:
        messages.success(request, words)
    else:
        messages.info(request, _("Nothing was left to do: somebody else was faster, or it has left already."))
    return HttpResponseRedirect(back(request, reverse("meetings:message", kwargs={"pk": email.pk})))


def _only(email: OutgoingEmail) -> QuerySet[OutgoingEmail]:
    return OutgoingEmail.objects.filter(pk=email.pk)


def _addresses(email: OutgoingEmail, participant: Participant | None) -> list[tuple[str, str]]:
    """Where it may go, the address it had first; one that sent mail back says so."""
    if participant is None:
        return [(email.to_address, _named(email.to_name, email.to_address))]
    known = {holder.email: str(holder) for holder in resending.contacts_of(participant)}
    first = sorted(known, key=lambda address: address != email.to_address)
    return [(address, _named(known[address], address)) for address in first]


def _named(name: str, address: str) -> str:
    trouble = outbox.undeliverable(address)
    label = f"{name}, {address}" if name else address
    return _("%(who)s (mail came back: %(why)s)") % {"who": label, "why": trouble} if trouble else label


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 6 else 0
