"""A row as the message that leaves: text and HTML, an invitation as calendars want it, files, headers."""

from __future__ import annotations

import hashlib
import html
from collections.abc import Callable, Iterable
from email.utils import formataddr, parseaddr
from typing import cast

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.message import SafeMIMEMultipart
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from imc_portal.core import documents, incidents, lines, links, mail_providers
from imc_portal.core.models import EmailAttachment, OutgoingEmail, PersonalLink

CALENDAR = "text/calendar"
PDF = "application/pdf"
#: Stands in previews where only the recipient's own message has the secret of the link.
HIDDEN_TOKEN = "the-recipients-own-link"  # noqa: S105  # the very opposite of a secret
#: Base64 makes four letters of three bytes, and lines of 76 letters.
EXPANSION = 4 / 3 * 78 / 76
DEEPEST_THREAD = 8

Address = Callable[[PersonalLink], str]


def build(email: OutgoingEmail) -> EmailMultiAlternatives:
    """The message exactly as it leaves, personal link and attachments in place."""
    return _message(email, own_address)


def preview(email: OutgoingEmail) -> SafeMIMEMultipart:
    """The message exactly as it leaves, but for the secret of the personal link, which stays hidden."""
    return cast(SafeMIMEMultipart, _message(email, _hidden_address).message())


def size_of(email: OutgoingEmail) -> int:
    """Bytes on the wire."""
    return len(on_wire(_message(email, _hidden_address)))


def on_wire(message: EmailMultiAlternatives) -> bytes:
    """The message as SMTP carries it."""
    return cast(SafeMIMEMultipart, message.message()).as_bytes(linesep="\r\n")


def own_address(link: PersonalLink) -> str:
    """Where the personal link leads."""
    path = reverse(settings.PERSONAL_LINK_ROUTE, kwargs={"token": links.token_of(link)})
    return f"{settings.BASE_URL}{path}"


def with_link(text: str, link: PersonalLink | None) -> str:
    """Put the address of the personal link where the stored text leaves room for it."""
    return _filled(text, link, own_address)


def _hidden_address(link: PersonalLink) -> str:
    path = reverse(settings.PERSONAL_LINK_ROUTE, kwargs={"token": HIDDEN_TOKEN})
    return f"{settings.BASE_URL}{path}"


def _filled(text: str, link: PersonalLink | None, address: Address) -> str:
    return text if link is None else text.replace(links.PLACEHOLDER, address(link))


def _message(email: OutgoingEmail, address: Address) -> EmailMultiAlternatives:
    contents = [(file, _content(file, email.context)) for file in email.attachments.all()]
    carried = _carried(email, contents)
    left_out = len(carried) < len(contents)
    message = EmailMultiAlternatives(
        subject=lines.one_line(email.subject),
        body=_filled(_text(email, left_out), email.link, address),
        from_email=settings.DEFAULT_FROM_EMAIL,
        to=[formataddr((lines.one_line(email.to_name), lines.ascii_address(email.to_address)))],
        reply_to=_reply_to(email),
        headers=_headers(email),
        connection=get_connection(),
    )
    if email.html:
        message.attach_alternative(_filled(_html(email, left_out), email.link, address), "text/html")
    for file, content in carried:
        if file.content_type.startswith(CALENDAR):
            # Gmail and Outlook offer yes and no only for an alternative; others only open an attachment.
            message.attach_alternative(content.decode(), file.content_type)
        message.attach(file.filename, content, file.content_type)
    return message


def _carried(
    email: OutgoingEmail, contents: list[tuple[EmailAttachment, bytes]]
) -> list[tuple[EmailAttachment, bytes]]:
    """All files; without the PDFs when they are too large for e-mail and lie behind the personal link."""
    size = sum(len(content) for _file, content in contents) * EXPANSION
    if email.link is None or size <= settings.MAIL_ATTACH_LIMIT:
        return contents
    return [(file, content) for file, content in contents if not file.content_type.startswith(PDF)]


def _text(email: OutgoingEmail, left_out: bool) -> str:
    if not left_out:
        return email.text
    return f"{email.text.rstrip()}\n\n{_instead(email)}\n{links.PLACEHOLDER}\n"


def _html(email: OutgoingEmail, left_out: bool) -> str:
    if not left_out:
        return email.html
    words = f'<p>{html.escape(_instead(email))} <a href="{links.PLACEHOLDER}">{links.PLACEHOLDER}</a></p>'
    before, end, after = email.html.rpartition("</body>")
    return f"{before}{words}{end}{after}" if end else f"{email.html}{words}"


def _instead(email: OutgoingEmail) -> str:
    """Said in the language of the message."""
    with translation.override(email.language):
        return _("The documents are too large for an e-mail. You find them behind your personal link:")


def _reply_to(email: OutgoingEmail) -> list[str] | None:
    """The address that answers go to; one that is none is left out rather than guessed."""
    name, address = parseaddr(lines.one_line(email.reply_to))
    try:
        return [formataddr((name, lines.ascii_address(address)))] if address else None
    except lines.BadAddress:
        return None


def _headers(email: OutgoingEmail) -> dict[str, str]:
    headers = {
        "Message-ID": email.message_id,
        "Auto-Submitted": "auto-generated",
        "Content-Language": lines.one_line(email.language),
    }
    headers |= mail_providers.header(email.message_id)
    if lines.is_message_id(email.thread_id):
        chain = [*reversed(list(_before(email))), email.thread_id]
        headers |= {"In-Reply-To": email.thread_id, "References": " ".join(chain)}
    return headers


def _before(email: OutgoingEmail) -> Iterable[str]:
    """What the message that is answered answered itself, and so on; mostly nothing."""
    seen, answered = {email.message_id, email.thread_id}, email.thread_id
    for _step in range(DEEPEST_THREAD):
        earlier = (
            OutgoingEmail.objects.filter(message_id=answered).values_list("thread_id", flat=True).first()
        )
        if not earlier or earlier in seen or not lines.is_message_id(earlier):
            return
        yield earlier
        seen.add(earlier)
        answered = earlier


def _content(file: EmailAttachment, context: str) -> bytes:
    if file.document_name:
        return documents.read(file.document_name, sha256=file.sha256, context=context)
    content = bytes(file.content or b"")
    if hashlib.sha256(content).hexdigest() != file.sha256:
        key = f"core.emailattachment:{file.pk}"
        kind = incidents.Kind.DOCUMENT_ALTERED
        incidents.report(kind=kind, target_key=key, context=context, detail=file.filename)
        raise documents.Altered(file.filename)
    return content
