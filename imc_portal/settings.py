"""Settings of the portal. Everything that differs between installations comes from the environment."""

from __future__ import annotations

import importlib.resources
import logging
from pathlib import Path
from typing import Any

import django_stubs_ext
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _
from whitenoise.compress import Compressor

from imc_portal import environment as env
from imc_portal.core import logs

# Lets classes of Django be written with their type, as in ModelForm[Need].
django_stubs_ext.monkeypatch()

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = env.var_folder()

# --- who we are -----------------------------------------------------------------
DEMO = env.flag("DEMO", False)
DEBUG = False
SECRET_KEY = env.text("SECRET_KEY")
BASE_URL = env.text("BASE_URL", "http://127.0.0.1:8000").rstrip("/")
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", "127.0.0.1,localhost")
SECURE = BASE_URL.startswith("https://")
CSRF_TRUSTED_ORIGINS = [BASE_URL]

# --- the house: arrows run to the left only (tests/test_architecture.py) ----------
INSTALLED_APPS = [
    "imc_portal.core",
    "partners",
    "proposals",
    "meetings",
    "imc_portal",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "crispy_forms",
    "crispy_bootstrap5",
    "csp",
    "django_htmx",
    "django_structlog",
    "js_lib_bootstrap5",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.sessions",
    "imc_portal.files.PageFiles",
    "django.forms",
]
MIDDLEWARE = [
    "imc_portal.core.middleware.alive",
    "imc_portal.core.middleware.RequestLog",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "imc_portal.core.middleware.person",
    "imc_portal.core.middleware.NoNul",
    "imc_portal.core.middleware.OutOfReach",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]
ROOT_URLCONF = "imc_portal.urls"
WSGI_APPLICATION = "imc_portal.wsgi.application"
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "imc_portal.core.context.portal",
            ],
        },
    }
]
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# --- engines ----------------------------------------------------------------------
DATABASES = {
    "default": env.database("DATABASE_URL")
    | {
        "OPTIONS": {"pool": {"min_size": 1, "max_size": 8, "timeout": 10}},
        # A connection that a restart of the database broke is replaced before anybody uses it.
        "CONN_HEALTH_CHECKS": True,
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
REDIS_URL = env.redis("REDIS_URL")
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "imc",
        # Else a broker that accepts and says nothing would hold every page that counts attempts.
        "OPTIONS": {"socket_timeout": 3, "socket_connect_timeout": 2},
    }
}
# Columns of whole countries, shared by the processes of a host (partners.catalogue_data).
CATALOGUE_FOLDER = Path(env.text("CATALOGUE_FOLDER", str(VAR_DIR / "catalogue")))
STORAGES: dict[str, Any] = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": VAR_DIR / "media"},
    },
    "documents": env.documents("DOCUMENTS_URL", f"file://{VAR_DIR / 'documents'}"),
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

# --- mail -------------------------------------------------------------------------
_smtp = env.email("EMAIL_URL", "smtp://127.0.0.1:1025")
EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
EMAIL_HOST = _smtp["EMAIL_HOST"]
EMAIL_PORT = _smtp["EMAIL_PORT"]
EMAIL_HOST_USER = _smtp["EMAIL_HOST_USER"]
EMAIL_HOST_PASSWORD = _smtp["EMAIL_HOST_PASSWORD"]
EMAIL_USE_TLS = _smtp["EMAIL_USE_TLS"]
EMAIL_USE_SSL = _smtp["EMAIL_USE_SSL"]
#: Seconds for each answer of the mail server; far below the lease, so that a sender is dead before it ends.
EMAIL_TIMEOUT = env.number("EMAIL_TIMEOUT", 20)
#: Seconds for which a message is one worker's; after that its sender counts as dead.
MAIL_LEASE_SECONDS = env.number("MAIL_LEASE_SECONDS", 120)
#: Most messages in a minute: all, and to one recipient domain; 0 is no limit.
MAIL_PER_MINUTE = env.number("MAIL_PER_MINUTE", 1200)
MAIL_PER_DOMAIN = env.number("MAIL_PER_DOMAIN", 120)
#: Above this size of all its attachments a message carries its personal link instead of PDFs.
MAIL_ATTACH_LIMIT = env.number("MAIL_ATTACH_LIMIT", 10_000_000)
#: Seconds after a letter about troubles in a case in which the next ones wait for company.
NOTICE_GATHER_SECONDS = env.number("NOTICE_GATHER_SECONDS", 600)
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", "IMC portal <portal@localhost>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
#: Where reports of messages that came back are read, and the address they are sent to (docs/bounces.md).
BOUNCES = env.bounces("BOUNCES_URL")
BOUNCE_ADDRESS = env.address("BOUNCE_ADDRESS")
#: A mail provider that reports over HTTP instead; only its own door is opened, and only to its signature.
ANYMAIL_WEBHOOK, ANYMAIL = env.anymail(
    env.text("ANYMAIL_WEBHOOK", ""),
    secret=env.text("ANYMAIL_WEBHOOK_SECRET", ""),
    key=env.text("ANYMAIL_WEBHOOK_KEY", ""),
)
if ANYMAIL_WEBHOOK:
    INSTALLED_APPS.append("anymail")

