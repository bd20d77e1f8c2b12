"""Who knocks on the doors, what the world holds, and the words that must not reach the wrong ones."""

from __future__ import annotations

from dataclasses import dataclass, field

from imc_portal.core.models import PersonalLink, User
from partners.models import (
    Case,
    Municipality,
)
from tests.world import before, handover, post

CAST = (
    "lead",
    "focal",
    "reader",
    "partner",
    "stranger",
    "observer",
    "curator",
    "facilitator",
    "nobody",
    "link",
)

#: Words that must never reach somebody they are not meant for.
SECRETS = {
    "ranking": "SECRET-RANKING-FIGURE",
    "weights": "SECRET-REASON-FOR-THE-WEIGHTS",
    "aside": "SECRET-REASON-FOR-SETTING-ASIDE",
    "contact": "SECRET-CONTACT-SUMMARY",
    "draft": "SECRET-DRAFT-TEXT",
    "figures": "SECRET-SOURCE-OF-A-FIGURE",
    "annex_b": "SECRET-ANNEX-OF-B",
    "annex_d": "SECRET-ANNEX-OF-D",
    "answer_a": "SECRET-ANSWER-OF-A",
    "answer_b": "SECRET-ANSWER-OF-B",
    "need": "SECRET-NEED-EVIDENCE",
    "need_b": "SECRET-NEED-EVIDENCE-OF-B",
    "aside_b": "SECRET-REASON-OF-B-FOR-SETTING-ASIDE",
    "unchecked": "SECRET-OFFER-NOBODY-HAS-CHECKED",
    "interest": "SECRET-INTEREST-OF-B",
    "call": "SECRET-CALL-NOT-PUBLISHED",
    "minutes_draft": "SECRET-DRAFT-OF-THE-MINUTES",
    "minutes_sent": "SECRET-OPEN-MINUTES",
    "expectation": "SECRET-EXPECTATION-OF-B",
    "record": "SECRET-WORDS-OF-THE-RECORD",
    **handover.SECRETS,
    **before.SECRETS,
    **post.SECRETS,
}


@dataclass
class World:
    """Municipality A has the case; B and D take part; C is a stranger."""

    a: Municipality
    b: Municipality
    c: Municipality
    d: Municipality
    case: Case
    people: dict[str, User]
    link: PersonalLink
    token: str
    made: dict[str, object] = field(default_factory=dict)
