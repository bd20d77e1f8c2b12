"""Minutes and councils on the home page: whose word is awaited, what the host owes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.urls import reverse
from django.utils.translation import gettext as _

from imc_portal.core.models import User
from meetings import minutes_facts
from meetings.models import Minutes, MinutesVoice, Ratification
from meetings.waiting.item import Item
from partners import policies
from partners.models import Case, Participant


def items(user: User, cases: Sequence[Case]) -> tuple[list[Item], list[Item]]:
    """(for me, for others) of all cases; three queries."""
    known = {case.pk: case for case in cases}
    own: list[Item] = []
    others: list[Item] = []
    sent = Minutes.objects.filter(meeting__case__in=known, state=Minutes.State.SENT)
    for minutes in sent.select_related("meeting").prefetch_related("voices"):
        case = known[minutes.meeting.case_id]
        for mine, item in _words(user, case, minutes):
            (own if mine else others).append(item)
    awaited = Ratification.objects.filter(
        meeting__case__in=known,
        state=Ratification.State.AWAITED,
        participant__state__in=Participant.ACTIVE,
    ).select_related("participant__municipality", "meeting")
    for row in awaited:
        case = known[row.meeting.case_id]
        for mine, item in _councils(user, case, row):
            (own if mine else others).append(item)
    return own, others


def _words(user: User, case: Case, minutes: Minutes) -> Iterator[tuple[bool, Item]]:
    said = minutes_facts.latest_voices(minutes)
    asked = {one["id"] for one in minutes_facts.asked_in(minutes)}
    url = reverse("meetings:minutes", args=[minutes.meeting_id])
    hosts = policies.allows(user, "case.run", case)
    for party in case.participants.all():
        voice = said.get(str(party.pk))
        if str(party.pk) not in asked or party.state not in Participant.ACTIVE:
            continue
        if voice is None and policies.allows(user, "participant.speak", party):
            text = _("Say whether we agree to the minutes: %(case)s") % {"case": case.title}
            yield True, Item(text, url, who=str(party), due=minutes.objections_until)
        elif voice is None and hosts:
            text = _("%(name)s has said nothing to the minutes yet") % {"name": party}
            yield False, Item(text, url, case.title, since=minutes.sent_at, due=minutes.objections_until)
        elif voice and hosts and voice.voice == MinutesVoice.Voice.OBJECTS and not voice.answer:
            text = _("Answer the objection of %(name)s to the minutes") % {"name": party}
            yield True, Item(text, url, case.title, since=voice.recorded_at, due=minutes.objections_until)


def _councils(user: User, case: Case, row: Ratification) -> Iterator[tuple[bool, Item]]:
    url = reverse("meetings:ratification", args=[row.pk])
    if policies.allows(user, "participant.speak", row.participant):
        text = _("Record what our council resolved: %(case)s") % {"case": case.title}
        yield True, Item(text, url, who=str(row.participant), since=row.awaited_since)
    elif policies.allows(user, "case.run", case):
        text = _("The council of %(name)s has not resolved yet") % {"name": row.participant}
        yield False, Item(text, url, case.title, since=row.awaited_since)
