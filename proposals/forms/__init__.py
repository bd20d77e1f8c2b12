"""Forms of the second room."""

from proposals.forms.drafting import AnnexForm, CommonForm, ReturnForm, StatementForm

__all__ = ["AnnexForm", "CommonForm", "ReturnForm", "StatementForm"]
