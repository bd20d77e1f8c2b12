"""Personal links: what somebody without an account can do. The prefix is /p/<token>/."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver

app_name = "personal"
urlpatterns: list[URLPattern | URLResolver] = []
