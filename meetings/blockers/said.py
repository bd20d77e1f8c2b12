"""What is said: the answers to the seven questions, and the attitudes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import Any

from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from imc_portal.core.models import AuditEntry
from meetings import cells, gates, policies
from meetings.blockers.look import Blocker, Look
from meetings.blockers.meet import dates
from meetings.models import Answer, Attitude, ClarificationRound, Meeting
from meetings.models.clarification import Question
from partners.models import Participant


def answers(look: Look) -> Iterator[Blocker]:
    """Cells that keep a seal closed, a line for each municipality; and what was promised for later."""
    if not look.party:
        return
    owing = (
        Answer.objects.filter(
            cells.relevant(),
            round__case=look.case,
            round__opened_at=None,
            state=Answer.State.OPEN,
            participant__in=look.parties,
        )
        .order_by("question")
        .values_list("round", "participant", "question")
    )
    asked = _asked(look)
    by_party: dict[tuple[Any, Any], set[int]] = {}
    for round_, participant, question in owing:
        by_party.setdefault((round_, participant), set()).add(question)
    for (round_, participant), questions in by_party.items():
        who = look.parties[participant]
        since, due = asked[round_]
        yield Blocker(_answer_to(who, questions), _place(look, who, questions), "answers", since, due)
    yield from _promised(look)


def _promised(look: Look) -> Iterator[Blocker]:
    later = Answer.objects.visible_to(look.user).filter(
        round__case=look.case, round__opened_at__isnull=False, state=Answer.State.DEFERRED
    )
    for cell in later.filter(cells.relevant(), participant__in=look.parties):
        who = look.parties[cell.participant_id]
        words = {"name": who, "number": cell.question, "who": cell.owner}
        text = _("%(name)s's answer to question %(number)d, promised by %(who)s") % words
        yield Blocker(text, _place(look, who, {cell.question}), "answers", None, cell.due)


def _asked(look: Look) -> dict[Any, tuple[dt.datetime | None, dt.datetime]]:
    """Since when each round is asked, and by when; the trail remembers the day."""
    rounds = {row.pk: row for row in ClarificationRound.objects.filter(case=look.case)}
    entries = AuditEntry.objects.filter(context=look.case.context, verb="asked the seven questions")
    when = dict(entries.order_by("-at").values_list("target_key", "at"))
    return {pk: (when.get(f"{row._meta.label_lower}:{pk}"), row.deadline) for pk, row in rounds.items()}


def _answer_to(who: Participant, questions: set[int]) -> str:
    if len(questions) == len(Question):
        return _("%(name)s's answers to the seven questions") % {"name": who}
    listed = get_text_list([str(number) for number in sorted(questions)], _("and"))
    text = ngettext(
        "%(name)s's answer to question %(numbers)s",
        "%(name)s's answers to questions %(numbers)s",
        len(questions),
    )
    return text % {"name": who, "numbers": listed}


def _place(look: Look, who: Participant, questions: Iterable[int]) -> str:
    """Where this reader can do it; else where one sees it."""
    if policies.allows(look.user, "answers.give", who):
        return look.at("meetings:answer", look.case.pk, who.pk, min(questions))
    return look.at("meetings:answers")


def attitudes(look: Look) -> Iterator[Blocker]:
    yield from answers(look)
    if not look.party:
        return
    stated = set(Attitude.objects.filter(participant__case=look.case).values_list("participant", flat=True))
    # Who is not open to talk yet is asked for nothing, and no other partner learns of it.
    asked = [who for who in look.parties.values() if who.is_initiator or who.state in Participant.ORDER[3:]]
    missing = [who for who in asked if who.pk not in stated]
    for who in missing:
        text = _("%(name)s's attitude") % {"name": who}
        yield Blocker(text, _own_attitude(look, who), "attitudes", look.since)
    reasons = gates.formal_meeting(look.case)
    if reasons and not missing:
        text, note = _("common ground for the formal meeting"), " ".join(reasons)
        yield Blocker(text, look.at("meetings:attitudes"), "gate", look.since, note=note)
    elif not reasons:
        yield from dates(look, Meeting.Kind.FORMAL, "formal")


def _own_attitude(look: Look, who: Participant) -> str:
    if policies.allows(look.user, "attitude.state", who):
        return look.at("meetings:attitude", look.case.pk, who.pk)
    return look.at("meetings:attitudes")
