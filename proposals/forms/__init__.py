"""Forms of the second room."""

from proposals.forms.drafting import AnnexForm, CommonForm, ReturnForm, StatementForm
from proposals.forms.figures import AreaTermsForm, MemberInputForm

__all__ = ["AnnexForm", "AreaTermsForm", "CommonForm", "MemberInputForm", "ReturnForm", "StatementForm"]
