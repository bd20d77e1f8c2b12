"""Why a step of the talks is not ready yet: the gates this room can judge, in whole sentences."""

from __future__ import annotations

import datetime as dt

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from imc_portal.core import dates
from meetings import confirmation
from meetings.models import (
    Attitude,
    CaseRules,
    ClarificationRound,
    ExplorationDecision,
    FormalMeeting,
    Invitation,
    Meeting,
    Minutes,
    Ratification,
)
from meetings.models.attitude import OPEN_MINDED
from partners.models import CandidateArea, Case, OfficeHolder, Participant

MUNICIPALITIES_TO_MEET = 2
#: Offices that speak for a municipality by themselves.
HEADS = (OfficeHolder.Office.MAYOR, OfficeHolder.Office.DEPUTY)


def latest_attitudes(case: Case) -> dict[Participant, Attitude]:
    """What each municipality that still takes part said last, with the areas it means."""
    rows = (
        Attitude.objects.filter(participant__case=case, participant__state__in=Participant.ACTIVE)
        .order_by("participant_id", "-stated_at")
        .distinct("participant_id")
        .select_related("participant__municipality")
        .prefetch_related("by_area__area__function")
    )
    return {row.participant: row for row in rows}


def common_areas(case: Case) -> dict[CandidateArea, list[Participant]]:
    """Areas in the talks that enough are open to explore, by the rules of the case, with who they are.

    The initiator, if it is among them, comes first.
    """
    return _in_common(latest_attitudes(case), CaseRules.of(case))


def formal_meeting(case: Case) -> list[str]:
    """The informal phase is positive by the rules of the case; otherwise what is against it."""
    rules, latest = CaseRules.of(case), latest_attitudes(case)
    reasons = [*_too_early(case), *_initiators(case, rules, latest), *_others(rules, latest)]
    have = 0 if reasons else len(_in_common(latest, rules))
    if not reasons and have < rules.gate_areas:
        reasons.append(_too_few_areas(rules, have))
    return reasons


def rule_in_words(rules: CaseRules) -> str:
    """What the informal phase has to come to in this case, in a sentence."""
    others = ngettext("%(n)d other municipality", "%(n)d other municipalities", rules.gate_others)
    areas = ngettext("%(n)d area in common", "%(n)d areas in common", rules.gate_areas)
    words = {
        "who": others % {"n": rules.gate_others},
        "areas": areas % {"n": rules.gate_areas},
        "how": _("positive, or positive on conditions") if rules.gate_conditional else _("positive"),
    }
    if rules.gate_initiator:
        return _("Asked for in this case: the initiator and %(who)s %(how)s, on %(areas)s.") % words
    return _("Asked for in this case: %(who)s beside the initiator %(how)s, on %(areas)s.") % words


def counts(value: str, rules: CaseRules) -> bool:
    """Whether this attitude counts as open by the rules of the case."""
    return value == Attitude.Value.POSITIVE or (
        rules.gate_conditional and value == Attitude.Value.CONDITIONAL
    )


def _in_common(
    latest: dict[Participant, Attitude], rules: CaseRules
) -> dict[CandidateArea, list[Participant]]:
    open_to: dict[CandidateArea, list[Participant]] = {}
    for who in sorted(latest, key=lambda one: (not one.is_initiator, one.municipality.name)):
        if not counts(latest[who].value, rules):
            continue
        for row in latest[who].by_area.all():
            if row.area.state == CandidateArea.State.AGREED and counts(row.value, rules):
                open_to.setdefault(row.area, []).append(who)
    enough = {area: who for area, who in open_to.items() if _enough(who, rules)}
    return dict(sorted(enough.items(), key=lambda item: str(item[0])))


def _enough(who: list[Participant], rules: CaseRules) -> bool:
    others = sum(not one.is_initiator for one in who)
    return others >= rules.gate_others and (len(who) > others or not rules.gate_initiator)


