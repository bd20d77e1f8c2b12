"""Forms of the floor, and the choices every form may offer."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from imc_portal.core.models import User


def choice_field(form: forms.BaseForm, name: str) -> forms.ChoiceField:
    """The field of this name, known to have choices."""
    field = form.fields[name]
    if not isinstance(field, forms.ChoiceField):
        raise TypeError(_not_a("ChoiceField", form, name))
    return field


def model_choice_field(form: forms.BaseForm, name: str) -> forms.ModelChoiceField[Any]:
    """The field of this name, known to choose among rows."""
    field = form.fields[name]
    if not isinstance(field, forms.ModelChoiceField):
        raise TypeError(_not_a("ModelChoiceField", form, name))
    return field


def _not_a(kind: str, form: forms.BaseForm, name: str) -> str:
    return f"{type(form).__name__}.{name} is a {type(form.fields[name]).__name__}, not a {kind}."


class Radios(forms.RadioSelect):
    """Radio buttons; where one has to be chosen, without the empty choice that a list begins with."""

    def optgroups(
        self, name: str, value: list[str], attrs: dict[str, Any] | None = None
    ) -> list[tuple[str | None, list[dict[str, Any]], int | None]]:
        """All choices that say something."""
        groups = super().optgroups(name, value, attrs)
        return [group for group in groups if not self.is_required or group[1][0]["value"] not in ("", None)]


class ProfileForm(forms.ModelForm[User]):
    """What a person may change about themselves."""

    class Meta:
        model = User
        fields: ClassVar[list[str]] = ["name", "language", "time_zone"]
        help_texts: ClassVar[dict[str, object]] = {
            "time_zone": _("For example Europe/Paris. Times on your pages follow it."),
        }
