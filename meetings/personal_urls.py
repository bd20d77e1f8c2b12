"""Personal links: what somebody without an account can do. The prefix is /p/<token>/."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from meetings.views import personal, personal_attitude, questions

app_name = "personal"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", personal.home, name="home"),
    path("open/", personal.open_paper, name="open"),
    path("proposal.pdf", personal.document, name="document"),
    path("reply/", personal.reply, name="reply"),
    path("waive/", personal.waive, name="waive"),
    path("meeting.ics", personal.entry, name="calendar"),
    path("questions/<int:number>/", questions.question, name="question"),
    path("attitude/", personal_attitude.attitude, name="attitude"),
]
