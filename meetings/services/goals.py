"""The overarching goal: drafted together, and shared by each party by name, or not."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from imc_portal.core import audit
from imc_portal.core.audit import Actor
from imc_portal.core.problems import Refusal, Stale
from meetings.models import GoalVoice, OverarchingGoal
from meetings.services.expectations import why_not
from meetings.standpoints import PARTIES
from partners.models import Case, Participant
from partners.services import cases


@transaction.atomic
def draft(*, case: Case, text: str, actor: Actor, seen: int | None = None) -> OverarchingGoal:
    """A new wording under a new number; it asks everybody anew, and what they said to the last one stays.

    `seen` is the number that the writer had before them, 0 for none: Stale when there is a newer wording.
    """
    case = cases.locked(case)
    if reason := why_not(case):
        raise Refusal(reason)
    text = text.strip()
    newest = OverarchingGoal.objects.filter(case=case).first()
    number = newest.number if newest else 0
    if newest and seen is not None and seen != number:
        raise Stale(
            _("Meanwhile %(who)s has proposed wording no. %(number)d. Yours is not kept yet: compare both.")
            % {"who": newest.drafted_by, "number": number}
        )
    if newest and newest.text == text:
        raise Refusal(_("This is the wording as it stands."))
    goal = OverarchingGoal(case=case, number=number + 1, text=text, drafted_by=actor.name[:200])
    goal.full_clean(exclude=["case"])
    goal.save()
    audit.record(
        actor, "worded the overarching goal", goal, context=case.context, after={"number": goal.number}
    )
    return goal


@transaction.atomic
def voice(
    *,
    goal: OverarchingGoal,
    participant: Participant,
    agrees: bool,
    name: str,
    actor: Actor,
    remark: str = "",
) -> GoalVoice:
    """A party's word on the newest wording, by name; said again, the later word counts."""
    case = cases.locked(participant.case)
    if reason := why_not(case):
        raise Refusal(reason)
    if not case.participants.filter(pk=participant.pk, state__in=PARTIES).exists():
        raise Refusal(_("%(name)s no longer takes part in this case.") % {"name": participant})
    newest = OverarchingGoal.objects.filter(case=case).first()
    if newest is None or newest.pk != goal.pk:
        raise Stale(_("There is a newer wording by now: read it, then say what you think of it."))
    before = GoalVoice.objects.filter(goal=newest, participant=participant).first()
    said = before or GoalVoice(goal=newest, participant=participant)
    told = {"agrees": before.agrees, "name": before.name, "remark": before.remark} if before else {}
    said.agrees, said.name, said.remark = agrees, name.strip(), remark.strip()
    said.recorded_by, said.recorded_at = actor.name[:200], timezone.now()
    said.full_clean(exclude=["goal", "participant"])
    said.save()
    audit.record(
        actor,
        "gave a word on the overarching goal",
        newest,
        context=case.context,
        before=told,
        after={"for": str(participant), "agrees": agrees, "name": said.name, "remark": said.remark},
    )
    return said
