"""URLs of this room."""

from __future__ import annotations

from django.urls import path

from partners.views import (
    areas,
    cases,
    checks,
    contacts,
    discovery,
    exchange,
    funding,
    imports,
    interests,
    municipalities,
    needs,
    probes,
)

app_name = "partners"
case = "cases/<uuid:pk>/"
area = f"{case}areas/<uuid:area>/"
party = f"{case}contacts/<uuid:participant>/"
offer = "exchange/<uuid:pk>/"

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
    path("exchange/", exchange.listing_list, name="listing_list"),
    path("exchange/add/", exchange.listing_create, name="listing_create"),
    path("exchange/check/", checks.listing_check, name="listing_check"),
    path(offer, exchange.listing, name="listing"),
    path(f"{offer}edit/", exchange.listing_edit, name="listing_edit"),
    path(f"{offer}submit/", exchange.listing_submit, name="listing_submit"),
    path(f"{offer}publish/", checks.listing_publish, name="listing_publish"),
    path(f"{offer}return/", checks.listing_return, name="listing_return"),
    path(f"{offer}close/", exchange.listing_close, name="listing_close"),
    path(f"{offer}interest/", interests.interest_create, name="interest_create"),
    path("exchange/interests/<uuid:pk>/answer/", interests.interest_answer, name="interest_answer"),
    path("exchange/interests/<uuid:pk>/withdraw/", interests.interest_withdraw, name="interest_withdraw"),
    path("private-interest/", probes.probe_list, name="probe_list"),
    path("private-interest/ask/", probes.probe_ask, name="probe_ask"),
    path("private-interest/<uuid:pk>/withdraw/", probes.probe_withdraw, name="probe_withdraw"),
    path("private-interest/questions/<uuid:pk>/", probes.probe_question, name="probe_question"),
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