def _too_early(case: Case) -> list[str]:
    if not case.has_reached(Case.State.ATTITUDE):
        return [_("The informal meeting is not held yet, or the answers are still sealed.")]
    later = ClarificationRound.objects.filter(case=case, opened_at=None, number__gt=1).order_by("number")
    return [
        _("The answers of the later round of questions (no. %(number)d) are sealed until %(day)s.")
        % {"number": each.number, "day": dates.day(timezone.localdate(each.deadline))}
        for each in later
    ]


def _initiators(case: Case, rules: CaseRules, latest: dict[Participant, Attitude]) -> list[str]:
    if not rules.gate_initiator:
        return []
    own = next((attitude for who, attitude in latest.items() if who.is_initiator), None)
    if own is None:
        return [_("%(name)s has not stated its attitude yet.") % {"name": case.initiator}]
    if counts(own.value, rules):
        return []
    words = {"name": case.initiator, "attitude": own.get_value_display()}
    if own.value in OPEN_MINDED:
        return [_("%(name)s itself is %(attitude)s; by the rules of this case that does not count.") % words]
    return [_("%(name)s itself is %(attitude)s.") % words]


def _others(rules: CaseRules, latest: dict[Participant, Attitude]) -> list[str]:
    have = sum(counts(said.value, rules) for who, said in latest.items() if not who.is_initiator)
    if have >= rules.gate_others:
        return []
    if have == 0 and rules.gate_conditional:
        return [_("No other municipality is positive, or positive on conditions, yet.")]
    if have == 0:
        return [_("No other municipality is positive without conditions yet.")]
    if rules.gate_conditional:
        text = ngettext(
            "Only %(have)d other municipality is positive, or positive on conditions; %(need)d are needed.",
            "Only %(have)d others are positive, or positive on conditions; %(need)d are needed.",
            have,
        )
    else:
        text = ngettext(
            "Only %(have)d other municipality is positive without conditions; %(need)d are needed.",
            "Only %(have)d others are positive without conditions; %(need)d are needed.",
            have,
        )
    return [text % {"have": have, "need": rules.gate_others}]


def _too_few_areas(rules: CaseRules, have: int) -> str:
    if have:
        text = ngettext(
            "Only %(have)d area is open to all who are needed; %(need)d are needed.",
            "Only %(have)d areas are open to all who are needed; %(need)d are needed.",
            have,
        )
        return text % {"have": have, "need": rules.gate_areas}
    if rules.gate_initiator and rules.gate_others == 1:
        return _("There is no area that both the initiator and another municipality would explore.")
    return _("There is no area that all who are needed would explore.")


def met(meeting: Meeting) -> list[str]:
    """At least two municipalities were present."""
    present = meeting.invitations.filter(present=True).count()
    if present >= MUNICIPALITIES_TO_MEET:
        return []
    return [
        ngettext(
            "Only %(count)d municipality is recorded as present; a meeting needs two.",
            "%(count)d municipalities are recorded as present; a meeting needs two.",
            present,
        )
        % {"count": present}
    ]


def papers_in_time(meeting: Meeting, now: dt.datetime) -> list[str]:
    """Every recipient had its paper in good time, or waived that; no override can stand in for the waiver."""
    return [
        _("%(name)s did not have its paper in good time and has not waived that.")
        % {"name": dispatch.invitation.participant}
        for dispatch in confirmation.late_in(meeting, now)
    ]


def outcomes(meeting: FormalMeeting) -> list[str]:
    """All four outcomes are there, with a decision of each municipality present; or none, with a reason."""
    if meeting.none_because.strip():
        return []
    reasons = met(meeting)
    if not meeting.objectives.exists():
        reasons.append(_("No objective is recorded."))
    selected = list(meeting.selected_areas.select_related("area__function"))
    if not selected:
        reasons.append(_("No area is selected."))
    present = list(meeting.invitations.filter(present=True).select_related("participant__municipality"))
    decided = set(
        ExplorationDecision.objects.filter(selected_area__meeting=meeting).values_list(
            "selected_area", "participant"
        )
    )
    reasons += [
        _("%(name)s has not decided on %(area)s.") % {"name": guest.participant, "area": choice.area}
        for choice in selected
        for guest in present
        if (choice.pk, guest.participant_id) not in decided
    ]
    if not meeting.next_steps.exists():
        reasons.append(_("No next step is recorded."))
    return reasons


