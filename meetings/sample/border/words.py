"""What the four municipalities that take part say, each in its own language. All of it is made up."""

from __future__ import annotations

from meetings.models.clarification import Question
from meetings.sample.border.ground import CAMPBELLTON, ESCUMINAC, HERON_BAY, POINTE
from meetings.sample.border.opening import FIRE, RINKS

Q = Question
#: Choice, causes, words; by municipality, question and function ("" stands for every function).
Said = tuple[str, tuple[str, ...], str]
ANSWERS: dict[str, dict[tuple[int, str], Said]] = {
    CAMPBELLTON: {
        (Q.SAME_PROBLEMS, FIRE): ("3", (), "Seven of twelve on weekdays; the ladder truck is from 2003."),
        (Q.SAME_PROBLEMS, RINKS): ("2", (), "Empty mornings, full Saturdays, and a compressor at its end."),
        (Q.MISSING_SERVICES, FIRE): ("partly", (), "No crew for ice rescue on the river."),
        (Q.MISSING_SERVICES, RINKS): ("no", (), ""),
        (Q.CAUSES, FIRE): ("", ("no_staff", "outdated"), ""),
        (Q.CAUSES, RINKS): ("", ("no_money",), ""),
        (Q.POSSIBLE_SOLUTION, FIRE): ("yes", (), ""),
        (Q.POSSIBLE_SOLUTION, RINKS): ("yes", (), "Hiring ice to each other came to our mind as well."),
        (Q.FINANCING, ""): ("", (), "The federal green buildings programme, if two rinks apply together."),
        (Q.SERIOUS_AREAS, FIRE): ("seriously", (), ""),
        (Q.SERIOUS_AREAS, RINKS): ("seriously", (), ""),
        (Q.AUTHORITIES, ""): ("unknown", (), "Nobody has asked the two provinces yet."),
    },
    POINTE: {
        (Q.SAME_PROBLEMS, FIRE): ("3", (), "Six pompiers le jour ; les autres travaillent de l’autre côté."),
        (Q.SAME_PROBLEMS, RINKS): ("1", (), "Nous n’avons qu’une patinoire extérieure."),
        (Q.MISSING_SERVICES, FIRE): ("yes", (), "Aucune échelle, aucun sauvetage sur glace."),
        (Q.MISSING_SERVICES, RINKS): ("yes", (), "De la glace en octobre et en avril."),
        (Q.CAUSES, FIRE): ("", ("too_small", "no_staff"), ""),
        (Q.CAUSES, RINKS): ("", ("too_small",), ""),
        (Q.POSSIBLE_SOLUTION, FIRE): (
            "conditions",
            (),
            "Si l’on commande en français aussi.",
        ),
        (Q.POSSIBLE_SOLUTION, RINKS): ("unknown", (), "Le conseil n’en a pas parlé."),
        (Q.FINANCING, ""): ("", (), "Le volet 4 du Fonds régions et ruralité, pour la coopération."),
        (Q.SERIOUS_AREAS, FIRE): ("seriously", (), ""),
        (Q.SERIOUS_AREAS, RINKS): ("maybe", (), ""),
        (Q.AUTHORITIES, ""): (
            "favour",
            (),
            "La MRC y est favorable, pourvu que les deux rives restent libres de partir. (Illustratif.)",
        ),
    },
    ESCUMINAC: {
        (Q.SAME_PROBLEMS, FIRE): ("2", (), "La première équipe met vingt-cinq minutes à venir."),
        (Q.SAME_PROBLEMS, RINKS): ("2", (), "Nos jeunes jouent à quarante minutes d’ici."),
        (Q.MISSING_SERVICES, FIRE): ("partly", (), "Pas d’échelle."),
        (Q.MISSING_SERVICES, RINKS): ("yes", (), "Une patinoire couverte."),
        (Q.CAUSES, FIRE): ("", ("too_small", "no_equipment"), ""),
        (Q.CAUSES, RINKS): ("", ("too_small", "no_money"), ""),
        (Q.POSSIBLE_SOLUTION, FIRE): ("yes", (), ""),
        (Q.POSSIBLE_SOLUTION, RINKS): ("conditions", (), "À condition de payer selon les heures de glace."),
        (Q.FINANCING, ""): ("", (), "Aucun que nous connaissions."),
        (Q.SERIOUS_AREAS, FIRE): ("seriously", (), ""),
        (Q.SERIOUS_AREAS, RINKS): ("seriously", (), ""),
        (Q.AUTHORITIES, ""): ("unknown", (), ""),
    },
    HERON_BAY: {
        (Q.SAME_PROBLEMS, FIRE): ("2", (), "Two stations, one crew and a half."),
        (Q.SAME_PROBLEMS, RINKS): ("3", (), "Two rinks since the towns became one, and money for one."),
        (Q.MISSING_SERVICES, FIRE): ("no", (), ""),
        (Q.MISSING_SERVICES, RINKS): ("no", (), ""),
        (Q.CAUSES, FIRE): ("", ("no_staff",), ""),
        (Q.CAUSES, RINKS): ("", ("no_money", "outdated"), ""),
        (Q.POSSIBLE_SOLUTION, FIRE): ("conditions", (), "Our stations keep their crews."),
        (Q.POSSIBLE_SOLUTION, RINKS): ("yes", (), "Three rinks, one season plan."),
        (Q.FINANCING, ""): ("", (), "None known to us."),
        (Q.SERIOUS_AREAS, FIRE): ("maybe", (), ""),
        (Q.SERIOUS_AREAS, RINKS): ("seriously", (), ""),
        (Q.AUTHORITIES, ""): (
            "neutral",
            (),
            "They would listen, and no more for now. (Illustrative.)",
        ),
    },
}


def answer(code: str, question: int, function: str) -> Said:
    """What a municipality says to a question about a function."""
    said = ANSWERS[code]
    return said.get((question, function)) or said[question, ""]


#: Who said what an authority thinks, when (days before the answer) and how.
HEARD: dict[str, tuple[str, int, str]] = {
    POINTE: ("Le préfet (illustratif)", 40, "lors de la rencontre des maires"),
    HERON_BAY: ("Its secretary (illustrative)", 6, "on the telephone"),
}

FIRST_NOTES = (
    "Campbellton and Pointe-à-la-Croix name the same gap on weekdays; the crews know each other, their "
    "radios do not. Escuminac asks about minutes, not about badges. On the rinks two are keen, one has none. "
    "Somebody asked why Heron Bay, with two rinks, is not at the table: nobody had a reason. No one spoke "
    "against talking on."
)
SECOND_NOTES = (
    "Heron Bay brings two rinks and a worry about its stations. Orders on a fire ground in both languages: "
    "all four say yes, Pointe-à-la-Croix says it first. What the two provinces allow is open: nobody asked."
)
