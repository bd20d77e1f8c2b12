"""The acts of the trail as translators meet them: every verb that a service hands to `audit.record`.

The trail keeps them in English; the history of a case says them in the reader's language.
"""

from __future__ import annotations

from django.utils.translation import gettext_noop as _

VERBS = (
    # partners
    _("recorded a need"),
    _("changed a need"),
    _("opened the case"),
    _("moved the case"),
    _("parked the case"),
    _("reopened the case"),
    _("attached a body"),
    _("kept a candidate area"),
    _("took an area into the talks"),
    _("set an area aside"),
    _("recorded a stance"),
    _("selected a partner"),
    _("set a municipality aside"),
    _("set the weights of the ranking"),
    _("went back to the default weights"),
    _("moved a participant"),
    _("logged a contact"),
    _("chose the recipient"),
    _("left the case"),
    _("added an office-holder"),
    _("changed an office-holder"),
    _("recorded a funding call"),
    _("published a funding call"),
    _("changed a funding call"),
    _("withdrew a funding call"),
    # proposals
    _("began the proposal"),
    _("began a new version"),
    _("wrote the common part"),
    _("wrote an annex"),
    _("added an annex"),
    _("dropped an annex"),
    _("added a statement"),
    _("removed a statement"),
    _("submitted the proposal"),
    _("returned the proposal"),
    _("approved the proposal"),
    _("rendered a document"),
    _("sent a document to the press again"),
    # meetings
    _("planned the meeting"),
    _("changed the meeting"),
    _("called the meeting"),
    _("cancelled the meeting"),
    _("queued the papers"),
    _("replied to the invitation"),
    _("waived the lead time"),
    _("opened the proposal"),
    _("asked the seven questions"),
    _("moved the deadline of the questions"),
    _("answered a question"),
    _("opened the sealed answers"),
    _("recorded who came"),
    _("began the notes"),
    _("closed the record of the meeting"),
    _("stated an attitude"),
    _("recorded an objective"),
    _("removed an objective"),
    _("selected an area"),
    _("removed a selected area"),
    _("recorded decisions on exploring feasibility"),
    _("recorded a next step"),
    _("removed a next step"),
    _("finished a next step"),
    _("recorded that there is no outcome"),
    _("handed the case over"),
    # people
    _("vouched for an address"),
    _("changed own settings"),
    # links and mail
    _("revoked a personal link"),
    _("cancelled an e-mail"),
)
