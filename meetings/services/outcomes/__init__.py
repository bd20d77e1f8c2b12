"""The four outcomes of a formal meeting, or none with a reason. No other meeting can hold one.

What is decided is to explore the feasibility of cooperation in an area, nothing more.
"""

from meetings.services.outcomes.closing import close_record, firm_reasons, give_none, soft_reasons
from meetings.services.outcomes.decisions import Voice, decide, trace_of
from meetings.services.outcomes.goals import (
    add_objective,
    change_area,
    change_objective,
    remove_area,
    remove_objective,
    select_area,
)
from meetings.services.outcomes.steps import add_step, change_step, remove_step

__all__ = [
    "Voice",
    "add_objective",
    "add_step",
    "change_area",
    "change_objective",
    "change_step",
    "close_record",
    "decide",
    "firm_reasons",
    "give_none",
    "remove_area",
    "remove_objective",
    "remove_step",
    "select_area",
    "soft_reasons",
    "trace_of",
]
