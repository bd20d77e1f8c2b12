"""What waits for a person, for whom they wait, and what comes up."""

from meetings.waiting.item import Item
from meetings.waiting.outlook import Outlook, outlook

__all__ = ["Item", "Outlook", "outlook"]
