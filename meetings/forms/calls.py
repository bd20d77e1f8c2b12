"""Rows in which a municipality names the funding calls it knows."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms

from meetings.models import Answer, NamedCall
from meetings.services.answers import Named

#: Empty rows beside those that are filled.
SPARE = 2
MOST = 12


class CallForm(forms.ModelForm[NamedCall]):
    """One call; a row without a name and without anything else is no row."""

    class Meta:
        model = NamedCall
        fields: ClassVar[list[str]] = [
            *("name", "amount", "deadline", "min_partners", "min_population", "min_years", "own_share"),
            "source",
        ]
        widgets: ClassVar[dict[str, forms.Widget]] = {
            "deadline": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        }

    own_share = forms.IntegerField(
        label=NamedCall._meta.get_field("own_share").verbose_name, required=False, min_value=0, max_value=100
    )

    def __init__(self, data: Any = None, *, prefix: str, row: NamedCall | None) -> None:
        self.known = row is not None
        super().__init__(
            data, prefix=prefix, instance=row, empty_permitted=not self.known, use_required_attribute=False
        )

    @property
    def filled(self) -> bool:
        """Whether the row names a call."""
        return bool(self.is_bound and self.is_valid() and self.cleaned_data.get("name"))

    @property
    def shown(self) -> bool:
        """Whether the row is shown unfolded: it is filled, or wrong."""
        return bool(self["name"].value() or self.errors)


class CallRows:
    """The calls of one cell: those named before and some rows to fill; clearing a name takes its row out."""

    def __init__(self, cell: Answer, data: Any, *, prefix: str | None) -> None:
        known = list(cell.named_calls.all())
        count = min(len(known) + SPARE, MOST)
        rows = [*known[:count], *(None for _spare in range(count - len(known)))]
        self.forms = [
            CallForm(data, prefix=f"{prefix}-c{number}", row=row) for number, row in enumerate(rows)
        ]

    def is_valid(self) -> bool:
        """Whether every row is filled as it should be, or cleared."""
        return [form.is_valid() or self._cleared(form) for form in self.forms].count(False) == 0

    def has_changed(self) -> bool:
        """Whether a row was filled, changed or cleared."""
        return any(form.has_changed() for form in self.forms)

    def named(self) -> list[Named]:
        """The calls as typed."""
        filled = [form.cleaned_data for form in self.forms if form.filled]
        return [Named(**{name: values[name] for name in Named.__slots__}) for values in filled]

    @staticmethod
    def _cleared(form: CallForm) -> bool:
        """A row that was named before and whose name was emptied."""
        return form.is_bound and form.known and not form["name"].value()
