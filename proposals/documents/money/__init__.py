"""An estimate told to one recipient: tables, pictures, plain sentences, and what is not known."""

from proposals.documents.money.sharing import key_words, members_table
from proposals.documents.money.telling import headline, tell

__all__ = ["headline", "key_words", "members_table", "tell"]
