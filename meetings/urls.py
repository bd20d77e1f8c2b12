"""URLs of this room."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from meetings.views import delivery, planning

app_name = "meetings"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", planning.meeting_list, name="meeting_list"),
    path("plan/<uuid:case>/<str:kind>/", planning.plan, name="plan"),
    path("<uuid:pk>/", planning.meeting, name="meeting"),
    path("<uuid:pk>.ics", planning.entry, name="calendar"),
    path("<uuid:pk>/edit/", planning.edit, name="edit"),
    path("<uuid:pk>/cancel/", planning.cancel, name="cancel"),
    path("<uuid:pk>/delivery/", delivery.delivery, name="delivery"),
    path("letters/<uuid:pk>/", delivery.letter, name="letter"),
    path("letters/<uuid:pk>/waive/", delivery.waive, name="waive"),
    path("invitations/<uuid:pk>/reply/", delivery.reply, name="reply"),
]
