"""Addresses of the demo mailbox (below demo/mailbox/)."""

from __future__ import annotations

from django.urls import path

from imc_portal.demo import views

urlpatterns = [
    path("", views.inbox, name="demo_inbox"),
    path("<str:name>/", views.letter, name="demo_letter"),
    path("<str:name>/html/", views.letter_html, name="demo_letter_html"),
    path("<str:name>/attachments/<int:number>/", views.attachment, name="demo_attachment"),
]
