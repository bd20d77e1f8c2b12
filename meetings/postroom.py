"""The post room of a meeting: each paper's way to its recipient, trouble on top with what to do.

Reads a fixed number of queries, whatever the number of recipients; writes nothing.
"""

from __future__ import annotations

import datetime as dt
import uuid
import zoneinfo
from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Prefetch, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from imc_portal.core.models import OutgoingEmail
from imc_portal.core.templatetags.portal import day as day_in_words
from meetings import leadtime, troubles
from meetings.models import CaseRules, Dispatch, Invitation, Meeting, MeetingPaper
from partners.models import Case, Participant
from proposals.models import Annex, Document, ProposalVersion

READY_TO_TALK = Participant.ORDER[Participant.ORDER.index(Participant.State.ACKNOWLEDGED) :]
Mail = OutgoingEmail.State


@dataclass(frozen=True, slots=True)
class Step:
    """One stop of a letter's way."""

    label: str
    state: str
    when: dt.datetime | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Trouble:
    """What went wrong, and the one thing to do about it."""

    text: str
    label: str = ""
    url: str = ""
    method: str = "get"


@dataclass(frozen=True, slots=True)
class Line:
    """One recipient: the way of its letter, what is wrong, what is late."""

    participant: Participant
    steps: list[Step]
    due_at: dt.datetime
    invitation: Invitation | None = None
    dispatch: Dispatch | None = None
    trouble: Trouble | None = None
    left: bool = False
    late: bool = False

    @property
    def due_day(self) -> dt.date:
        """The last day in good time, as the recipient's calendar has it."""
        return self.due_at.astimezone(zoneinfo.ZoneInfo(self.participant.municipality.time_zone)).date()

    @property
    def is_on_its_way(self) -> bool:
        """Whether something may still happen to the letter without anybody's doing."""
        sent = self.dispatch is not None and self.dispatch.arrived_at is not None
        return not (sent or self.trouble or self.left)

    @property
    def rank(self) -> tuple[bool, bool, str]:
        """Trouble first, then what is late, then by name."""
        return (self.trouble is None or self.left, not self.late, str(self.participant))


@dataclass(frozen=True, slots=True)
class _Found:
    participant: Participant
    version: ProposalVersion | None
    document: Document | None
    invitation: Invitation | None
    dispatch: Dispatch | None
    agenda: MeetingPaper | None = None


def lines(meeting: Meeting, now: dt.datetime | None = None) -> list[Line]:
    """A line for each recipient of the meeting's papers."""
    now = now or timezone.now()
    return sorted((_line(meeting, found, now) for found in _recipients(meeting)), key=lambda line: line.rank)


def newest_version(case: Case) -> ProposalVersion | None:
    """The newest version of the case's proposal."""
    return ProposalVersion.objects.filter(proposal__case=case).order_by("-number").first()


def expected(case: Case) -> list[Participant]:
    """Who will receive papers, as far as one knows before the meeting is called."""
    return list(case.participants.filter(state__in=READY_TO_TALK).select_related("municipality"))


def where(participant: Participant) -> leadtime.Where:
    """The recipient's calendar."""
    return leadtime.Where.of(participant.municipality)


def earliest_day(case: Case, now: dt.datetime, kind: str = Meeting.Kind.INFORMAL) -> dt.date | None:
    """The first day that leaves every expected recipient the lead time or notice, if papers leave now."""
    days = CaseRules.days_ahead(case, kind)
    return leadtime.earliest_day_for_all(now, days, map(where, expected(case)))


def too_early(
    case: Case, start: dt.datetime, now: dt.datetime, kind: str = Meeting.Kind.INFORMAL
) -> list[str]:
    """What a meeting at this time would mean for the lead time, in dates; nothing when it can be kept."""
    guests, days = expected(case), CaseRules.days_ahead(case, kind)
    late = [guest for guest in guests if leadtime.due(start, days, where(guest)) < now]
    if not late:
        return []
    day = leadtime.earliest_day_for_all(now, days, map(where, guests))
    names = ", ".join(str(guest) for guest in late)
    return [
        good_time(days, day),
        ngettext(
            "Too late for %(names)s: it must waive the lead time, or the meeting moves.",
            "Too late for %(names)s: each of them must waive the lead time, or the meeting moves.",
            len(late),
        )
        % {"names": names},
    ]


def good_time(days: int, day: dt.date | None) -> str:
    """In good time means 10 working days: earliest Monday 7 December 2026."""
    words = ngettext(
        "In good time means %(days)d working day", "In good time means %(days)d working days", days
    ) % {"days": days}
    if day is None:
        return f"{words}."
    return _("%(in_good_time)s: earliest %(day)s.") % {
        "in_good_time": words,
        "day": day_in_words(day),
    }


def _recipients(meeting: Meeting) -> Iterator[_Found]:
    version = None if meeting.is_formal else newest_version(meeting.case)
    papers = (
        Dispatch.objects.select_related("email", "by_hand", "document__version")
        .prefetch_related("email__sent_again", "email__events")
        .order_by("document__version__number")
    )
    invited = {
        row.participant_id: row
        for row in meeting.invitations.exclude(participant__state=Participant.State.INITIATOR)
        .select_related("participant__municipality", "participant__contact")
        .prefetch_related(Prefetch("dispatches", papers))
    }
    documents = (
        {row.participant_id: row for row in Document.objects.filter(version=version)} if version else {}
    )
    parties = {row.participant_id: row.participant for row in invited.values()} | _with_annex(version)
    agendas = {row.language: row for row in agendas_of(meeting)}
    for key, participant in parties.items():
        invitation = invited.get(key)
        dispatches = list(invitation.dispatches.all()) if invitation else []
        yield _Found(
            participant,
            version,
            documents.get(key),
            invitation,
            dispatches[-1] if dispatches else None,
            agendas.get(participant.contact.language if participant.contact else ""),
        )


