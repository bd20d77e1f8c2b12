"""What can be wrong with a stored document: damaged for good, or out of reach for a while."""

from __future__ import annotations

from django.utils.translation import gettext as _


class StoreProblem(Exception):
    """A document cannot be had; `words` are for the person who asked for it."""

    def __init__(self, name: str, why: str = "") -> None:
        super().__init__(self.told % {"name": name, "why": why})
        self.name = name
        self.why = why

    told = "“%(name)s”: %(why)s"

    @property
    def words(self) -> str:
        """What happened; each kind adds what to do, in the reader's language."""
        return str(self)


class Damaged(StoreProblem):
    """A stored document is missing or not what it was; it must never be shown or mailed."""

    told = "The stored document “%(name)s” is missing or was altered."

    @property
    def words(self) -> str:
        """What happened, and whom to tell."""
        return _("The stored document is missing or was altered, so we do not hand it out. Tell the curator.")


class Missing(Damaged):
    """There is no such file in a store that answers."""

    told = "The stored document “%(name)s” is missing."


class Altered(Damaged):
    """The bytes are not those that were stored."""

    told = "The stored document “%(name)s” was altered."


class StoreDown(StoreProblem):
    """The store gives no answer, or takes nothing more; that says nothing about the document. Again later."""

    told = "The store of documents does not answer (“%(name)s”): %(why)s"

    @property
    def words(self) -> str:
        """What happened, and whom to tell."""
        return _("The store of documents does not answer just now. Try again in a few minutes.")
