"""What came back: reports from a mailbox or a provider's webhook, matched to the messages that left.

- `reports` reads a letter (RFC 3464, or by its wording), `statuses` says what its code means;
- `effects` matches it to a message by proof and writes its story through the outbox;
- `maildir` and `imap` are the two kinds of mailbox, `reading` goes through the one that is set;
- `webhook` hears what a mail provider reports over HTTP.
"""

from __future__ import annotations

from imc_portal.core.bounces.reading import Tally, kept_apart, read

__all__ = ["Tally", "kept_apart", "read"]