def agendas_of(meeting: Meeting) -> QuerySet[MeetingPaper]:
    """The newest edition of the agenda in each language that was asked for."""
    return meeting.papers.filter(kind=MeetingPaper.Kind.AGENDA, edition=meeting.sequence)


def _with_annex(version: ProposalVersion | None) -> dict[uuid.UUID, Participant]:
    if version is None:
        return {}
    annexes = Annex.objects.filter(version=version).select_related(
        "participant__municipality", "participant__contact"
    )
    return {annex.participant_id: annex.participant for annex in annexes}


def _line(meeting: Meeting, found: _Found, now: dt.datetime) -> Line:
    dispatch, participant = found.dispatch, found.participant
    due = (
        dispatch.due_at
        if dispatch
        else leadtime.due(
            meeting.starts_at, CaseRules.days_ahead(meeting.case, meeting.kind), where(participant)
        )
    )
    sent = dispatch.arrived_at if dispatch else None
    return Line(
        participant=participant,
        steps=_way(meeting, found),
        due_at=due,
        invitation=found.invitation,
        dispatch=dispatch,
        trouble=_trouble(meeting, found),
        left=participant.state not in Participant.ACTIVE,
        late=(sent or now) > due and not (dispatch and dispatch.waived_at),
    )


def _way(meeting: Meeting, found: _Found) -> list[Step]:
    dispatch, invitation, document = found.dispatch, found.invitation, found.document
    answered = invitation.replied_at if invitation and invitation.reply != Invitation.Reply.NONE else None
    stops: list[tuple[str, bool, dt.datetime | None]] = []
    if not meeting.is_formal:
        version = found.version
        approved = version.approved_at if version else None
        rendered = document.rendered_at if document else None
        stops = [
            (_("drafted"), version is not None, version.created_at if version else None),
            (pgettext("way of a letter", "approved"), approved is not None, approved),
            (_("rendered"), rendered is not None, rendered),
        ]
    handed = dispatch.handed if dispatch else None
    sent = dispatch.arrived_at if dispatch else None
    stops.append((handed.get_how_display() if handed else _("sent"), sent is not None, sent))
    if not meeting.is_formal:
        opened = dispatch.opened_at if dispatch else None
        stops.append((_("opened"), opened is not None, opened))
    stops.append((_("answered"), answered is not None, answered))
    return list(_states(stops, failed_at=_failed_at(found), answered=answered is not None))


def _states(
    stops: list[tuple[str, bool, dt.datetime | None]], *, failed_at: str, answered: bool
) -> Iterator[Step]:
    current = True
    for label, done, when in stops:
        if done:
            state = "done"
        elif label == failed_at:
            state, current = "trouble", False
        elif answered and label == _("opened"):
            state = "skipped"
        else:
            state, current = ("current" if current else "todo"), False
        yield Step(label, state, when)


def _failed_at(found: _Found) -> str:
    if found.document and found.document.state == Document.State.FAILED:
        return _("rendered")
    if found.dispatch and (
        found.dispatch.problem
        or (found.dispatch.email and found.dispatch.email.state in (Mail.FAILED, Mail.BOUNCED))
    ):
        return _("sent")
    return ""


def _trouble(meeting: Meeting, found: _Found) -> Trouble | None:
    contacts = reverse("partners:contacts", kwargs={"pk": meeting.case_id})
    document, dispatch = found.document, found.dispatch
    if document and document.state == Document.State.FAILED:
        again = reverse("proposals:render_again", kwargs={"pk": document.pk})
        text = _("The PDF could not be made: %(error)s") % {"error": document.last_error}
        return Trouble(text, _("Make it again"), again, "post")
    if dispatch is None:
        return None
    if dispatch.email is None and found.agenda and found.agenda.state == MeetingPaper.State.FAILED:
        again = reverse("meetings:print_again", kwargs={"pk": found.agenda.pk})
        text = _("The agenda could not be made as PDF: %(error)s") % {"error": found.agenda.error}
        return Trouble(text, _("Make it again"), again, "post")
    if dispatch.handed:
        return None
    if dispatch.email is None:
        problem = dispatch.problem
        return Trouble(_(problem), _("Choose the recipient"), contacts) if problem else None
    text, label = troubles.of_letter(dispatch.email, str(found.participant))
    if text:
        return Trouble(text, label, troubles.address_of(dispatch.email, meeting.case_id))
    if troubles.gone_to_another(dispatch):
        text = _("The papers went to %(former)s; %(now)s receives papers now.") % {
            "former": dispatch.email.to_name or dispatch.email.to_address,
            "now": found.participant.contact,
        }
        send_to = reverse("meetings:send_to", args=[dispatch.pk])
        return Trouble(text, _("Send them to the new recipient"), send_to)
    if dispatch.email.state == Mail.UNKNOWN:
        return Trouble(_("The message may have been delivered; it is sent once more, as the same message."))
    return None
