"""Read the environment loudly: a malformed variable is named and refused at start."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, parse_qsl, unquote, urlsplit

BASE_DIR = Path(__file__).resolve().parent.parent

#: Mail providers whose reports name our messages: django-anymail's setting for their signing key, and
#: whether there is no way without it.
SIGNING_KEYS = {
    "amazon_ses": ("", False),
    "brevo": ("", False),
    "mailgun": ("MAILGUN_WEBHOOK_SIGNING_KEY", True),
    "mailjet": ("", False),
    "mailtrap": ("MAILTRAP_TRACKING_SECRET", False),
    "mandrill": ("MANDRILL_WEBHOOK_KEY", True),
    "postal": ("POSTAL_WEBHOOK_KEY", True),
    "postmark": ("", False),
    "sendgrid": ("SENDGRID_TRACKING_WEBHOOK_VERIFICATION_KEY", False),
    "sparkpost": ("", False),
}


class EnvironmentProblem(Exception):
    """A variable is missing or malformed; the message names it and says what is wanted."""


def text(name: str, default: str | None = None) -> str:
    """Value of NAME, or the content of the file that NAME_FILE points to."""
    if path := os.environ.get(f"{name}_FILE"):
        try:
            return Path(path).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise EnvironmentProblem(f"{name}_FILE: cannot read {path}: {error.strerror}") from error
    value = os.environ.get(name, "").strip()
    if value:
        return value
    if default is None:
        raise EnvironmentProblem(f"{name} is not set (or give its file as {name}_FILE)")
    return default


def flag(name: str, default: bool = False) -> bool:
    """True or False; anything else is refused."""
    value = text(name, str(default)).lower()
    if value in {"true", "1", "yes"}:
        return True
    if value in {"false", "0", "no"}:
        return False
    raise EnvironmentProblem(f"{name}={value!r}: write True or False")


def one_of(name: str, choices: tuple[str, ...], default: str) -> str:
    """One of a few words; anything else is refused."""
    value = text(name, default).lower()
    if value not in choices:
        raise EnvironmentProblem(f"{name}={value!r}: write {' or '.join(choices)}")
    return value


def password_in(name: str) -> str:
    """The password in the address that NAME gives, to keep it out of logs."""
    return unquote(urlsplit(text(name, "")).password or "")


def number(name: str, default: int) -> int:
    """A whole number from 0; anything else is refused."""
    value = text(name, str(default))
    if not value.isascii() or not value.isdigit():
        raise EnvironmentProblem(f"{name}={value!r}: write a whole number")
    return int(value)


def words(name: str, default: str = "") -> list[str]:
    """A comma-separated list, blanks dropped."""
    return [word.strip() for word in text(name, default).split(",") if word.strip()]


def database(name: str) -> dict[str, Any]:
    """A PostgreSQL URL as Django's settings: postgresql://user:pw@host:port/name?host=/socket."""
    url = _split(name, {"postgres", "postgresql"})
    query = parse_qs(url.query)
    if not url.path.strip("/"):
        raise EnvironmentProblem(f"{name}: the URL names no database (postgresql://user@host/NAME)")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(url.path.lstrip("/")),
        "USER": unquote(url.username or ""),
        "PASSWORD": unquote(url.password or ""),
        "HOST": query.get("host", [url.hostname or ""])[0],
        "PORT": str(_port(name, url) or ""),
    }


def redis(name: str) -> str:
    """A redis://, rediss:// or unix:// URL, checked and returned as it is."""
    _split(name, {"redis", "rediss", "unix"})
    return text(name)


def broker(name: str) -> str:
    """The same address in Celery's words: it calls a Unix socket redis+socket:// and its db virtual_host."""
    url = urlsplit(redis(name))
    if url.scheme != "unix":
        return url.geturl()
    number = parse_qs(url.query).get("db", ["0"])[0]
    return f"redis+socket://{url.netloc}{url.path}?virtual_host={number}"


def var_folder() -> Path:
    """Where the embedded engines and the files of the demo live: IMC_VAR, or var/ beside manage.py."""
    return Path(text("IMC_VAR", str(BASE_DIR / "var"))).resolve()


