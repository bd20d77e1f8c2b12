"""Accounts and the trail in the administration site."""

from __future__ import annotations

from typing import Any, ClassVar, cast

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.forms import Form, ModelForm, ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from imc_portal.core import accounts
from imc_portal.core.audit import Actor
from imc_portal.core.models import User

admin.site.site_header = _("IMC portal: reference data and accounts")
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]  # allauth's documented way


class OwnAddress(Form):
    """Refuses an address that somebody else has shown to be theirs."""

    def clean_email(self) -> str:
        """The address, in small letters."""
        email: str = self.cleaned_data["email"].lower()
        if accounts.taken(email, getattr(self, "instance", None)):
            raise ValidationError(_("This address is taken."))
        return email


class NewPersonForm(OwnAddress, AdminUserCreationForm[User]):
    """Somebody to be invited."""


class PersonForm(OwnAddress, UserChangeForm[User]):
    """Somebody who has an account."""


@admin.register(User)
class PersonAdmin(UserAdmin[User]):
    """Invite people and close accounts."""

    form = PersonForm
    add_form = NewPersonForm
    ordering: ClassVar[tuple[str, ...]] = ("email",)
    list_display = ("email", "name", "is_staff", "is_active", "last_login")
    list_filter = ("is_staff", "is_active")
    search_fields = ("email", "name")
    fieldsets: ClassVar[Any] = (
        (None, {"fields": ("email", "password")}),
        (_("Person"), {"fields": ("name", "language", "time_zone")}),
        (_("Rights"), {"fields": ("is_active", "is_staff", "is_superuser", "user_permissions", "groups")}),
    )
    add_fieldsets: Any = (
        (None, {"classes": ("wide",), "fields": ("email", "name", "password1", "password2")}),
    )

    def save_model(self, request: HttpRequest, obj: User, form: ModelForm[User], change: bool) -> None:
        """Keep the account; for an address that the curator wrote the curator vouches."""
        super().save_model(request, obj, form, change)
        if not change or "email" in form.changed_data:
            accounts.vouch(person=obj, actor=Actor.person(cast(User, request.user)))

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Accounts are closed, not deleted: the trail names them."""
        return False
