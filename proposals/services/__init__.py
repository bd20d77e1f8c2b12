"""The only writers of this room: start, draft, submit, approve, begin anew."""

from proposals.services.approval import approve, return_to_draft, submit
from proposals.services.completeness import completeness
from proposals.services.drafting import Kept, save_annex, save_common
from proposals.services.inputs import clear_input, set_input, set_terms
from proposals.services.printing import render_again
from proposals.services.statements import (
    add_statement,
    change_statement,
    confirm_statements,
    move_statement,
    remove_statement,
    renew_suggestions,
    use_suggestion,
)
from proposals.services.versions import keep_in_step, new_version, start

__all__ = [
    "Kept",
    "add_statement",
    "approve",
    "change_statement",
    "clear_input",
    "completeness",
    "confirm_statements",
    "keep_in_step",
    "move_statement",
    "new_version",
    "remove_statement",
    "render_again",
    "renew_suggestions",
    "return_to_draft",
    "save_annex",
    "save_common",
    "set_input",
    "set_terms",
    "start",
    "submit",
    "use_suggestion",
]
