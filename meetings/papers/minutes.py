"""The minutes as a paper and as a page: the frozen facts in words of the language that is active."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from imc_portal.core import dates, languages
from imc_portal.core.templatetags.portal import colon
from meetings import minutes_facts
from meetings.minutes_facts import Facts
from meetings.models import (
    Delegate,
    ExplorationDecision,
    Invitation,
    MeetingGuest,
    MeetingPaper,
    Minutes,
)
from partners.models import OfficeHolder

Vote = ExplorationDecision.Vote


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table: its head, its cells, and what stands below in smaller type."""

    head: str
    cells: tuple[str, ...]
    below: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Area:
    """An area selected, what it serves, and who decided what."""

    name: str
    objectives: tuple[str, ...]
    why: str
    decisions: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """Everything that the minutes say, in words."""

    language: str
    direction: str
    written: str
    written_direction: str
    title: str
    initiator: str
    day: str
    when: str
    place: str
    people: tuple[str, ...]
    version: str
    number: int
    changed: str
    present: tuple[Row, ...]
    absent: tuple[str, ...]
    guests: tuple[Row, ...]
    introduction: str
    items: tuple[tuple[str, str], ...]
    objectives: tuple[Row, ...]
    areas: tuple[Area, ...]
    none_because: str
    steps: tuple[Row, ...]
    councils: tuple[str, ...]
    closing: str
    until: str = ""
    ended: str = ""
    because: str = ""
    voices: tuple[Row, ...] = field(default=())
    created: str = ""
    sha256: str = ""


def html(paper: MeetingPaper) -> str:
    """The paper of one edition in the language that is active."""
    minutes = Minutes.objects.select_related("meeting__case__initiator", "meeting__host").get(
        meeting=paper.meeting_id, number=paper.edition
    )
    final = paper.kind == MeetingPaper.Kind.FINAL
    return render_to_string("meetings/papers/minutes.html", {"sheet": compose(minutes, final=final)})


def compose(minutes: Minutes, *, final: bool = True) -> Sheet:
    """The minutes in words; a draft from the record as it is, anything else from its frozen facts."""
    facts = minutes.facts or minutes_facts.gather(minutes, timezone.now())
    ending = (minutes.ending or {}) if final else {}
    about, code = facts["meeting"], get_language() or settings.LANGUAGE_CODE
    start, end = (dt.datetime.fromisoformat(about[key]) for key in ("starts", "ends"))
    zone = zoneinfo.ZoneInfo(about["time_zone"])
    there = [one for one in facts["attendance"] if one["present"]]
    return Sheet(
        language=code,
        direction=languages.direction(code),
        written=facts["written_in"],
        written_direction=languages.direction(facts["written_in"]),
        title=facts["case"],
        initiator=facts["initiator"],
        day=dates.day(start.astimezone(zone)),
        when=_hours(start.astimezone(zone), end.astimezone(zone), about["time_zone"]),
        place=about["place"] or (_("by video") if about["online"] else ""),
        people=_people(about),
        version=_("Version %(number)d") % {"number": facts["number"]},
        number=facts["number"],
        changed=facts["what_changed"],
        present=tuple(_delegation(one) for one in there),
        absent=tuple(one["name"] for one in facts["attendance"] if not one["present"]),
        guests=tuple(_guest(one) for one in facts["guests"] if one["present"]),
        introduction=facts["introduction"],
        items=tuple((one["titles"].get(code, ""), one["text"]) for one in facts["items"]),
        objectives=tuple(_objective(one) for one in facts["objectives"]),
        areas=tuple(_area(one, code) for one in facts["areas"]),
        none_because=facts["none_because"],
        steps=tuple(_step(one) for one in facts["steps"]),
        councils=_councils(facts),
        closing=facts["closing"],
        until=_until(minutes, zone) if minutes.objections_until and not ending else "",
        ended=_ended(minutes, ending, zone),
        because=ending.get("because", ""),
        voices=tuple(_voice(one, zone) for one in ending.get("voices", [])),
        created=facts["made_at"],
        sha256=minutes.sha256,
    )


def _hours(start: dt.datetime, end: dt.datetime, zone: str) -> str:
    """Monday 7 December 2026, 09:00 to 11:00 (time in Paris)."""
    return _("%(day)s, %(start)s to %(end)s (time in %(zone)s)") % {
        "day": dates.day(start),
        "start": dates.clock(start),
        "end": dates.clock(end),
        "zone": dates.zone(zone),
    }


