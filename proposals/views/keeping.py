"""What a saving answers: kept, joined with somebody else's words, or two texts beside each other."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, JsonResponse
from django.utils.translation import gettext as _

from proposals.forms import AnnexForm, CommonForm
from proposals.services import Kept

DraftForm = CommonForm | AnnexForm


def wants_json(request: HttpRequest) -> bool:
    """Whether autosave is asking."""
    return "application/json" in request.headers.get("Accept", "")


def kept_json(kept: Kept, form: DraftForm) -> JsonResponse:
    """Tell autosave how the text stands now, and which words of others came into it.

    `fields` are to be shown where nobody has typed since; a page where somebody has goes on from `sent`.
    """
    told = {
        "ok": not kept.stale,
        "revision": kept.revision,
        "sent": kept.sent,
        "message": told_of(kept, form),
        "fields": kept.brought,
        "stale": kept.stale,
    }
    return JsonResponse(told, status=409 if kept.stale else 200)


def not_kept(message: str, status: int) -> JsonResponse:
    """Tell autosave why not."""
    return JsonResponse({"ok": False, "message": message}, status=status)


def told_of(kept: Kept, form: DraftForm) -> str:
    """Who wrote here too, and what became of it; nothing when nobody did."""
    if not kept.stale and not kept.brought:
        return ""
    names = ", ".join(str(user) for user in kept.others) or _("You, in another window,")
    if kept.stale:
        words = _("%(names)s changed the same passage: %(fields)s. Nothing was overwritten; choose below.")
        fields = ", ".join(form.label(name) for name in kept.stale)
        return words % {"names": names, "fields": fields}
    return _("%(names)s also wrote here: those words were added.") % {"names": names}


def beside(kept: Kept, form: DraftForm) -> dict[str, Any]:
    """For the page without script: the typed words in the form, the stored ones beside them."""
    form.stand_beside(kept.revision, kept.brought)
    theirs = [(form.label(name), shown(form, name, value)) for name, value in kept.stale.items()]
    return {"form": form, "stale": told_of(kept, form), "theirs": theirs}


def shown(form: DraftForm, name: str, value: Any) -> str:
    """A stored value in words."""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    choices = dict(getattr(form.fields[name], "choices", ()))
    return str(choices.get(value, value or "–"))
