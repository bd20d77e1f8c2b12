"""URLs of this room."""

from __future__ import annotations

from django.urls import path

from partners.views import areas, cases, contacts, discovery, funding, imports, municipalities, needs

app_name = "partners"
case = "cases/<uuid:pk>/"
area = f"{case}areas/<uuid:area>/"
party = f"{case}contacts/<uuid:participant>/"

urlpatterns = [
    path("partners/", municipalities.municipality_list, name="municipality_list"),
    path("partners/import/", imports.import_data, name="import_data"),
    path("partners/contacts/<uuid:pk>/", municipalities.contact_edit, name="contact_edit"),
    path("partners/<slug:country>/<str:code>/", municipalities.municipality, name="municipality"),
    path("partners/<slug:country>/<str:code>/contacts/add/", municipalities.contact_add, name="contact_add"),
    path("register/", municipalities.register, name="register"),
    path("funding/", funding.funding_list, name="funding_list"),
    path("funding/add/", funding.funding_create, name="funding_create"),
    path("funding/<uuid:pk>/", funding.funding_call, name="funding_call"),
    path("funding/<uuid:pk>/edit/", funding.funding_edit, name="funding_edit"),
    path("needs/", needs.need_list, name="need_list"),
    path("needs/add/", needs.need_create, name="need_create"),
    path("needs/<uuid:pk>/", needs.need, name="need"),
    path("needs/<uuid:pk>/edit/", needs.need_edit, name="need_edit"),
    path("needs/<uuid:pk>/open-case/", needs.case_open, name="case_open"),
    path("cases/", cases.case_list, name="case_list"),
    path(case, cases.case, name="case"),
    path(f"{case}history/", cases.history, name="history"),
    path(f"{case}park/", cases.case_park, name="case_park"),
    path(f"{case}reopen/", cases.case_reopen, name="case_reopen"),
    path(f"{case}bodies/", cases.body_attach, name="body_attach"),
    path(f"{case}areas/", areas.areas, name="areas"),
    path(f"{case}areas/add/", areas.area_add, name="area_add"),
    path(area, areas.area_edit, name="area_edit"),
    path(f"{area}agree/", areas.area_agree, name="area_agree"),
    path(f"{area}set-aside/", areas.area_set_aside, name="area_set_aside"),
    path(f"{area}stances/", areas.stance_record, name="stance_record"),
    path(f"{case}partners/", discovery.discover, name="discover"),
    path(f"{case}partners/select/", discovery.select, name="select"),
    path(f"{case}partners/set-aside/", discovery.set_aside, name="set_aside"),
    path(f"{case}partners/set-rest-aside/", discovery.set_rest_aside, name="set_rest_aside"),
    path(f"{case}partners/begin/", discovery.begin_contacting, name="begin_contacting"),
    path(f"{case}contacts/", contacts.contacts, name="contacts"),
    path(f"{party}log/", contacts.contact_log, name="contact_log"),
    path(f"{party}recipient/", contacts.recipient, name="recipient"),
    path(f"{party}leave/", contacts.participant_leave, name="participant_leave"),
    path(f"{case}funding/", funding.case_funding, name="case_funding"),
]
