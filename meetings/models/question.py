"""The seven points that an informal meeting seeks to clarify, and what may be chosen in each."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

#: What may be chosen: value and words.
Options = list[tuple[str, object]]


class Question(models.IntegerChoices):
    """The seven points that the informal meeting seeks to clarify."""

    SAME_PROBLEMS = 1, _("Do we share the same problems in this function?")
    MISSING_SERVICES = 2, _("Is a needed service missing?")
    CAUSES = 3, _("What are the causes?")
    POSSIBLE_SOLUTION = 4, _("Could cooperation be a solution?")
    FINANCING = 5, _("Which financing could we win together?")
    SERIOUS_AREAS = 6, _("Would you seriously consider this area?")
    AUTHORITIES = 7, _("Would regional or central authorities support it?")


#: Asked once for each function, even when two areas share it.
PER_FUNCTION = (Question.SAME_PROBLEMS, Question.MISSING_SERVICES, Question.CAUSES)
#: Asked for each area.
PER_AREA = (Question.POSSIBLE_SOLUTION, Question.SERIOUS_AREAS)

CHOICES: dict[int, Options] = {
    Question.SAME_PROBLEMS: [
        ("0", _("0 – no problem")),
        ("1", _("1 – slight")),
        ("2", _("2 – notable")),
        ("3", _("3 – serious")),
        ("4", _("4 – failing")),
    ],
    Question.MISSING_SERVICES: [("yes", _("yes")), ("partly", _("partly")), ("no", _("no"))],
    Question.POSSIBLE_SOLUTION: [
        ("yes", _("yes")),
        ("conditions", _("yes, with conditions")),
        ("no", _("no")),
        ("unknown", _("cannot say yet")),
    ],
    Question.SERIOUS_AREAS: [("seriously", _("seriously")), ("maybe", _("maybe")), ("no", _("no"))],
    Question.AUTHORITIES: [
        ("favour", _("in favour")),
        ("neutral", _("neutral")),
        ("against", _("against")),
        ("unknown", _("unknown")),
    ],
}
#: Question 5 about a call that the portal knows.
JOINING: Options = [
    ("join", _("we would join")),
    ("maybe", _("perhaps")),
    ("no", _("no")),
    ("unknown", _("cannot say yet")),
]
#: Question 5 about other calls: the easy answer beside naming them.
OTHER_CALLS: Options = [("none", _("We know of none.")), ("named", _("We know of these:"))]