def _people(about: Facts) -> tuple[str, ...]:
    said = []
    if about["chair"]:
        said.append(_("Chair: %(name)s") % {"name": about["chair"]})
    if about["secretary"]:
        said.append(_("Minutes taken by: %(name)s") % {"name": about["secretary"]})
    return tuple(said)


def _delegation(one: Facts) -> Row:
    others = [_person(other["name"], other["office"], other["capacity"]) for other in one["others"]]
    below = [*others]
    if one["appointment"]:
        below.append(_("Named by: %(what)s") % {"what": one["appointment"]})
    mandate = _label(Invitation.Mandate, one["mandate"])
    return Row(one["name"], (_person(one["delegate"], one["office"]), mandate), tuple(below))


def _person(name: str, office: str, capacity: str = "") -> str:
    words = [name, _label(OfficeHolder.Office, office), _label(Delegate.Capacity, capacity)]
    return ", ".join(word for word in words if word)


def _guest(one: Facts) -> Row:
    return Row(one["body"], (one["name"], _label(MeetingGuest.Role, one["role"])))


def _objective(one: Facts) -> Row:
    cells = (one["indicator"], one["baseline"], one["target"], str(one["horizon"] or ""))
    return Row(one["text"], tuple(cell or "–" for cell in cells))


def _area(one: Facts, code: str) -> Area:
    return Area(
        name=one["names"].get(code, ""),
        objectives=tuple(one["objectives"]),
        why=one["why"],
        decisions=tuple(_decision(row) for row in one["decisions"]),
    )


def _decision(row: Facts) -> Row:
    vote = _label(Vote, row["vote"])
    if row["condition"]:
        vote = f"{vote}{colon()}{row['condition']}"
    below = (_("Dissent: %(words)s") % {"words": row["dissent"]},) if row["dissent"] else ()
    return Row(row["name"], (vote, _label(Invitation.Mandate, row["mandate"])), below)


def _step(one: Facts) -> Row:
    below = (_("after: %(steps)s") % {"steps": "; ".join(one["after"])},) if one["after"] else ()
    day = dates.day(dt.date.fromisoformat(one["due"]))
    return Row(one["action"], (f"{one['who']}, {one['municipality']}", day), below)


def _councils(facts: Facts) -> tuple[str, ...]:
    return tuple(
        sorted(
            {
                row["name"]
                for area in facts["areas"]
                for row in area["decisions"]
                if row["mandate"] == minutes_facts.SUBJECT and row["vote"] in minutes_facts.FOR_IT
            }
        )
    )


def _until(minutes: Minutes, zone: zoneinfo.ZoneInfo) -> str:
    if minutes.objections_until is None:
        return ""
    return dates.moment(minutes.objections_until.astimezone(zone))


def _ended(minutes: Minutes, ending: Facts, zone: zoneinfo.ZoneInfo) -> str:
    if not ending:
        return ""
    day = dates.day(dt.datetime.fromisoformat(ending["ended_at"]).astimezone(zone))
    if minutes.state == Minutes.State.AGREED:
        return _("All delegations have agreed to these minutes; the last one on %(day)s.") % {"day": day}
    return _("These minutes were closed on %(day)s, with what was said against them.") % {"day": day}


def _voice(one: Facts, zone: zoneinfo.ZoneInfo) -> Row:
    said = {
        "agrees": _("agrees to the minutes"),
        "objects": _("objects"),
        "silent": _("has said nothing"),
        "left": _("left the talks before saying anything"),
    }[one["said"]]
    if "by" not in one:
        return Row(one["name"], (said, "–"))
    day = dates.day(dt.datetime.fromisoformat(one["at"]).astimezone(zone))
    below = [one["text"]] if one["text"] else []
    if one["how"]:
        below.append(_("Recorded by the host: %(how)s") % {"how": one["how"]})
    if one["answer"]:
        words = {"who": one["answered_by"], "words": one["answer"]}
        below.append(_("Answer of the host (%(who)s): %(words)s") % words)
    return Row(one["name"], (said, f"{one['by']}, {day}"), tuple(below))


def _label(choices: Any, value: str) -> str:
    return str(choices(value).label) if value else ""
