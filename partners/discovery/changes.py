"""What would change a candidate's place: computed from its factors, said in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from partners.discovery import words
from partners.discovery.ranking import Ranked

#: Missing data named in words, and who can bring it.
MISSING: Mapping[str, Any] = {
    "shared_problem": gettext_lazy(
        "If their need in %(functions)s were known, %(gain)s. Ask them: it counts once they are in the talks."
    ),
    "proximity": gettext_lazy(
        "If a point or an outline of both were on record, %(gain)s. A curator can import it."
    ),
    "circle": gettext_lazy("If a point of both were on record, %(gain)s. A curator can import it."),
    "scale_gain": gettext_lazy(
        "If an efficient scale for %(functions)s were on record, %(gain)s. A curator keeps the evidence."
    ),
    "track_record": gettext_lazy(
        "If the register knew your cooperations, %(gain)s. A curator can import them."
    ),
    "willingness": gettext_lazy(
        "If they had said whether they are willing, %(gain)s. A contact or an open request tells."
    ),
    "complement": gettext_lazy(
        "If one of you published an offer or a request in %(functions)s, %(gain)s. Yours is in your hands."
    ),
    "size_similarity": gettext_lazy("If the inhabitants of both were on record, %(gain)s."),
    "fiscal_similarity": gettext_lazy(
        "If the fiscal capacity of both were on record, %(gain)s. Your finance office can ask theirs."
    ),
    "same_area": gettext_lazy("If district or county of both were on record, %(gain)s."),
    "funding": gettext_lazy("If a funding call for %(functions)s were open, %(gain)s."),
}
#: How many missing data are named; the weightiest first.
NAMED = 3


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a candidate would stand: its score and the place among the others."""

    score: float
    place: int


def standing_if(row: Ranked, ranking: Sequence[Ranked], name: str, score: float) -> Standing:
    """Score and place if one factor had this score and all else stayed."""
    factor = row.factors[name]
    known = [f for f in row.factors.values() if f.score is not None]
    held = sum(f.weight for f in known) + (factor.weight if factor.score is None else 0)
    points = sum(f.weight * (f.score or 0.0) for f in known)
    points += factor.weight * (score - (factor.score or 0.0))
    total = round(points / held, 4) if held else 0.0
    better = sum(other.score > total for other in ranking if other.key != row.key)
    return Standing(total, better + 1)


def changes(row: Ranked, ranking: Sequence[Ranked], functions: Sequence[str] = ()) -> list[str]:
    """What would change this place: data that are missing, what costs most, and what both could do."""
    named = get_text_list([str(function) for function in functions], _("or")) or _("this function")
    return [
        *_missing(row, ranking, named),
        *_costliest(row),
        *(say for what in ACTS if (say := what(row, ranking))),
    ]


def _missing(row: Ranked, ranking: Sequence[Ranked], functions: str) -> list[str]:
    total = sum(factor.weight for factor in row.factors.values())
    unknown = [
        (name, f) for name, f in row.factors.items() if f.score is None and f.weight and name in MISSING
    ]
    unknown.sort(key=lambda item: -item[1].weight)
    said = []
    for name, factor in unknown[:NAMED]:
        low, high = (standing_if(row, ranking, name, score) for score in (0.0, 1.0))
        gain = _("%(share)d %% more of the data would be known, the score between %(low)d and %(high)d")
        values = {
            "share": round(100 * factor.weight / total),
            "low": round(100 * low.score),
            "high": round(100 * high.score),
        }
        said.append(str(MISSING[name]) % {"functions": functions, "gain": gain % values})
    return said


def _costliest(row: Ranked) -> list[str]:
    """The known factor behind which most points stay out."""
    known = {name: f for name, f in row.factors.items() if f.score is not None and f.weight}
    held = sum(f.weight for f in known.values())
    lost = {name: 100 * f.weight * (1 - (f.score or 0.0)) / held for name, f in known.items()}
    name = max(lost, key=lambda each: lost[each], default="")
    if not name or lost[name] < 1:
        return []
    text = _("Most points are lost by “%(factor)s”, %(points)d of 100: %(fact)s.")
    fact = words.measured(name, known[name]) or _("score %(score)d") % {
        "score": round(100 * (known[name].score or 0.0))
    }
    return [text % {"factor": words.label(name), "points": round(lost[name]), "fact": fact}]


# --- what both could do ------------------------------------------------------------------


def _one_more_cooperation(row: Ranked, ranking: Sequence[Ranked]) -> str:
    factor = row.factors.get("track_record")
    more = factor.raw.get("with_one_more") if factor else None
    if factor is None or factor.score is None or more is None or not factor.weight:
        return ""
    return _then(
        _("With one more joint cooperation on record, of the two of you,"),
        row,
        standing_if(row, ranking, "track_record", more),
    )


def _an_offer(row: Ranked, ranking: Sequence[Ranked]) -> str:
    factor = row.factors.get("complement")
    if factor is None or factor.score is None or factor.score >= 1 or not factor.weight:
        return ""
    return _then(
        _("With a published offer of theirs that fits your request"),
        row,
        standing_if(row, ranking, "complement", 1.0),
    )


def _a_yes(row: Ranked, ranking: Sequence[Ranked]) -> str:
    factor = row.factors.get("willingness")
    if factor is None or factor.score is None or factor.score >= 1 or not factor.weight:
        return ""
    return _then(_("With a positive attitude of theirs"), row, standing_if(row, ranking, "willingness", 1.0))


def _then(condition: str, row: Ranked, after: Standing) -> str:
    values = {
        "condition": condition,
        "score": round(100 * after.score),
        "now": round(100 * row.score),
        "place": after.place,
        "rank": row.rank,
    }
    if after.place == row.rank:
        text = _("%(condition)s the score would be %(score)d instead of %(now)d, the place the same.")
    else:
        text = _(
            "%(condition)s the score would be %(score)d instead of %(now)d, place %(place)d not %(rank)d."
        )
    return text % values


ACTS: Sequence[Callable[[Ranked, Sequence[Ranked]], str]] = (_one_more_cooperation, _an_offer, _a_yes)
