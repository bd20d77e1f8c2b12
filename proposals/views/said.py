"""The statements of an annex as its page shows them: with figures, forms, and what is suggested."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from proposals.documents import tokens, wording
from proposals.documents.facts import Facts
from proposals.forms import StatementForm
from proposals.models import Annex, Statement
from proposals.services import prefill
from proposals.services.prefill import Suggestion


@dataclass(frozen=True, slots=True)
class Said:
    """A statement with its figures filled in, and the form to change it."""

    statement: Statement
    text: str
    indicator: str
    form: StatementForm | None
    is_open: bool
    is_first: bool
    is_last: bool


@dataclass(frozen=True, slots=True)
class Offered:
    """A suggestion that nobody has used, with its place in the list of all."""

    index: int
    suggestion: Suggestion
    text: str
    indicator: str


@dataclass(frozen=True, slots=True)
class Token:
    """A figure that can be put into words."""

    token: str
    meaning: str
    value: str


def said(
    annex: Annex, facts: Facts, *, may_draft: bool, changing: tuple[int, StatementForm] | None = None
) -> dict[str, Any]:
    """Context: words to read, statements, suggestions, menu of figures; `changing` is a form come back."""
    values = _values(annex, facts)
    statements = list(annex.statements.all())
    writes = may_draft and annex.version.is_open
    return {
        "said": _rows(statements, values, writes, changing),
        "waiting": sum(one.waits for one in statements),
        "offered": _offered(annex, facts, statements, values) if writes else [],
        "tokens": _menu(facts, values) if writes else [],
        "opening": tokens.fill(annex.opening, values),
        "open_questions": tokens.fill(annex.open_questions, values),
    }


def _values(annex: Annex, facts: Facts) -> Mapping[str, str]:
    reader = str(annex.participant_id)
    if reader not in {member.key for member in facts.members}:
        return {}
    return tokens.values_for(facts, reader, wording.currency_of(facts.country))


def _rows(
    statements: Sequence[Statement],
    values: Mapping[str, str],
    writes: bool,
    changing: tuple[int, StatementForm] | None,
) -> list[Said]:
    sides = [[one for one in statements if one.is_benefit is side] for side in (True, False)]
    return [
        Said(
            statement=one,
            text=tokens.fill(one.text, values),
            indicator=tokens.fill(one.indicator, values),
            form=_form(one, changing) if writes else None,
            is_open=bool(changing and changing[0] == one.pk),
            is_first=one is side[0],
            is_last=one is side[-1],
        )
        for side in sides
        for one in side
    ]


def _form(one: Statement, changing: tuple[int, StatementForm] | None) -> StatementForm:
    if changing and changing[0] == one.pk:
        return changing[1]
    return StatementForm(instance=one, auto_id=f"id_%s_{one.pk}")


def _offered(
    annex: Annex, facts: Facts, statements: Sequence[Statement], values: Mapping[str, str]
) -> list[Offered]:
    """What nobody has used yet: as many of a kind as the annex lacks, and nothing it says already."""
    case = annex.version.proposal.case
    found = prefill.suggestions(annex.participant, prefill.ground_of(case, facts))
    texts, kinds = {one.text for one in statements}, Counter(one.kind for one in statements)
    wanted = Counter(one.kind for one in found)
    return [
        Offered(index, one, tokens.fill(one.text, values), tokens.fill(one.indicator, values))
        for index, one in enumerate(found)
        if one.text not in texts and kinds[one.kind] < wanted[one.kind]
    ]


def _menu(facts: Facts, values: Mapping[str, str]) -> list[Token]:
    names = {one.service.code: _(one.service.name) for one in facts.estimates}
    meanings = {
        "people": _("inhabitants of this recipient"),
        "group": _("inhabitants of the whole group"),
        "net": _("%(function)s: this recipient's net a year, central scenario"),
        "low": _("%(function)s: the same with low benefit"),
        "high": _("%(function)s: the same with high benefit"),
        "cost": _("%(function)s: what it costs this recipient today"),
        "joint": _("%(function)s: what the whole group would pay a year"),
        "once": _("%(function)s: what joining up costs all together, once"),
    }
    found = []
    for name, value in values.items():
        word, _space, code = name.partition(" ")
        meaning = meanings[word] % {"function": names[code]} if code else meanings[word]
        found.append(Token(f"{{{name}}}", meaning, value))
    return found