def email(name: str, default: str) -> dict[str, Any]:
    """smtp://user:pw@host:port?tls=true (or ssl=true) as Django's EMAIL_* settings."""
    url = _split(name, {"smtp"}, default)
    query = parse_qs(url.query)
    if not url.hostname:
        raise EnvironmentProblem(f"{name}: the URL names no host (smtp://host:port)")
    return {
        "EMAIL_HOST": url.hostname,
        "EMAIL_PORT": _port(name, url) or 25,
        "EMAIL_HOST_USER": unquote(url.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(url.password or ""),
        "EMAIL_USE_TLS": query.get("tls", ["false"])[0] == "true",
        "EMAIL_USE_SSL": query.get("ssl", ["false"])[0] == "true",
    }


def documents(name: str, default: str) -> dict[str, Any]:
    """file:///folder or s3://bucket/prefix?endpoint=URL as an entry of STORAGES."""
    url = _split(name, {"file", "s3"}, default)
    if url.scheme == "file":
        if not url.path.startswith("/") or url.netloc:
            raise EnvironmentProblem(f"{name}: write the folder as file:///absolute/path")
        return {
            "BACKEND": "imc_portal.core.documents.folder.Folder",
            "OPTIONS": {"location": unquote(url.path), "allow_overwrite": True},
        }
    query = {key: values[0] for key, values in parse_qs(url.query).items()}
    options: dict[str, Any] = {
        "bucket_name": url.hostname or "",
        "location": url.path.strip("/"),
        "default_acl": None,
        "querystring_auth": True,
        "querystring_expire": 60,
        # A name holds the checksum of its bytes: what is written again is the same.
        "file_overwrite": True,
    }
    if not options["bucket_name"]:
        raise EnvironmentProblem(f"{name}: the URL names no bucket (s3://bucket/prefix)")
    if endpoint := query.get("endpoint"):
        # Stores other than Amazon's seldom have a host name for each bucket.
        options |= {"endpoint_url": endpoint, "addressing_style": "path"}
    if region := query.get("region"):
        options["region_name"] = region
    if url.username:
        options |= {"access_key": unquote(url.username), "secret_key": unquote(url.password or "")}
    return {"BACKEND": "imc_portal.core.documents.bucket.Bucket", "OPTIONS": options}


def bounces(name: str) -> dict[str, Any]:
    """maildir:///folder or imap://user:pw@host:port/FOLDER?tls=true; nothing when NAME is not set."""
    if not text(name, ""):
        return {}
    url = _split(name, {"maildir", "imap", "imaps"})
    if url.scheme == "maildir":
        if not url.path.startswith("/") or url.netloc:
            raise EnvironmentProblem(f"{name}: write the folder as maildir:///absolute/folder")
        return {"kind": "maildir", "folder": unquote(url.path)}
    parts = [unquote(part or "") for part in (url.username, url.password, url.path.strip("/") or "INBOX")]
    user, password, folder = parts
    if not url.hostname or not user or not password:
        raise EnvironmentProblem(f"{name}: write imap://user:password@host/FOLDER?tls=true")
    if not all(part.isascii() and part.isprintable() for part in parts):
        raise EnvironmentProblem(f"{name}: user, password and folder may hold ASCII characters alone")
    security = _security(name, url)
    port = _port(name, url) or (993 if security == "ssl" else 143)
    return {
        "kind": "imap",
        "host": url.hostname,
        "port": port,
        "user": user,
        "password": password,
        "folder": folder,
        "security": security,
    }


def _security(name: str, url: Any) -> str:
    """How an IMAP server is spoken to: "ssl", "tls" (STARTTLS), or "" for a closed network."""
    query = dict(parse_qsl(url.query, keep_blank_values=True))
    if set(query) - {"tls", "ssl"} or set(query.values()) - {"true", "false"}:
        raise EnvironmentProblem(f"{name}: after the question mark write tls=true or ssl=true")
    wanted = {word for word, value in query.items() if value == "true"}
    if len(wanted) == 2 or (wanted == {"tls"} and url.scheme == "imaps"):
        raise EnvironmentProblem(f"{name}: tls=true or ssl=true, not both (imaps:// is ssl)")
    return "ssl" if url.scheme == "imaps" else "".join(wanted)


def address(name: str) -> str:
    """A bare e-mail address whose local part leaves room for a signature; nothing when NAME is not set."""
    value = text(name, "")
    if value and not re.fullmatch(r"[a-z0-9_.-]{1,16}@[a-z0-9-]+(\.[a-z0-9-]+)+", value):
        wanted = (
            "write one address in small letters as in bounces@portal.example.org, at most 16 before the @"
        )
        raise EnvironmentProblem(f"{name}={value!r}: {wanted}")
    return value


def anymail(provider: str, *, secret: str, key: str) -> tuple[str, dict[str, Any]]:
    """The mail provider whose webhook is heard, and django-anymail's settings for it; neither without one."""
    provider = provider.lower().replace(" ", "_")
    if not provider:
        return "", {}
    if provider not in SIGNING_KEYS:
        known = ", ".join(sorted(SIGNING_KEYS))
        raise EnvironmentProblem(f"ANYMAIL_WEBHOOK={provider!r}: write one of {known}")
    setting, needed = SIGNING_KEYS[provider]
    if key and not setting:
        raise EnvironmentProblem(f"ANYMAIL_WEBHOOK_KEY: {provider} signs nothing; set ANYMAIL_WEBHOOK_SECRET")
    if needed and not key:
        raise EnvironmentProblem(f"ANYMAIL_WEBHOOK_KEY is not set: {provider} signs its reports with it")
    if not key and not secret:
        raise EnvironmentProblem(
            "ANYMAIL_WEBHOOK_SECRET is not set: without it anybody could report anything"
        )
    if secret and not re.fullmatch(r"[^:\s]+:\S{16,}", secret):
        wanted = "write user:password, at least 16 characters after the colon"
        raise EnvironmentProblem(f"ANYMAIL_WEBHOOK_SECRET: {wanted}")
    return provider, ({"WEBHOOK_SECRET": secret} if secret else {}) | ({setting: key} if key else {})


def _split(name: str, schemes: set[str], default: str | None = None) -> Any:
    value = text(name, default)
    url = urlsplit(value)
    if url.scheme not in schemes:
        wanted = " or ".join(f"{scheme}://" for scheme in sorted(schemes))
        raise EnvironmentProblem(f"{name}: the URL must start with {wanted}")
    return url


def _port(name: str, url: Any) -> int | None:
    try:
        port: int | None = url.port
    except ValueError as error:
        raise EnvironmentProblem(f"{name}: {error}") from error
    return port
