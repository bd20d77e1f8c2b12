"""The portal's own first words of a proposal: in each reader's language as long as nobody changed them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from partners.models.function import Mode
from proposals.documents import wording
from proposals.documents.context import Prose
from proposals.documents.text import paragraphs
from proposals.documents.tokens import fill


def areas_text(areas: Iterable[tuple[str, str]]) -> str:
    """The areas taken into the talks, each as the function's name in the source language and its mode."""
    lines = [
        _("We propose to find out together whether working jointly in these areas serves all of us:"),
        *(f"– {_(function)}: {Mode(mode).label}" for function, mode in areas),
    ]
    return "\n".join(lines)


def next_steps() -> str:
    """The way from here to the formal meeting."""
    return "\n".join(
        (
            _("First an informal meeting of all who are asked, to get to know each other's situation."),
            _("Then each municipality answers seven questions for itself; answers open when all are in."),
            _("Each then states its attitude: positive, with conditions, undecided or negative."),
            _(
                "If at least two of us want to go on, mayors and deputies meet formally "
                "and say what to explore."
            ),
        )
    )


def not_asked() -> str:
    """Exploring is not committing."""
    return "\n".join(
        (
            _("We do not ask for a decision to cooperate, for money, for staff or for a contract."),
            _("Saying yes means only that we look into it together. You may leave at any time."),
            _("Contracts and money remain with your council and ours."),
        )
    )


def opening(name: str, initiator: str) -> str:
    """A plain first sentence to one recipient; its inhabitants are a token."""
    return _(
        "%(name)s has {people} inhabitants. This part is written for %(name)s alone: "
        "what %(initiator)s believes cooperation would bring you, cost you and risk for you."
    ) % {"name": name, "initiator": initiator}


def open_questions(functions: Iterable[str]) -> str:
    """What only the recipient knows; functions by their names in the source language."""
    lines = [
        _("What does %(function)s cost you today, in which year, and what does that include?")
        % {"function": wording.inside(_(function))}
        for function in functions
    ]
    return "\n".join(dict.fromkeys(lines))


def prose(text: str, written_in: str, standard: Callable[[], str], values: Mapping[str, str]) -> Prose:
    """Somebody's words as written, or the portal's own anew in the active language; tokens filled."""
    if text.strip() and is_standard(text, standard):
        language = translation.get_language() or settings.LANGUAGE_CODE
        return Prose(tuple(fill(standard(), values).split("\n")), language)
    return Prose(paragraphs(fill(text, values)), written_in)


def is_standard(text: str, standard: Callable[[], str]) -> bool:
    """Whether the text is what the portal itself writes, in any of its languages."""
    return any(_in(code, standard) == _plain(text) for code, _name in settings.DOCUMENT_LANGUAGES)


def _in(code: str, standard: Callable[[], str]) -> str:
    with translation.override(code):
        return _plain(standard())


def _plain(text: str) -> str:
    return " ".join(text.split())
