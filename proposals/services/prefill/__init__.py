"""What a new proposal begins with, from what the case already knows; all of it is there to be changed."""

from proposals.services.prefill.suggestions import Ground, Suggestion, ground_of, suggestions, written_in
from proposals.services.prefill.words import (
    answer_by,
    areas_text,
    next_steps,
    not_asked,
    open_questions,
    opening,
    why,
)

__all__ = [
    "Ground",
    "Suggestion",
    "answer_by",
    "areas_text",
    "ground_of",
    "next_steps",
    "not_asked",
    "open_questions",
    "opening",
    "suggestions",
    "why",
    "written_in",
]
