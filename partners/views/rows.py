"""Rows of the discovery page, and the map in step with them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.core.cache import cache
from django.db.models import Q
from django.utils.formats import number_format
from django.utils.safestring import SafeString
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from imc_portal.core.templatetags.portal import split_bar
from partners import turns
from partners.catalogue_data import OPEN, revision
from partners.discovery import Ranked, Tray, ranking, tray, words
from partners.discovery.wish import Where
from partners.maps import Drawing, Shape, Tone, lay_out, paint
from partners.models import Case, Function, Municipality, NeighbourLink, Outline, Participant
from partners.views.municipalities import source_of_outlines

TONES: Mapping[str, Tone] = {"open": "candidate", "chosen": "chosen", "aside": "aside"}
DAY = 24 * 3600


@dataclass(frozen=True, slots=True)
class Row:
    """One candidate as the page shows it; words are made once, many rows are shown at a time."""

    ranked: Ranked
    participant: Participant | None
    #: open, chosen or aside.
    state: str
    #: What is decided, in words, and the tone of its badge.
    state_name: str
    tone: str
    #: Distance, direction and size; score, ease, value and coverage; why this place.
    where: str
    figures: str
    sentence: str
    bar: SafeString

    @property
    def is_movable(self) -> bool:
        """Whether it may still be set aside: nobody has been contacted."""
        return self.state == "open" or (
            self.participant is not None and self.participant.state == Participant.State.SELECTED
        )


def row_of(ranked: Ranked, participant: Participant | None, place: Where) -> Row:
    """The words of one row."""
    figures = _figures(ranked)
    return Row(
        ranked,
        participant,
        state=_state(participant),
        # get_state_display would translate every choice for every row.
        state_name=str(Participant.State(participant.state).label) if participant else "",
        tone=turns.participant_tone(participant.state) if participant else "plain",
        where=_where(ranked, place),
        figures=figures,
        sentence=words.sentence(ranked),
        bar=split_bar(figures, *_parts(ranked)),
    )


def _state(participant: Participant | None) -> str:
    if participant is None or participant.state == Participant.State.LONGLISTED:
        return "open"
    return "aside" if participant.state in Participant.EXITS else "chosen"


def _where(ranked: Ranked, place: Where) -> str:
    parts = []
    if ranked.km is not None:
        way = _("%(km)s km %(way)s") if place.way else _("%(km)s km")
        parts.append(way % {"km": number_format(ranked.km, 1), "way": place.way})
    count = ngettext("%(n)s inhabitant", "%(n)s inhabitants", ranked.population)
    parts.append(count % {"n": number_format(ranked.population, 0, force_grouping=True)})
    return " · ".join(parts)


def _figures(ranked: Ranked) -> str:
    ease, value = (None if one is None else round(100 * one) for one in (ranked.ease, ranked.value))
    return _("%(score)d of 100: %(ease)s, %(value)s; %(known)d %% of the data known") % {
        "score": round(100 * ranked.score),
        "ease": _("ease not known") if ease is None else _("ease %(ease)d") % {"ease": ease},
        "value": _("value not known") if value is None else _("value %(value)d") % {"value": value},
        "known": round(100 * ranked.coverage),
    }


def _parts(ranked: Ranked) -> tuple[int, int]:
    """The score split by what ease and value weigh in it."""
    held = [(name, f.weight, f.score) for name, f in ranked.factors.items() if f.score is not None]
    total = sum(weight for _name, weight, _score in held) or 1
    value = sum(weight * score for name, weight, score in held if name in ranking.VALUE) / total
    return round(100 * (ranked.score - value)), round(100 * value)


def rows_of(case: Case, ranked: Iterable[Ranked], places: Mapping[int, Where]) -> list[Row]:
    """The ranking with what is decided about each."""
    known = {participant.municipality_id: participant for participant in case.participants.all()}
    return [row_of(one, known.get(one.key), places.get(one.key, Where())) for one in ranked]


def tray_of(case: Case, functions: Sequence[Function]) -> Tray:
    """The short list together with the initiator, against the efficient scale of the case."""
    scales = [f.evidence.efficient_scale for f in functions if f.evidence.efficient_scale]
    chosen = [
        p.municipality.population
        for p in case.participants.all()
        if p.state in Participant.ACTIVE and not p.is_initiator
    ]
    return tray(case.initiator.population, chosen, max(scales, default=None))


# --- the map -----------------------------------------------------------------------------


def map_of(case: Case, rows: Sequence[Row], shown: Sequence[Row]) -> str:
    """The candidates on the map; those that a filter hides lie pale among their surroundings."""
    drawing = _drawing(case.initiator, [row.ranked for row in rows])
    if drawing is None:
        return ""
    listed = {row.ranked.key for row in shown}
    shapes = [
        Shape(
            row.ranked.code,
            row.ranked.name,
            {},
            TONES[row.state] if row.ranked.key in listed else "context",
            score=row.ranked.score,
            label=row.ranked.key in listed,
        )
        for row in rows
    ]
    shapes.append(Shape(case.initiator.code, case.initiator.name, {}, "self", label=True))
    drawn = {shape.code for shape in shapes}
    shapes += [Shape(code, "", {}, "around") for code in drawing.paths if code not in drawn]
    title = _("Partners for %(name)s") % {"name": case.initiator}
    desc = _("Your municipality crossed, chosen ones solid, candidates dotted, those set aside hatched.")
    return paint(drawing, shapes, title=title, desc=desc)


def _drawing(initiator: Municipality, ranked: Sequence[Ranked]) -> Drawing | None:
    """The outlines in their places, kept as long as the data are the same.

    A transaction that has itself changed data keeps nothing: it may still be taken back.
    """
    now = revision()
    if now.endswith(OPEN):
        return _laid_out(initiator, ranked)
    keys = ",".join(str(key) for key in sorted(row.key for row in ranked))
    name = f"map:{now}:{get_language()}:{initiator.pk}:{hashlib.sha256(keys.encode()).hexdigest()[:24]}"
    held: tuple[Drawing | None] | None = cache.get(name)
    if held is None:
        held = (_laid_out(initiator, ranked),)
        cache.set(name, held, DAY)
    return held[0]


def _laid_out(initiator: Municipality, ranked: Sequence[Ranked]) -> Drawing | None:
    keys = [initiator.pk, *(row.key for row in ranked)]
    around = _around(keys)
    found = Outline.objects.filter(pk__in=[*keys, *around], municipality__country=initiator.country)
    found = found.select_related("municipality")
    outlines = {
        outline.pk: outline for outline in found.only("geometry", "municipality__code", "municipality__name")
    }
    inner: list[Tone] = ["candidate"] * len(keys)
    tones = dict(zip(keys, inner, strict=True)) | dict.fromkeys(around, "around")
    shapes = [
        Shape(
            outlines[key].municipality.code,
            outlines[key].municipality.name,
            outlines[key].geometry,
            tone,
            label=tone != "around",
        )
        for key, tone in tones.items()
        if key in outlines
    ]
    return lay_out(shapes, source=source_of_outlines(initiator))


def _around(keys: Sequence[int]) -> list[int]:
    """Neighbours of those ranked that are not ranked themselves: they make the picture a piece of land."""
    links = NeighbourLink.objects.filter(Q(a__in=keys) | Q(b__in=keys)).values_list("a_id", "b_id")
    return sorted({key for pair in links for key in pair} - set(keys))
