"""The site map: who lives where."""

from __future__ import annotations

from django.conf import settings
from django.contrib import admin
from django.urls import include, path

from imc_portal import home, metrics, operations
from imc_portal.core import views as core
from meetings.views import feeds, schemas

if settings.ANYMAIL_WEBHOOK:
    # It loads every provider that anymail knows; who has none need not wait for that.
    from imc_portal.core.bounces import webhook

handler500 = core.broken

urlpatterns = [
    path("", home.home, name="home"),
    path("healthz", core.healthz, name="healthz"),
    path("readyz", core.readyz, name="readyz"),
    path("operations/", operations.operations, name="operations"),
    path("operations/incidents/<int:pk>/settle/", operations.settle, name="operations_settle"),
    path("metrics", metrics.metrics, name="metrics"),
    path("profile/", core.profile, name="profile"),
    path("style/", core.style, name="style"),
    path("language/", core.choose_language, name="set_language"),
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
    path("", include("partners.urls")),
    path("proposals/", include("proposals.urls")),
    path("meetings/", include("meetings.urls")),
    path("calendar/<str:token>.ics", feeds.feed, name="calendar_feed"),
    path("p/<str:token>/", include("meetings.personal_urls")),
    path("schemas/hand-over-2.json", schemas.hand_over, name="hand_over_schema"),
]
if settings.DEMO:
    urlpatterns.append(path("demo/mailbox/", include("imc_portal.demo.urls")))
if settings.ANYMAIL_WEBHOOK:
    urlpatterns.append(path("anymail/", include((webhook.door(), "anymail"))))
