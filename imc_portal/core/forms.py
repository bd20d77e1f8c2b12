"""Forms of the floor, and the base that gives every form of the portal its look."""

from __future__ import annotations

from typing import ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from imc_portal.core.models import User


class ProfileForm(forms.ModelForm[User]):
    """What a person may change about themselves."""

    class Meta:
        model = User
        fields: ClassVar[list[str]] = ["name", "language", "time_zone"]
        help_texts: ClassVar[dict[str, object]] = {
            "time_zone": _("For example Europe/Paris. Times on your pages follow it."),
        }
