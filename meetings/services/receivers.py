"""Who takes a package on: name them, write to them, remind, revoke; and what they do by their link."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from imc_portal.core import audit, links, outbox
from imc_portal.core.audit import Actor
from imc_portal.core.models import OutgoingEmail, PersonalLink
from imc_portal.core.problems import Refusal, given
from meetings.emails import packages as emails
from meetings.models import HandOver, HandOverReceiver
from meetings.services import posting

PURPOSE = "receiver"
MOST_RECEIVERS = 50


@dataclass(frozen=True, slots=True)
class Named:
    """Somebody who is to take the package on."""

    name: str
    role: str
    email: str
    language: str


@transaction.atomic
def name_receiver(*, package: HandOver, named: Named, actor: Actor) -> HandOverReceiver:
    """Keep the receiver and send the letter with a link of its own; once per package and address."""
    locked = HandOver.objects.select_for_update(of=("self",)).select_related(
        "case__initiator", "case__opened_by"
    )
    package = locked.get(pk=package.pk)
    if package.receivers.count() >= MOST_RECEIVERS:
        raise Refusal(_("A package has at most %(count)d receivers.") % {"count": MOST_RECEIVERS})
    receiver = HandOverReceiver(
        package=package,
        name=outbox.one_line(named.name),
        role=outbox.one_line(named.role),
        email=named.email.strip().lower(),
        language=named.language,
    )
    _check(receiver)
    receiver.save()
    link = links.issue(
        purpose=PURPOSE, subject=receiver.pk, holder=str(receiver)[:200], language=receiver.language
    )
    receiver.message = _send(receiver, link, f"receiver:{receiver.pk}")
    receiver.save(update_fields=["message"])
    audit.record(
        actor,
        "named a receiver",
        receiver,
        context=package.case.context,
        after={"package": package.sha256[:16]},
    )
    return receiver


@transaction.atomic
def remind(*, receiver: HandOverReceiver, actor: Actor, now: dt.datetime | None = None) -> None:
    """Write once more, at most once a day; not to somebody who has confirmed or was written to today."""
    now = now or timezone.now()
    fresh, link = _of(receiver), link_of(receiver)
    if fresh.confirmed_at:
        raise Refusal(_("%(name)s has confirmed already.") % {"name": fresh.name})
    if link is None or not link.is_live:
        raise Refusal(
            _("The link of %(name)s is closed: name the receiver of a newer package.") % {"name": fresh.name}
        )
    key = f"receiver:{fresh.pk}/reminder:{now.date().isoformat()}"
    written = OutgoingEmail.objects.filter(key=key).exists()
    if written or now - fresh.named_at < dt.timedelta(days=1):
        raise Refusal(_("%(name)s was written to within a day: give it some time.") % {"name": fresh.name})
    _send(fresh, link, key, again=True)
    audit.record(actor, "reminded a receiver", fresh, context=fresh.package.case.context)


@transaction.atomic
def revoke(*, receiver: HandOverReceiver, actor: Actor, reason: str) -> None:
    """Close the receiver's link for good; a confirmation already given stays."""
    fresh, link = _of(receiver), link_of(receiver)
    reason = given(reason, missing=_("Say why the link is closed."))
    if link is None or link.revoked_at is not None:
        raise Refusal(_("The link of %(name)s is closed already.") % {"name": fresh.name})
    unsent = OutgoingEmail.objects.filter(link=link)
    outbox.cancel(emails=unsent, actor=actor, reason=reason)
    links.revoke(link=link, actor=actor, reason=reason, context=fresh.package.case.context)


@transaction.atomic
def fetch(*, receiver: HandOverReceiver, link: PersonalLink, actor: Actor) -> None:
    """Note the first deliberate fetching of the package."""
    links.mark_opened(link)
    first = HandOverReceiver.objects.filter(pk=receiver.pk, fetched_at=None)
    if first.update(fetched_at=timezone.now()):
        audit.record(actor, "fetched the package", receiver, context=receiver.package.case.context)


@transaction.atomic
def confirm(*, receiver: HandOverReceiver, name: str, remark: str, actor: Actor) -> None:
    """The receiver takes the package on, by name and once; a second word changes nothing."""
    name = outbox.one_line(given(name, missing=_("Say in whose name you confirm."), limit=150))
    if len(remark) > 1000:
        raise Refusal(_("At most 1000 characters, please."))
    first = HandOverReceiver.objects.filter(pk=receiver.pk, confirmed_at=None)
    if not first.update(confirmed_at=timezone.now(), confirmed_by=name, remark=remark.strip()):
        raise Refusal(_("This package is confirmed already."))
    audit.record(
        actor,
        "confirmed the package",
        receiver,
        context=receiver.package.case.context,
        after={"by": name, "remark": remark.strip(), "sha256": receiver.package.sha256},
    )


def link_of(receiver: HandOverReceiver) -> PersonalLink | None:
    """The receiver's newest link, live or not."""
    rows = PersonalLink.objects.filter(purpose=PURPOSE, subject=receiver.pk)
    return rows.order_by("-expires_at").first()


def _of(receiver: HandOverReceiver) -> HandOverReceiver:
    locked = HandOverReceiver.objects.select_for_update(of=("self",))
    return locked.select_related("package__case__initiator", "package__case__opened_by", "message").get(
        pk=receiver.pk
    )


def _send(receiver: HandOverReceiver, link: PersonalLink, key: str, *, again: bool = False) -> OutgoingEmail:
    return posting.post(emails.package(receiver, link, key, again=again), case=receiver.package.case)


def _check(receiver: HandOverReceiver) -> None:
    try:
        receiver.full_clean(exclude=["package", "message"])
    except ValidationError as problem:
        raise Refusal(*problem.messages) from problem
    if HandOverReceiver.objects.filter(package=receiver.package, email=receiver.email).exists():
        raise Refusal(_("This address is named for this package already."))
