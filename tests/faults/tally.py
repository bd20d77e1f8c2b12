"""Count, by recipient and by message, what the mail server has against what the outbox says."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Collection
from dataclasses import asdict, dataclass, field
from typing import Any

from tests.faults.portal import ROOT, Portal, wait

RESULTS = ROOT / "var" / "faults.json"
OPEN = """SELECT count(*) FROM core_outgoingemail
    WHERE state IN ('queued', 'sending', 'retry') OR (state = 'unknown' AND NOT ask_first)"""
WITH_MESSAGE = "SELECT count(*) FROM meetings_dispatch WHERE email_id IS NOT NULL"
RECIPIENTS = """SELECT holder.email FROM partners_participant AS participant
    JOIN partners_officeholder AS holder ON holder.id = participant.contact_id
    WHERE holder.email LIKE 'recipient%'"""
ROWS = """SELECT email.message_id, email.to_address, email.state, email.ask_first, dispatch.id IS NOT NULL,
    (SELECT count(*) FROM core_emailevent AS event WHERE event.email_id = email.id AND kind = 'uncertain')
    FROM core_outgoingemail AS email
    LEFT JOIN meetings_dispatch AS dispatch ON dispatch.email_id = email.id"""


@dataclass(frozen=True, slots=True)
class Row:
    """A message as the outbox has it."""

    message_id: str
    address: str
    state: str
    ask_first: bool
    is_proposal: bool
    uncertain: int


@dataclass
class Tally:
    """One line of the table."""

    run: str
    what: str
    recipients: int = 0
    printed: int = 0
    messages: int = 0
    accepted: int = 0
    letters: int = 0
    reached: int = 0
    missing: int = 0
    second_copies: int = 0
    unexplained: int = 0
    failed: int = 0
    asking: int = 0
    seconds: float = 0
    notes: dict[str, Any] = field(default_factory=dict)


def settled(portal: Portal, expected: int) -> bool:
    """Whether every recipient has a message and none of them will move any more by itself."""
    carried, moving = portal.rows(WITH_MESSAGE)[0][0], portal.rows(OPEN)[0][0]
    return bool(carried >= expected and moving == 0)


def wait_until_settled(portal: Portal, expected: int, seconds: float = 400) -> None:
    """Wait for it; a failure tells what lies where."""

    def where() -> str:
        states = portal.rows("SELECT state, count(*) FROM core_outgoingemail GROUP BY 1")
        papers = portal.rows("SELECT state, count(*) FROM proposals_document GROUP BY 1")
        agendas = portal.rows("SELECT state, count(*) FROM meetings_meetingpaper GROUP BY 1")
        carried = portal.rows(WITH_MESSAGE)[0][0]
        return f"{states} {papers} {agendas} {carried} of {expected} dispatches\n{portal.logs()}"

    wait(lambda: settled(portal, expected), seconds, where)


def take(
    portal: Portal, run: str, what: str, *, without: Collection[str] = (), refused: Collection[str] = ()
) -> Tally:
    """Compare both books; raises AssertionError when anything is missing, doubled or contradicted.

    `without` are recipients who must have got nothing and no message, `refused` those whose message failed.
    """
    rows = [Row(*row) for row in portal.rows(ROWS)]
    lines = portal.post.lines()
    copies = Counter(line["id"] for line in lines)
    tally = Tally(run, what, recipients=len(portal.rows(RECIPIENTS)), messages=len(rows))
    _per_message(rows, copies, tally)
    _per_recipient(portal, rows, copies, tally, without, refused)
    assert not copies.keys() - {row.message_id for row in rows}, "the mail server has what the outbox has not"
    assert all(line["others"] == 0 for line in lines), "a message went to two recipients at once"
    addresses = {row.message_id: row.address for row in rows}
    assert all(addresses[line["id"]] == line["to"] for line in lines), "a message went to somebody else"
    return tally


def _per_message(rows: list[Row], copies: Counter[str], tally: Tally) -> None:
    wrong = []
    for row in rows:
        count = copies[row.message_id]
        if row.is_proposal:
            tally.accepted += count
        else:
            tally.letters += count
        tally.second_copies += max(count - 1, 0)
        # One more copy at most, and only after somebody wrote down that nobody knew.
        tally.unexplained += max(count - 1 - min(row.uncertain, 1), 0)
        if row.state in ("failed", "cancelled"):
            tally.failed += 1
            good = count <= row.uncertain
        elif row.state == "unknown":
            tally.asking += 1
            good = row.ask_first and row.uncertain > 0
        else:
            good = row.state == "sent" and count >= 1
        if not good:
            wrong.append((row, count))
    assert not wrong, f"outbox and mail server disagree: {wrong[:5]} and {len(wrong)} in all"
    assert not tally.unexplained, "a second copy without “unknown, may have been delivered” in its story"


def _per_recipient(
    portal: Portal,
    rows: list[Row],
    copies: Counter[str],
    tally: Tally,
    without: Collection[str],
    refused: Collection[str],
) -> None:
    mine = Counter(row.address for row in rows if row.is_proposal)
    by_state = {row.address: row.state for row in rows if row.is_proposal}
    got = Counter({row.address: copies[row.message_id] for row in rows if row.is_proposal})
    for (address,) in portal.rows(RECIPIENTS):
        if address in without:
            assert not mine[address], f"{address} has a message without a paper"
            assert not got[address], f"{address} got something without a paper"
            continue
        assert mine[address] == 1, f"{address} has {mine[address]} messages"
        if address in refused:
            assert by_state[address] == "failed", f"{address} was refused and is {by_state[address]}"
            assert not got[address], f"{address} was refused and got it"
            continue
        tally.reached += got[address] > 0
        tally.missing += not got[address] and by_state[address] != "unknown"
    assert not tally.missing, f"{tally.missing} recipients got nothing"


def record(tally: Tally) -> None:
    """Keep the line for the table."""
    RESULTS.parent.mkdir(exist_ok=True)
    kept = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    kept[tally.run] = asdict(tally) | {"at": time.strftime("%Y-%m-%d %H:%M", time.gmtime())}
    RESULTS.write_text(json.dumps(kept, indent=1) + "\n")


COLUMNS = {
    "run": "",
    "what": "fault",
    "recipients": "recipients",
    "printed": "printed during it",
    "accepted": "proposals taken over",
    "reached": "recipients reached",
    "missing": "missing",
    "second_copies": "second copies",
    "unexplained": "unexplained",
    "failed": "failed openly",
    "asking": "a person is asked",
    "letters": "letters to organisers",
    "seconds": "s",
}


def table() -> str:
    """All that is kept, as it stands in docs/faults.md."""
    kept = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    lines = [list(COLUMNS.values()), ["---"] * len(COLUMNS)]
    for _key, row in sorted(kept.items()):
        lines.append([_word(row[name]) for name in COLUMNS])
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _word(value: object) -> str:
    return f"{value:.0f}" if isinstance(value, float) else str(value)
