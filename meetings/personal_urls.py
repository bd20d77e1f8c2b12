"""Personal links: what somebody without an account can do. The prefix is /p/<token>/."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from meetings.views import (
    disputes,
    feeds,
    papers,
    personal,
    personal_attitude,
    personal_dates,
    personal_expectations,
    personal_minutes,
    personal_receiver,
    personal_steps,
    preparation,
    questions,
)

app_name = "personal"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", personal.home, name="home"),
    path("open/", personal.open_paper, name="open"),
    path("proposal.pdf", personal.document, name="document"),
    path("reply/", personal.reply, name="reply"),
    path("late/", personal.late, name="late"),
    path("waive/", personal.waive, name="waive"),
    path("meeting.ics", personal.entry, name="calendar"),
    path("calendar/renew/", feeds.renew_by_link, name="calendar_renew"),
    path("dates/<uuid:poll>/", personal_dates.poll, name="dates"),
    path("agenda/<uuid:meeting>.pdf", papers.own_agenda, name="agenda"),
    path("questions/<int:number>/", questions.question, name="question"),
    path("answers/<uuid:pk>/", disputes.said_by_link, name="said"),
    path("answers/<uuid:pk>/dispute/", disputes.dispute_by_link, name="dispute"),
    path("expectations/", personal_expectations.expectations, name="expectations"),
    path("expectations/topic/", personal_expectations.topic_add, name="topic_add"),
    path("expectations/goal/", personal_expectations.goal, name="goal"),
    path("expectations/goal/word/", personal_expectations.goal_voice, name="goal_voice"),
    path("expectations/told/", personal_expectations.telling_add, name="telling_add"),
    path("expectations/<uuid:topic>/", personal_expectations.expectation, name="expectation"),
    path("attitude/", personal_attitude.attitude, name="attitude"),
    path("minutes/", personal_minutes.minutes, name="minutes"),
    path("minutes/<uuid:minutes>.pdf", personal_minutes.document, name="minutes_pdf"),
    path("council/", personal_minutes.council, name="council"),
    path("steps/", personal_steps.steps, name="steps"),
    path("steps/<uuid:step>/", personal_steps.step, name="step"),
    path("next-step/<uuid:area>/", preparation.own_party, name="preparation"),
    # of a receiver of the package, by a link of its own purpose
    path("package/", personal_receiver.package, name="package"),
    path("package/fetch/", personal_receiver.fetch, name="package_fetch"),
    path("package/confirm/", personal_receiver.confirm, name="package_confirm"),
    path("package.zip", personal_receiver.package_file, name="package_file"),
]
