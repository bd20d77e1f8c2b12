"""URLs of this room."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from meetings.views import (
    all_at_once,
    answers,
    attitudes,
    delivery,
    disputes,
    expectations,
    handover,
    live,
    next_steps,
    outcomes,
    papers,
    planning,
    record,
)

app_name = "meetings"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", planning.meeting_list, name="meeting_list"),
    path("plan/<uuid:case>/<str:kind>/", planning.plan, name="plan"),
    path("<uuid:pk>/", planning.meeting, name="meeting"),
    path("<uuid:pk>.ics", planning.entry, name="calendar"),
    path("<uuid:pk>/agenda.pdf", papers.agenda, name="agenda"),
    path("papers/<uuid:pk>/print-again/", papers.print_again, name="print_again"),
    path("<uuid:pk>/edit/", planning.edit, name="edit"),
    path("<uuid:pk>/cancel/", planning.cancel, name="cancel"),
    path("<uuid:pk>/delivery/", delivery.delivery, name="delivery"),
    path("letters/<uuid:pk>/", delivery.letter, name="letter"),
    path("letters/<uuid:pk>/waive/", delivery.waive, name="waive"),
    path("invitations/<uuid:pk>/reply/", delivery.reply, name="reply"),
    # what is said
    path("cases/<uuid:case>/answers/", answers.answers, name="answers"),
    path("cases/<uuid:case>/answers/<uuid:participant>/<int:number>/", answers.answer, name="answer"),
    path("cases/<uuid:case>/answers/ask/", answers.ask, name="ask"),
    path("cases/<uuid:case>/answers/all/<int:number>/", all_at_once.type_for_all, name="type_for_all"),
    path("cases/<uuid:case>/answers/said/<uuid:pk>/", disputes.said, name="said"),
    path("cases/<uuid:case>/answers/said/<uuid:pk>/dispute/", disputes.dispute, name="dispute"),
    path("cases/<uuid:case>/attitudes/", attitudes.attitudes, name="attitudes"),
    path("cases/<uuid:case>/attitudes/<uuid:participant>/", attitudes.attitude, name="attitude"),
    # what each expects, the goal they share, who does what
    path("cases/<uuid:case>/expectations/", expectations.expectations, name="expectations"),
    path("cases/<uuid:case>/expectations/goal/", expectations.goal, name="goal"),
    path("cases/<uuid:case>/expectations/tasks/", expectations.task_add, name="task_add"),
    path(
        "cases/<uuid:case>/expectations/<uuid:participant>/topic/", expectations.topic_add, name="topic_add"
    ),
    path(
        "cases/<uuid:case>/expectations/<uuid:participant>/told/",
        expectations.telling_add,
        name="telling_add",
    ),
    path("topics/<uuid:pk>/close/", expectations.topic_close, name="topic_close"),
    path("topics/<uuid:pk>/<uuid:participant>/", expectations.expectation, name="expectation"),
    path("goals/<uuid:pk>/<uuid:participant>/", expectations.goal_voice, name="goal_voice"),
    path("tasks/<uuid:pk>/remove/", expectations.task_remove, name="task_remove"),
    # the record of a meeting
    path("<uuid:pk>/record/", record.record, name="record"),
    path("<uuid:pk>/record/attendance/", record.attendance, name="attendance"),
    path("<uuid:pk>/live/", live.live, name="live"),
    path("<uuid:pk>/live/<int:position>/", live.note, name="note"),
    path("<uuid:pk>/live/here/", live.here, name="live_here"),
    path("<uuid:pk>/hold/", record.hold, name="hold"),
    # what is decided, in formal meetings alone
    path("<uuid:pk>/outcomes/", outcomes.outcomes, name="outcomes"),
    path("<uuid:pk>/outcomes/objectives/", outcomes.objective_add, name="objective_add"),
    path("<uuid:pk>/outcomes/areas/", outcomes.area_select, name="area_select"),
    path("<uuid:pk>/outcomes/decisions/", outcomes.decide, name="decide"),
    path("<uuid:pk>/outcomes/steps/", outcomes.step_add, name="step_add"),
    path("<uuid:pk>/outcomes/steps/take-over/", next_steps.step_take_over, name="step_take_over"),
    path("<uuid:pk>/outcomes/none/", outcomes.none, name="none"),
    path("<uuid:pk>/outcomes/close/", outcomes.close_record, name="close_record"),
    path("objectives/<uuid:pk>/edit/", next_steps.objective_edit, name="objective_edit"),
    path("objectives/<uuid:pk>/remove/", outcomes.objective_remove, name="objective_remove"),
    path("selected-areas/<uuid:pk>/edit/", next_steps.area_edit, name="area_edit"),
    path("selected-areas/<uuid:pk>/remove/", outcomes.area_remove, name="area_remove"),
    path("steps/<uuid:pk>/edit/", next_steps.step_edit, name="step_edit"),
    path("steps/<uuid:pk>/remove/", next_steps.step_remove, name="step_remove"),
    path("steps/<uuid:pk>/done/", next_steps.step_done, name="step_done"),
    # the package
    path("cases/<uuid:case>/hand-over/", handover.handover, name="handover"),
    path("cases/<uuid:case>/hand-over/make/", handover.make_package, name="make_package"),
    path("packages/<uuid:pk>.zip", handover.package, name="package"),
]
