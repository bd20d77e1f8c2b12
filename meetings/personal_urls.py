"""Personal links: what somebody without an account can do. The prefix is /p/<token>/."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from meetings.views import papers, personal, personal_attitude, personal_expectations, questions

app_name = "personal"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", personal.home, name="home"),
    path("open/", personal.open_paper, name="open"),
    path("proposal.pdf", personal.document, name="document"),
    path("reply/", personal.reply, name="reply"),
    path("waive/", personal.waive, name="waive"),
    path("meeting.ics", personal.entry, name="calendar"),
    path("agenda/<uuid:meeting>.pdf", papers.own_agenda, name="agenda"),
    path("questions/<int:number>/", questions.question, name="question"),
    path("expectations/", personal_expectations.expectations, name="expectations"),
    path("expectations/topic/", personal_expectations.topic_add, name="topic_add"),
    path("expectations/goal/", personal_expectations.goal, name="goal"),
    path("expectations/goal/word/", personal_expectations.goal_voice, name="goal_voice"),
    path("expectations/told/", personal_expectations.telling_add, name="telling_add"),
    path("expectations/<uuid:topic>/", personal_expectations.expectation, name="expectation"),
    path("attitude/", personal_attitude.attitude, name="attitude"),
]
