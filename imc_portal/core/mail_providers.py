"""Mail providers that give each message an id of their own: the header by which they hand ours back."""

from __future__ import annotations

from django.conf import settings

HEADERS = {
    "mailjet": ("X-MJ-CustomID", "{}"),
    "mailtrap": ("X-MT-Custom-Variables", '{{"message": "{}"}}'),
    "mandrill": ("X-MC-Metadata", '{{"message": "{}"}}'),
    "postmark": ("X-PM-Metadata-message", "{}"),
}


def header(message_id: str) -> dict[str, str]:
    """One header with the Message-ID when the provider that is set needs it; other servers see none."""
    if settings.ANYMAIL_WEBHOOK not in HEADERS:
        return {}
    name, form = HEADERS[settings.ANYMAIL_WEBHOOK]
    return {name: form.format(message_id)}
