"""URLs of this room; verbs answer POST alone."""

from __future__ import annotations

from django.urls import path

from proposals.views import annexes, approval, desk, figures, papers, presence, preview, statements

app_name = "proposals"
told = "<uuid:pk>/figures/<str:function>/<uuid:participant>/"
urlpatterns = [
    path("cases/<uuid:case>/start/", desk.create, name="create"),
    path("annexes/<uuid:pk>/", annexes.annex, name="annex"),
    path("annexes/<uuid:pk>/preview.pdf", preview.preview, name="preview"),
    path("annexes/<uuid:pk>/statements/", statements.statement_add, name="statement_add"),
    path("annexes/<uuid:pk>/statements/confirm/", statements.statements_confirm, name="statements_confirm"),
    path("annexes/<uuid:pk>/suggestions/", statements.suggestion_use, name="suggestion_use"),
    path("annexes/<uuid:pk>/suggestions/renew/", statements.suggestions_renew, name="suggestions_renew"),
    path("statements/<int:pk>/", statements.statement_change, name="statement_change"),
    path("statements/<int:pk>/move/", statements.statement_move, name="statement_move"),
    path("statements/<int:pk>/confirm/", statements.statement_confirm, name="statement_confirm"),
    path("statements/<int:pk>/remove/", statements.statement_remove, name="statement_remove"),
    path("documents/<uuid:pk>.pdf", papers.document, name="document"),
    path("documents/<uuid:pk>/render-again/", papers.render_again, name="render_again"),
    path("<uuid:pk>/", desk.desk, name="desk"),
    path("<uuid:pk>/common/", desk.common, name="common"),
    path("<uuid:pk>/presence/", presence.here, name="presence"),
    path("<uuid:pk>/recipients/", desk.in_step, name="in_step"),
    path("<uuid:pk>/figures/", figures.figures, name="figures"),
    path(f"{told}save/", figures.input_save, name="input_save"),
    path(f"{told}clear/", figures.input_clear, name="input_clear"),
    path("<uuid:pk>/figures/<str:function>/terms/", figures.terms_save, name="terms_save"),
    path("<uuid:pk>/submit/", approval.submit, name="submit"),
    path("<uuid:pk>/approval/", approval.approval, name="approval"),
    path("<uuid:pk>/return/", approval.give_back, name="return"),
    path("<uuid:pk>/approve/", approval.approve, name="approve"),
    path("<uuid:pk>/new-version/", desk.new_version, name="new_version"),
    path("<uuid:pk>/versions/", desk.versions, name="versions"),
]
