"""The only writers of this room: start, draft, submit, approve, begin anew."""

from proposals.services.approval import approve, return_to_draft, submit
from proposals.services.completeness import completeness
from proposals.services.drafting import add_statement, remove_statement, save_annex, save_common
from proposals.services.inputs import clear_input, set_input, set_terms
from proposals.services.printing import render_again
from proposals.services.versions import keep_in_step, new_version, start

__all__ = [
    "add_statement",
    "approve",
    "clear_input",
    "completeness",
    "keep_in_step",
    "new_version",
    "remove_statement",
    "render_again",
    "return_to_draft",
    "save_annex",
    "save_common",
    "set_input",
    "set_terms",
    "start",
    "submit",
]