# --- background work (docs/architecture.md, "The bell") -----------
CELERY_BROKER_URL = env.broker("REDIS_URL")
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = False
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_SOFT_TIME_LIMIT = env.number("TASK_SOFT_SECONDS", 60)
CELERY_TASK_TIME_LIMIT = env.number("TASK_HARD_SECONDS", 90)
#: Seconds for which a paper is one printer's: above the hard limit of a task.
PRESS_LEASE_SECONDS = env.number("PRESS_LEASE_SECONDS", 120)
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_TASK_ROUTES: dict[str, dict[str, Any]] = {
    # Behind letters, agendas and the clock: hundreds of proposals shall hold nobody else up.
    "proposals.tasks.render_document": {"queue": "render", "priority": 3},
    "proposals.tasks.*": {"queue": "render"},
    "meetings.tasks.render_paper": {"queue": "render"},
    "imc_portal.core.tasks.deliver_email": {"queue": "mail"},
}
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_MAX_TASKS_PER_CHILD = 200
# A settled printer holds some 240 MB (docs/press.md); below that it would be replaced at every paper.
CELERY_WORKER_MAX_MEMORY_PER_CHILD = 400_000
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 20
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    # A little above the hard time limit: a killed worker's message is back within minutes.
    "visibility_timeout": 300,
    "unacked_restore_interval": 10,
    "unacked_restore_throttle": 1,
    "socket_timeout": 5,
    "socket_connect_timeout": 2,
    "health_check_interval": 25,
}
CELERY_TIMEZONE = "UTC"

# --- people -------------------------------------------------------------------------
AUTH_USER_MODEL = "core.User"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
ACCOUNT_ADAPTER = "imc_portal.core.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_LOGOUT_ON_GET = False
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "account_login"

# --- security ------------------------------------------------------------------------
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "base-uri": [NONE],
        "connect-src": [SELF],
        "font-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "frame-src": [SELF],
        "img-src": [SELF, "data:"],
        "manifest-src": [SELF],
        "object-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
    }
}
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE
SESSION_COOKIE_NAME = "__Host-session" if SECURE else "session"
CSRF_COOKIE_NAME = "__Host-csrf" if SECURE else "csrf"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_AGE = 12 * 3600
SECURE_SSL_REDIRECT = SECURE
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if SECURE else None
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if SECURE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE
SECURE_HSTS_PRELOAD = SECURE
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
UPLOAD_LIMIT_BYTES = 50 * 1024 * 1024

# --- languages -------------------------------------------------------------------------
USE_I18N = USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("fr", _("French"))]
#: Papers, e-mails and personal pages; each named in itself, for those who read no other.
DOCUMENT_LANGUAGES = [
    ("en", "English"),
    ("fr", "Français"),
    ("de", "Deutsch"),
    ("es", "Español"),
    ("uk", "Українська"),
    ("ar", "العربية"),
]
LOCALE_PATHS = [BASE_DIR / "locale"]

# --- files of the pages -------------------------------------------------------------------
STATIC_URL = "static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [
    BASE_DIR / "static",
    ("htmx", Path(str(importlib.resources.files("django_htmx"))) / "static" / "django_htmx"),
]
WHITENOISE_MANIFEST_STRICT = True
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
# No page asks for a map of sources, and compressing them takes a third of the time.
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = (*Compressor.SKIP_COMPRESS_EXTENSIONS, "map")

# --- what the case starts with ---------------------------------------------------------------
LEAD_TIME_WORKING_DAYS = 10
PERSONAL_LINK_DAYS = 120
PERSONAL_LINK_ROUTE = "personal:home"

# --- logs and figures for those who run it (docs/operations.md) ---------------------------------
LOG_FORMAT = env.one_of("LOG_FORMAT", logs.FORMATS, "text" if DEMO else "json")
#: Who shows it may read /metrics; without it only this machine itself may, and not through a proxy.
METRICS_TOKEN = env.text("METRICS_TOKEN", "")
_options = STORAGES["documents"]["OPTIONS"]
LOGGING = logs.configuration(
    LOG_FORMAT,
    secrets=[
        SECRET_KEY,
        METRICS_TOKEN,
        EMAIL_HOST_PASSWORD,
        DATABASES["default"]["PASSWORD"],
        env.password_in("REDIS_URL"),
        _options.get("secret_key", ""),
        BOUNCES.get("password", ""),
        *(word for word in ANYMAIL.values() if isinstance(word, str)),
    ],
)
DJANGO_STRUCTLOG_CELERY_ENABLED = True
DJANGO_STRUCTLOG_IP_LOGGING_ENABLED = False
DJANGO_STRUCTLOG_STATUS_START_LOG_LEVEL = logging.DEBUG
DJANGO_STRUCTLOG_STATUS_4XX_LOG_LEVEL = logging.INFO
DJANGO_STRUCTLOG_CELERY_DEFAULT_LOG_LEVEL = logging.DEBUG
DJANGO_STRUCTLOG_CELERY_TASK_FAILURE_LOG_LEVEL = logging.ERROR
