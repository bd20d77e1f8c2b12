"""What we write to those who take part: one message per recipient, in the recipient's language."""

from meetings.emails.invitations import (
    Letter,
    calendar_entry,
    cancelled,
    changed,
    confirmed,
    feed_entry,
    formal_invitation,
    letter_key,
    proposal,
    reminder,
    reply_by,
    spoken_time,
)

__all__ = [
    "Letter",
    "calendar_entry",
    "cancelled",
    "changed",
    "confirmed",
    "feed_entry",
    "formal_invitation",
    "letter_key",
    "proposal",
    "reminder",
    "reply_by",
    "spoken_time",
]
