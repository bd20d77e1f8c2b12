"""The seal, in one place: who may read which answer, and which of its versions.

One's own always. Another's only once its round is opened, and only while one owes no answer on the same
subject in a round that is still sealed: whoever joins late answers before reading, like everybody before.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Exists, OuterRef, Q, QuerySet

from meetings.models.question import PER_FUNCTION, Question
from partners.models import Case, Participant

if TYPE_CHECKING:
    from imc_portal.core.models import User
    from meetings.models.clarification import Answer


class AnswerQuerySet(models.QuerySet["Answer"]):
    """Answers behind the seal."""

    def visible_to(self, user: User) -> AnswerQuerySet:
        """What this person may read: observers and curators nothing, the facilitator what is opened."""
        # Lists of keys instead of joins: members of one side would multiply the members of all others.
        mine = Q(participant__municipality__in=_municipalities(user))
        party = Q(round__case__in=Case.objects.talked_by(user).values("pk"))
        return self._behind_the_seal(mine, party)

    def visible_to_holder(self, participant: Participant) -> AnswerQuerySet:
        """What the holder of this participant's personal link may read."""
        mine = Q(participant__municipality=participant.municipality_id)
        return self._behind_the_seal(mine, Q()).filter(
            Q(participant=participant) | Q(round__case=participant.case_id)
        )

    def of_case(self, case: Case | uuid.UUID) -> AnswerQuerySet:
        """The cells of all rounds of a case."""
        return self.filter(round__case=case)

    def _behind_the_seal(self, mine: Q, party: Q) -> AnswerQuerySet:
        """One's own cells, and opened ones of others for a party, the subjects one still owes left out."""
        cells = self.model._default_manager.all()
        opened = Q(party, round__opened_at__isnull=False)
        return self.filter(pk__in=cells.filter(mine | (opened & ~_still_owed(cells, mine))).values("pk"))


def _municipalities(user: User) -> QuerySet[Any, Any]:
    return user.memberships.exclude(municipality=None).values("municipality")


def _still_owed(cells: QuerySet[Answer], mine: Q) -> Q:
    """Whether the reader is asked about the same subject in a round of the case that is still sealed."""
    held = cells.filter(mine, round__case=OuterRef("round__case"), round__opened_at=None).order_by()
    same_area = held.filter(area=OuterRef("area"))
    same_function = held.filter(
        question=OuterRef("question"), question__in=PER_FUNCTION, area__function=OuterRef("area__function")
    )
    same_call = held.filter(call=OuterRef("call"))
    other_calls = held.filter(question=Question.FINANCING, call=None)
    return (
        Q(Exists(same_area))
        | Q(Exists(same_function))
        | Q(Exists(same_call))
        | (Q(question=Question.FINANCING, call=None) & Q(Exists(other_calls)))
    )


class VersionQuerySet(models.QuerySet[Any]):
    """Earlier versions of answers: behind the same seal.

    What was written over before the seal opened was never said to the others: it stays with its author.
    """

    def visible_to(self, user: User) -> VersionQuerySet:
        """Versions of the answers that this person may read."""
        own = Q(participant__municipality__in=_municipalities(user))
        return self._of(lambda cells: cells.visible_to(user), own)

    def visible_to_holder(self, participant: Participant) -> VersionQuerySet:
        """Versions of the answers that the holder may read."""
        own = Q(participant__municipality=participant.municipality_id)
        return self._of(lambda cells: cells.visible_to_holder(participant), own)

    def _of(self, readable: Any, own: Q) -> VersionQuerySet:
        cells = self.model._meta.get_field("answer").related_model._default_manager.all()
        newer = self.model._default_manager.filter(
            answer=OuterRef("answer"),
            revision__gt=OuterRef("revision"),
            at__lte=OuterRef("answer__round__opened_at"),
        )
        seen = Q(answer__in=readable(cells).values("pk")) & ~Q(Exists(newer.order_by()))
        return self.filter(seen | Q(answer__in=cells.filter(own).values("pk")))