def attendance(invitations: list[Invitation]) -> list[str]:
    """Of everybody invited it is recorded whether they came."""
    return [
        _("Say whether %(name)s was present.") % {"name": guest.participant}
        for guest in invitations
        if guest.present is None
    ]


def hand_over_firm(case: Case) -> list[str]:
    """What nobody can pass: without a closed record there is nothing to hand over."""
    if case.meetings.filter(kind=Meeting.Kind.FORMAL, state=Meeting.State.HELD).exists():
        return []
    return [_("The record of the formal meeting is not closed yet.")]


def quorum(meeting: Meeting) -> list[str]:
    """As many municipalities are present as the rules of the case ask for."""
    present = meeting.invitations.filter(present=True).count()
    needed = CaseRules.of(meeting.case).quorum
    if present >= needed:
        return []
    return [
        _("The quorum is not reached: %(present)d of the %(needed)d municipalities needed are present.")
        % {"present": present, "needed": needed}
    ]


def delegates(meeting: Meeting) -> list[str]:
    """Each municipality present sends its mayor or a deputy, or a delegate whose appointment is on record."""
    present = meeting.invitations.filter(present=True).select_related("participant__municipality")
    unnamed = present.exclude(delegate_office__in=HEADS).filter(appointment="")
    return [
        _("%(name)s sends neither its mayor nor a deputy: record by which decision the delegate was named.")
        % {"name": row.participant}
        for row in unnamed
    ]


def notice(meeting: Meeting, now: dt.datetime) -> list[str]:
    """Everybody invited had the notice of the case, or waived it; a lead may go on with a reason."""
    return papers_in_time(meeting, now) if meeting.is_formal else []


def hand_over(case: Case) -> list[str]:
    """The record is closed, the minutes are agreed or closed, each council that was to resolve has."""
    if firm := hand_over_firm(case):
        return firm
    held = FormalMeeting.objects.filter(case=case, state=Meeting.State.HELD)
    done = Minutes.objects.filter(
        meeting=OuterRef("pk"), state__in=[Minutes.State.AGREED, Minutes.State.CLOSED]
    )
    reasons = [
        _("The minutes of the meeting on %(day)s are neither agreed nor closed.")
        % {"day": dates.day(one.local_start)}
        for one in held.filter(~Exists(done)).order_by("starts_at")
    ]
    return (
        reasons
        + [
            _("The council of %(name)s has not resolved yet on what its delegate decided subject to it.")
            % {"name": who}
            for who in _awaiting_councils(held)
        ]
        + [
            _("The council of %(name)s, which runs the case, has not ratified.") % {"name": case.initiator}
            for _row in Ratification.objects.filter(
                meeting__in=held,
                state=Ratification.State.REFUSED,
                participant__state=Participant.State.INITIATOR,
            )
        ]
    )


def _awaiting_councils(held: QuerySet[FormalMeeting]) -> list[Participant]:
    """Those that decided subject to their council and still take part, with no resolution on that meeting."""
    resolved = Ratification.objects.filter(
        meeting=OuterRef("selected_area__meeting"), participant=OuterRef("participant")
    ).exclude(state=Ratification.State.AWAITED)
    waiting = ExplorationDecision.objects.filter(
        ~Exists(resolved),
        selected_area__meeting__in=held,
        mandate=Invitation.Mandate.SUBJECT_TO_COUNCIL,
        vote__in=[ExplorationDecision.Vote.YES, ExplorationDecision.Vote.YES_IF],
    )
    awaited = Ratification.objects.filter(meeting__in=held, state=Ratification.State.AWAITED)
    found = Participant.objects.filter(
        Q(pk__in=waiting.values("participant")) | Q(pk__in=awaited.values("participant")),
        state__in=Participant.ACTIVE,
    )
    return list(found.select_related("municipality"))
