"""What Box 13 asks of a person: a word on the goal, and to tell staff and council."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.urls import reverse
from django.utils.translation import gettext as _

from imc_portal.core.models import User
from meetings.models import GoalVoice, OverarchingGoal, Telling
from meetings.standpoints import PARTIES
from meetings.waiting.item import Item
from partners import policies
from partners.models import Case, Participant

Audience = Telling.Audience


def items(user: User, cases: Sequence[Case]) -> list[Item]:
    """Items over all cases, by three queries; reads the participants and attitudes fetched with the cases."""
    parties = [
        (case, party)
        for case in cases
        if case.state not in Case.RESTING and not case.has_reached(Case.State.HANDED_OVER)
        for party in case.participants.all()
        if party.state in PARTIES and policies.allows(user, "participant.speak", party)
    ]
    return [*_goals(parties), *_tellings(parties)]


def _goals(parties: Sequence[tuple[Case, Participant]]) -> Iterator[Item]:
    """The newest wording of a goal asks each party anew."""
    of_cases = OverarchingGoal.objects.filter(case__in=[case for case, _party in parties])
    newest = {goal.case_id: goal for goal in of_cases.order_by("number")}
    said = set(GoalVoice.objects.filter(goal__in=newest.values()).values_list("goal", "participant"))
    for case, party in parties:
        goal = newest.get(case.pk)
        if goal is not None and (goal.pk, party.pk) not in said:
            text = _("Say whether we share the goal: %(case)s") % {"case": case.title}
            url = reverse("meetings:goal_voice", args=[goal.pk, party.pk])
            yield Item(text, url, who=str(party), since=goal.drafted_at)


def _tellings(parties: Sequence[tuple[Case, Participant]]) -> Iterator[Item]:
    """Once the own attitude is stated, staff and council are told, until that is on record."""
    stated = [(case, party) for case, party in parties if party.attitudes.all()]
    rows = Telling.objects.filter(participant__in=[party for _case, party in stated])
    told = set(rows.order_by().values_list("participant", "audience"))
    texts = {
        (True, True): _("Tell our staff and our council about the talks: %(case)s"),
        (True, False): _("Tell our staff about the talks: %(case)s"),
        (False, True): _("Tell our council about the talks: %(case)s"),
    }
    for case, party in stated:
        owed = ((party.pk, Audience.STAFF) not in told, (party.pk, Audience.COUNCIL) not in told)
        if any(owed):
            url = reverse("meetings:telling_add", args=[case.pk, party.pk])
            # The attitudes come newest first: the first statement is the last of them.
            since = list(party.attitudes.all())[-1].stated_at
            yield Item(texts[owed] % {"case": case.title}, url, who=str(party), since=since, tone="note")
