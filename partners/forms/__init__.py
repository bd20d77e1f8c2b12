"""Forms of this room."""

from partners.forms.cases import (
    AreaForm,
    AttachBodyForm,
    ContactLogForm,
    OpenCaseForm,
    ReasonForm,
    RecipientForm,
    StanceForm,
)
from partners.forms.data import ContactForm, ImportForm
from partners.forms.evidence import EvidenceForm
from partners.forms.funding import FundingCallForm
from partners.forms.loops import LeaveForm, ParkForm
from partners.forms.needs import BaselineForm, NeedForm

__all__ = [
    "AreaForm",
    "AttachBodyForm",
    "BaselineForm",
    "ContactForm",
    "ContactLogForm",
    "EvidenceForm",
    "FundingCallForm",
    "ImportForm",
    "LeaveForm",
    "NeedForm",
    "OpenCaseForm",
    "ParkForm",
    "ReasonForm",
    "RecipientForm",
    "StanceForm",
]
