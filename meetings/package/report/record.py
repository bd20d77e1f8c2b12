"""What was said and how it came about: attitudes, expectations, answers, meetings, minutes, papers."""

from __future__ import annotations

from django.utils.translation import gettext as _

from meetings.package import people
from meetings.package.report.paper import (
    Facts,
    Part,
    Section,
    area_names,
    labelled,
    said,
    table,
    words_for_day,
    words_for_moment,
)


def parts(facts: Facts) -> list[Part]:
    """The talks, and the provenance."""
    talks = [
        _attitudes(facts),
        *_expectations(facts),
        *(_answers(facts, area) for area in [*facts["areas"], None]),
        *_meetings(facts),
    ]
    origin = [_minutes(facts), _versions(facts), _overrides(facts), _papers(facts)]
    return [
        Part(_("What was said"), [one for one in talks if one.texts or one.tables]),
        Part(_("How it came about"), [one for one in origin if one.texts or one.tables]),
    ]


def _attitudes(facts: Facts) -> Section:
    areas = area_names(facts)
    rows = [
        (
            one["municipality"],
            labelled(one["value_name"], one["conditions"]) or one["value_name"],
            said(
                *(
                    f"{areas.get(row['area'], '')} ({said(row['value_name'], row['conditions'])})"
                    for row in one["areas"]
                )
            ),
            said(people.in_words(one["stated_by"]), words_for_day(one["stated_at"])),
        )
        for one in facts["attitudes"]
    ]
    head = (_("Municipality"), _("Attitude"), _("Areas"), _("Stated by"))
    return Section(_("Attitudes, in the order in which they were stated"), tables=table(head, rows))


def _expectations(facts: Facts) -> list[Section]:
    sections = []
    if goal := facts["goal"]:
        voices = [
            (
                one["municipality"],
                _("shares it") if one["agrees"] else labelled(_("does not share it"), one["remark"]),
                people.in_words(one["by"]),
            )
            for one in goal["voices"]
        ]
        heads = (_("Municipality"), _("Word on it"), _("By"))
        sections.append(Section(_("Shared goal"), [goal["text"]], tables=table(heads, voices)))
    rows = [
        (
            topic["topic"],
            one["municipality"],
            one["stance_name"],
            said(one["expectation"], one["interest"], labelled(_("success"), one["success"])),
            said(labelled(_("limit"), one["limit"]), labelled(_("could give"), one["concession"])),
        )
        for topic in facts["expectations"]
        for one in topic["said"]
    ]
    head = (_("Topic"), _("Municipality"), _("Position"), _("Expects"), _("Limits and concessions"))
    duties = [
        (one["task"], said(people.in_words(one["who"]), one["municipality"]))
        for one in facts["responsibilities"]
    ]
    tables = [*table(head, rows), *table((_("Task in the talks"), _("Who")), duties)]
    return [*sections, Section(_("Expectations"), tables=tables)]


def _answers(facts: Facts, area: Facts | None) -> Section:
    key = area["id"] if area else None
    rows = [
        (f"{one['question']}. {one['question_text']}", one["municipality"], _answer(one))
        for one in facts["answers"]
        if one["state"] != "open" and one["area"] == key
    ]
    head = (_("Question"), _("Municipality"), _("Answer"))
    about = area["name"] if area else _("the whole group")
    return Section(_("The seven questions: %(area)s") % {"area": about}, tables=table(head, rows))


def _answer(one: Facts) -> str:
    if one["state"] == "deferred":
        promise = {"owner": people.in_words(one["owner"]), "due": words_for_day(one["due"])}
        return _("%(owner)s answers by %(due)s") % promise
    calls = [call["name"] for call in (one["call"], *one["named_calls"]) if call]
    evidence = said(people.in_words(one["said_by"]), words_for_day(one["said_on"]), one["how"])
    words = said(
        one["authority"],
        ", ".join(calls),
        one["choice_name"],
        ", ".join(one["cause_names"]),
        one["text"],
        one["detail"],
        evidence,
    )
    return said(words, labelled(_("disputed"), one["dispute"])) if one["state"] == "disputed" else words


def _meetings(facts: Facts) -> list[Section]:
    kinds = ((_("Informal meeting"), "informal_meetings"), (_("Formal meeting"), "formal_meetings"))
    return [_meeting(kind, one) for kind, key in kinds for one in facts[key]]


def _meeting(kind: str, one: Facts) -> Section:
    texts = [
        labelled(_("Place"), one["place"]),
        labelled(_("Chair"), people.in_words(one["chair"])),
        labelled(_("Minutes taken by"), people.in_words(one["secretary"])),
        *(labelled(note["item"], note["text"]) for note in one["record"]),
        *one.get("notes", "").splitlines(),
    ]
    rows = [
        (
            seat["municipality"],
            said(people.in_words(seat["delegate"]), *(people.in_words(other) for other in seat["with"])),
            seat["mandate_name"],
            seat["appointment"],
        )
        for seat in one["attendance"]
        if seat["present"]
    ]
    rows += [
        (guest["body"], people.in_words(guest["who"]), guest["role_name"], "")
        for guest in one["guests"]
        if guest["present"]
    ]
    head = (_("Present"), _("Who"), _("Mandate"), _("Named by, and when"))
    title = labelled(kind, words_for_moment(one["starts_at"]))
    return Section(title, [text for text in texts if text.strip()], tables=table(head, rows))


def _minutes(facts: Facts) -> Section:
    rows = []
    for one in facts["minutes"]:
        version = _("version %(number)s, %(state)s") % {"number": one["number"], "state": one["state_name"]}
        rows.append((version, words_for_day(one["sent_at"]), "", one["what_changed"]))
        rows += [
            (
                "",
                words_for_day(voice["at"]),
                said(voice["municipality"], voice["voice_name"]),
                said(voice["objection"], labelled(_("answer"), voice["answer"])),
            )
            for voice in one["voices"]
        ]
    head = (_("Minutes"), _("Date"), _("Word of a delegation"), _("Text"))
    return Section(_("Minutes of the formal meeting, and what was said to them"), tables=table(head, rows))


def _versions(facts: Facts) -> Section:
    rows = [
        (
            _("version %(number)s") % {"number": one["number"]},
            words_for_day(one["approved_at"]),
            people.in_words(one["approved_by"]),
            one["what_changed"],
        )
        for one in facts["provenance"]["proposal_versions"]
    ]
    head = (_("Proposal"), _("Approved"), _("By"), _("What changed"))
    return Section(_("Versions of the proposal"), tables=table(head, rows))


def _overrides(facts: Facts) -> Section:
    rows = [
        (
            one["step"],
            said(*one["reasons_against"]),
            one["reason"],
            said(people.in_words(one["by"]), words_for_day(one["at"])),
        )
        for one in facts["provenance"]["overrides"]
    ]
    head = (_("Step"), _("What stood against it"), _("Reason to go on"), _("By"))
    return Section(_("Gates passed with a reason"), tables=table(head, rows))


def _papers(facts: Facts) -> Section:
    kinds = {
        "proposal": _("proposal"),
        "agenda": _("agenda"),
        "minutes": _("minutes"),
        "final": _("minutes, final copy"),
        "letter": _("letter"),
    }
    rows = [
        (
            said(kinds[one["kind"]], one["recipient"]),
            one["file"] or _("left out of this copy"),
            one["sha256"],
        )
        for one in facts["documents"]
    ]
    head = (_("What was sent"), _("File"), "SHA-256")
    return Section(_("Documents that were sent"), tables=table(head, rows, code=2))
