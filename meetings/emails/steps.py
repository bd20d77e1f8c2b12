"""Reminders of next steps, in the language that is active: the addressee's."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _

from imc_portal.core.outbox import Message
from imc_portal.core.templatetags.portal import day as day_in_words
from meetings.emails.addressee import Addressee, message
from meetings.next_steps import Standing


def reminder(standing: Standing, to: Addressee, key: str) -> Message:
    """A step that is due soon, or overdue; names the person, goes to the recipient of the municipality."""
    step, overdue = standing.step, standing.state == "overdue"
    words = {
        "step": step,
        "overdue": overdue,
        "waits_for": standing.waits_for,
        "due": day_in_words(step.due),
        "url": to.url(f"steps/{step.pk}/", reverse("meetings:step", args=[step.pk])),
    }
    late, soon = _("Overdue since %(day)s: %(step)s"), _("Due on %(day)s: %(step)s")
    subject = (late if overdue else soon) % {"day": words["due"], "step": step.action}
    return message(to, step.meeting.case, key, subject, "step", words)
