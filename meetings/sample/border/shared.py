"""What each of the four expects, the goal that they share by name, and where each stands on each area."""

from __future__ import annotations

import datetime as dt

from imc_portal.core.audit import Actor
from meetings.models import Attitude, Expectation, OverarchingGoal, Telling
from meetings.sample.border import people, talks
from meetings.sample.border.ground import CAMPBELLTON, ESCUMINAC, HERON_BAY, POINTE
from meetings.sample.border.opening import FIRE, RINKS
from meetings.services import attitudes, expectations, goals
from meetings.stances import AreaStance
from partners.models import Case
from partners.services.areas import areas_in_talks

Stance, Value = Expectation.Stance, Attitude.Value
FIRST_WORDING = "A fire service and ice for everybody between Matapédia and Heron Bay, run from one place."
GOAL = (
    "Help arrives as fast on one bank as on the other, and there is ice for every child of the river all "
    "winter, while each council stays master in its own house."
)
NOT_FROM_ONE_PLACE = "« Run from one place » : c’est justement ce que nous ne voulons pas."

#: Topic, who raised it, and what each says: stance and words.
TOPICS: tuple[tuple[str, str, dict[str, tuple[str, dict[str, str]]]], ...] = (
    (
        "Who commands on the fire ground, and in which language",
        POINTE,
        {
            CAMPBELLTON: (Stance.WELCOMES, {"expectation": "Whoever is first on scene commands."}),
            POINTE: (
                Stance.NEEDS,
                {
                    "interest": "Nos pompiers sont francophones ; un ordre mal compris coûte une vie.",
                    "expectation": "Un commandement dans les deux langues, écrit et exercé.",
                    "success": "Aucun ordre répété à la radio faute d’être compris.",
                    "limit": "Pas de plan d’intervention en anglais seulement.",
                },
            ),
            ESCUMINAC: (Stance.WELCOMES, {"expectation": "Les deux langues, comme à la MRC."}),
            HERON_BAY: (Stance.INDIFFERENT, {}),
        },
    ),
    (
        "One plan for all stations",
        CAMPBELLTON,
        {
            CAMPBELLTON: (
                Stance.WELCOMES,
                {"interest": "One ladder for two banks.", "concession": "The ladder may stand elsewhere."},
            ),
            POINTE: (Stance.WELCOMES, {"expectation": "Notre caserne reste ouverte."}),
            ESCUMINAC: (Stance.NEEDS, {"success": "La première équipe en moins de vingt minutes."}),
            HERON_BAY: (
                Stance.CANNOT,
                {
                    "interest": "Our two stations are what is left of two towns.",
                    "limit": "No station of ours in a common plan before our council has settled them.",
                },
            ),
        },
    ),
    (
        "Ice shared by hours, not by inhabitants",
        ESCUMINAC,
        {
            CAMPBELLTON: (Stance.WELCOMES, {"concession": "Saturday mornings, every second week."}),
            ESCUMINAC: (Stance.NEEDS, {"expectation": "Nous payons ce que nos jeunes patinent."}),
            HERON_BAY: (Stance.NEEDS, {"success": "No week with three rinks cold."}),
        },
    ),
)
TASKS = (
    ("Keep the minutes", CAMPBELLTON, "Robin Sample (fictitious)"),
    ("Traduire ce que l’autre rive écrit", ESCUMINAC, "Camille Spécimen (fictitious)"),
    ("Count the hours of ice of all rinks", HERON_BAY, "Jordan Specimen (fictitious)"),
)
#: As a whole with its conditions, then by area.
ATTITUDES: dict[str, tuple[str, str, dict[str, tuple[str, str]]]] = {
    CAMPBELLTON: (Value.POSITIVE, "", {FIRE: (Value.POSITIVE, ""), RINKS: (Value.POSITIVE, "")}),
    POINTE: (
        Value.CONDITIONAL,
        "Les deux langues sur place, et une caserne ouverte de notre côté.",
        {
            FIRE: (Value.CONDITIONAL, "Le commandement se fait dans les deux langues."),
            RINKS: (Value.UNDECIDED, ""),
        },
    ),
    ESCUMINAC: (
        Value.POSITIVE,
        "",
        {
            FIRE: (Value.POSITIVE, ""),
            RINKS: (Value.CONDITIONAL, "La clé se compte en heures de glace."),
        },
    ),
    HERON_BAY: (Value.POSITIVE, "", {FIRE: (Value.UNDECIDED, ""), RINKS: (Value.POSITIVE, "")}),
}


def voice_of(case: Case, code: str) -> Actor:
    """Who speaks for a municipality: by account, by personal link, or the host for itself."""
    accounts = {CAMPBELLTON: people.lead, ESCUMINAC: people.escuminac, HERON_BAY: people.heron_bay}
    return accounts[code]() if code in accounts else talks.by_link(case, code)


def tell_expectations(case: Case) -> None:
    """Three topics: the same, in conflict, silent."""
    for text, raised_by, said in TOPICS:
        topic = expectations.raise_topic(
            participant=talks.participant(case, raised_by), text=text, actor=voice_of(case, raised_by)
        )
        for code, (stance, words) in said.items():
            expectations.state_expectation(
                topic=topic,
                participant=talks.participant(case, code),
                stance=stance,
                words=words,
                stated_by=people.MAYORS[code],
                actor=voice_of(case, code),
            )
    for task, code, name in TASKS:
        expectations.give_task(
            case=case,
            task=task,
            participant=talks.participant(case, code),
            name=name,
            actor=people.focal(),
        )


def word_goal(case: Case) -> None:
    """A first wording that one cannot share, and a second one for all."""
    first = goals.draft(case=case, text=FIRST_WORDING, actor=people.focal())
    _share(case, first, CAMPBELLTON)
    _share(case, first, POINTE, remark=NOT_FROM_ONE_PLACE)
    goals.draft(case=case, text=GOAL, actor=people.focal())


def share_goal(case: Case, code: str) -> None:
    """A party shares the newest wording, by the name of its mayor."""
    _share(case, OverarchingGoal.objects.filter(case=case)[0], code)


def _share(case: Case, goal: OverarchingGoal, code: str, remark: str = "") -> None:
    goals.voice(
        goal=goal,
        participant=talks.participant(case, code),
        agrees=not remark,
        remark=remark,
        name=people.MAYORS[code],
        actor=voice_of(case, code),
    )


def tell_at_home(case: Case, code: str, told_on: dt.date) -> None:
    """Staff first, then the council."""
    for audience in (Telling.Audience.STAFF, Telling.Audience.COUNCIL):
        expectations.tell(
            participant=talks.participant(case, code),
            audience=audience,
            told_on=told_on,
            how="",
            actor=voice_of(case, code),
        )


def state(case: Case, code: str) -> None:
    """A municipality's attitude, as a whole and by area, by the name of its mayor."""
    value, conditions, by_area = ATTITUDES[code]
    attitudes.state_attitude(
        participant=talks.participant(case, code),
        value=value,
        conditions=conditions,
        by_area=[AreaStance(area, *by_area[area.function_id]) for area in areas_in_talks(case)],
        stated_by=people.MAYORS[code],
        actor=voice_of(case, code),
    )
