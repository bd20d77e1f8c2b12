"""Who may open which door: every named URL of the portal, as a fixed cast of ten finds it.

A row gives, for each of the cast in the order of CAST, one letter:
  y  the door opens (200, or a redirect after the act)
  n  not found: the thing is not visible to them (404)
  f  forbidden: visible, but not theirs to do (403)
  s  asked to sign in
Commands are posted with empty data: an act that then refuses (message, 4xx but 403 and 404) has opened its
door. A form answers both GET and POST, with the same letters.
"""

from __future__ import annotations

from tests.doors.keys import (
    Arguments,
    agenda_by_link,
    area_of,
    at,
    by_link,
    by_receiver,
    calendar_token,
    candidate_of,
    cell,
    commune,
    contact,
    evidence_of_waste,
    figures_of,
    goal_of,
    in_case,
    no_arguments,
    note_of,
    of_case,
    own_minutes,
    own_step,
    partner_of,
    planned,
    poll_by_link,
    prepared,
    prepared_by_b,
    prepared_by_link,
    printed_minutes,
    question,
    question_of,
    ranking_of,
    said_by,
    said_by_link,
    said_of,
    slot_of,
    terms_of,
    topic_by_link,
    topic_of,
    word_of_b,
)

EVERYBODY = "yyyyyyyyyy"
SIGNED_IN = "yyyyyyyyss"
#: Inside the initiating municipality: all may read, lead and focal point may write.
INSIDE = "yyynnnnnss"
WRITES = "yyfnnnnnss"
LEADS = "yffnnnnnss"
#: Visible to participant, observer and facilitator as well, but not theirs to do.
CASE_READ = "yyyynynyss"
CASE_INSIDE = "yyyfnfnfss"
CASE_WRITE = "yyffnfnfss"
CASE_LEAD = "yfffnfnfss"
#: Each party for itself, and the host for all; readers, observers and facilitators only look.
PARTY_WRITES = "yyfynfnfss"
BY_LINK = "yyyyyyyyyy"

LEADS_MERGE = "yfffnnnnss"

#: name: (method, arguments, letters of lead focal reader partner stranger observer curator facilitator
#: nobody link)
TABLE: dict[str, tuple[str, Arguments, str]] = {
    "home": ("GET", no_arguments, SIGNED_IN),
    "healthz": ("GET", no_arguments, EVERYBODY),
    "readyz": ("GET", no_arguments, EVERYBODY),
    "profile": ("FORM", no_arguments, SIGNED_IN),
    "style": ("GET", no_arguments, "ffffffyfss"),
    "set_language": ("POST", no_arguments, EVERYBODY),
    "hand_over_schema": ("GET", no_arguments, EVERYBODY),
    # reference data
    "partners:municipality_list": ("GET", no_arguments, SIGNED_IN),
    "partners:municipality": ("GET", commune, SIGNED_IN),
    # the register is open data: reference data of public registers alone
    "partners:register": ("GET", no_arguments, EVERYBODY),
    "partners:cooperation": ("GET", at("cooperation"), EVERYBODY),
    "partners:register_csv": ("GET", no_arguments, EVERYBODY),
    "partners:register_geojson": ("GET", no_arguments, EVERYBODY),
    "partners:import_data": ("FORM", no_arguments, "ffffffyfss"),
    "partners:contact_add": ("FORM", commune, "yyfyyfyfss"),
    "partners:contact_edit": ("FORM", contact, "fffyffyfss"),
    # funding calls: drafts are the curator's
    "partners:funding_list": ("GET", no_arguments, SIGNED_IN),
    "partners:funding_call": ("GET", at("call"), SIGNED_IN),
    "partners:funding_create": ("FORM", no_arguments, "ffffffyfss"),
    "partners:funding_edit": ("FORM", at("call"), "ffffffyfss"),
    "partners:case_funding": ("GET", in_case, CASE_INSIDE),
    # evidence: all signed in read it with its history, the curator keeps it
    "partners:evidence_list": ("GET", no_arguments, SIGNED_IN),
    "partners:evidence": ("GET", evidence_of_waste, SIGNED_IN),
    "partners:evidence_add": ("FORM", no_arguments, "ffffffyfss"),
    "partners:evidence_edit": ("FORM", evidence_of_waste, "ffffffyfss"),
    # offers, requests, interest
    "partners:listing_list": ("GET", no_arguments, SIGNED_IN),
    "partners:listing_create": ("FORM", no_arguments, "yyfyyfffss"),
    "partners:listing_check": ("GET", no_arguments, "ffffffyfss"),
    "partners:listing": ("GET", at("listing"), SIGNED_IN),
    "partners:listing_edit": ("FORM", at("listing"), "yyffffffss"),
    "partners:listing_submit": ("POST", at("unchecked"), WRITES),
    "partners:listing_publish": ("POST", at("listing"), "ffffffyfss"),
    "partners:listing_return": ("POST", at("listing"), "ffffffyfss"),
    "partners:listing_close": ("POST", at("listing"), "yyffffffss"),
    "partners:interest_create": ("FORM", at("listing"), "fffyyfffss"),
    "partners:interest_answer": ("POST", at("interest"), "yyffnnnnss"),
    "partners:interest_withdraw": ("POST", at("interest"), "fffynnnnss"),
    # private interest: what A said is A's alone, the question to B is B's alone
    "partners:probe_list": ("GET", no_arguments, SIGNED_IN),
    "partners:probe_ask": ("FORM", no_arguments, "yyfyyfffss"),
    "partners:probe_withdraw": ("POST", at("probe"), WRITES),
    "partners:probe_question": ("FORM", at("question"), "nnnynnnnss"),
    # needs
    "partners:need_list": ("GET", no_arguments, SIGNED_IN),
    "partners:need_create": ("FORM", no_arguments, "yyfyyfffss"),
    "partners:need": ("GET", at("need"), INSIDE),
    "partners:need_edit": ("FORM", at("need"), WRITES),
    "partners:case_open": ("FORM", at("need"), WRITES),
    # cases
    "partners:case_list": ("GET", no_arguments, SIGNED_IN),
    "partners:case": ("GET", in_case, CASE_READ),
    "partners:history": ("GET", in_case, CASE_INSIDE),
    "partners:case_park": ("POST", in_case, CASE_LEAD),
    "partners:case_reopen": ("POST", in_case, CASE_LEAD),
    "partners:case_close": ("FORM", in_case, CASE_LEAD),
    "partners:case_revisit": ("FORM", in_case, CASE_LEAD),
    "partners:case_split": ("FORM", in_case, CASE_LEAD),
    "partners:merge_offer": ("FORM", in_case, CASE_LEAD),
    # an offer is for the two initiators alone; the lead of the other one answers
    "partners:merge": ("GET", at("merge"), "yyyynnnnss"),
    "partners:merge_accept": ("POST", at("merge"), LEADS_MERGE),
    "partners:merge_decline": ("POST", at("merge"), LEADS_MERGE),
    "partners:body_attach": ("POST", in_case, CASE_LEAD),
    "partners:areas": ("GET", in_case, CASE_READ),
    "partners:area_add": ("FORM", in_case, CASE_WRITE),
    "partners:area_edit": ("FORM", area_of, CASE_WRITE),
    "partners:area_agree": ("POST", area_of, CASE_WRITE),
    "partners:area_set_aside": ("POST", area_of, CASE_WRITE),
    "partners:stance_record": ("FORM", area_of, "yyffnynfss"),
    "partners:discover": ("GET", in_case, CASE_INSIDE),
    "partners:select": ("POST", in_case, CASE_WRITE),
    "partners:set_aside": ("POST", in_case, "nnffnfnfss"),  # it names no municipality
    "partners:set_rest_aside": ("POST", in_case, CASE_WRITE),
    "partners:begin_contacting": ("POST", in_case, CASE_WRITE),
    "partners:groups": ("GET", in_case, CASE_INSIDE),
    "partners:candidate": ("GET", candidate_of, CASE_INSIDE),
    "partners:suggested": ("GET", in_case, CASE_INSIDE),
    "partners:compare": ("GET", in_case, CASE_INSIDE),
    "partners:weights": ("GET", in_case, CASE_INSIDE),  # who may set them: test_discovery_weights
    "partners:weights_reset": ("POST", in_case, CASE_WRITE),
    "partners:ranking": ("GET", ranking_of, CASE_INSIDE),
    "partners:contacts": ("GET", in_case, CASE_INSIDE),
    "partners:contact_log": ("FORM", partner_of, CASE_WRITE),
    "partners:recipient": ("POST", partner_of, CASE_WRITE),
    "partners:participant_return": ("FORM", partner_of, CASE_WRITE),
    "partners:participant_leave": ("FORM", partner_of, CASE_WRITE),
    # proposals: the desk is invisible outside; a recipient sees its own document alone
    "proposals:create": ("POST", of_case, CASE_WRITE),
    "proposals:desk": ("GET", at("proposal"), INSIDE),
    "proposals:common": ("POST", at("proposal"), WRITES),
    "proposals:presence": ("POST", at("proposal"), WRITES),
    "proposals:in_step": ("POST", at("proposal"), WRITES),
    "proposals:versions": ("GET", at("proposal"), INSIDE),
    "proposals:new_version": ("POST", at("proposal"), WRITES),
    "proposals:submit": ("POST", at("proposal"), WRITES),
    "proposals:approval": ("GET", at("proposal"), INSIDE),
    "proposals:return": ("POST", at("proposal"), WRITES),
    "proposals:approve": ("POST", at("proposal"), LEADS),
    "proposals:annex": ("GET", at("annex_partner_2"), INSIDE),
    "proposals:preview": ("GET", at("annex_partner_2"), INSIDE),
    "proposals:statement_add": ("POST", at("annex_partner_2"), WRITES),
    "proposals:statement_change": ("POST", at("statement_partner_2"), WRITES),
    "proposals:statement_move": ("POST", at("statement_partner_2"), WRITES),
    "proposals:statement_confirm": ("POST", at("statement_partner_2"), WRITES),
    "proposals:statement_remove": ("POST", at("statement_partner_2"), WRITES),
    "proposals:statements_confirm": ("POST", at("annex_partner_2"), WRITES),
    "proposals:suggestions_renew": ("POST", at("annex_partner_2"), WRITES),
    "proposals:suggestion_use": ("POST", at("annex_partner_2"), WRITES),
    "proposals:document": ("GET", at("document_partner"), "yyyynnnnss"),
    "proposals:render_again": ("POST", at("document_partner"), "yyffnnnnss"),
    "proposals:figures": ("GET", at("proposal"), INSIDE),
    "proposals:input_save": ("POST", figures_of, WRITES),
    "proposals:input_clear": ("POST", figures_of, WRITES),
    "proposals:terms_save": ("POST", terms_of, WRITES),
    # meetings
    "meetings:meeting_list": ("GET", no_arguments, SIGNED_IN),
    "meetings:meeting": ("GET", at("informal"), CASE_READ),
    "meetings:calendar": ("GET", at("informal"), CASE_READ),
    "meetings:plan": ("FORM", planned, CASE_WRITE),
    "meetings:edit": ("FORM", at("informal"), CASE_WRITE),
    "meetings:cancel": ("FORM", at("informal"), CASE_WRITE),
    "meetings:delivery": ("GET", at("informal"), CASE_INSIDE),
    "meetings:letter": ("GET", at("dispatch_partner"), CASE_INSIDE),
    "meetings:waive": ("FORM", at("dispatch_partner"), CASE_WRITE),
    "meetings:reply": ("FORM", at("invitation_informal_Bracon"), "fffynfnfss"),
    "meetings:record": ("GET", at("informal"), CASE_WRITE),
    "meetings:attendance": ("POST", at("informal"), CASE_WRITE),
    "meetings:live": ("GET", at("informal"), CASE_WRITE),
    "meetings:note": ("POST", note_of, CASE_WRITE),
    "meetings:live_here": ("POST", at("informal"), CASE_WRITE),
    "meetings:hold": ("POST", at("informal"), CASE_WRITE),
    # before a meeting: its paper, a date, who comes, the rules, one's own calendar
    "meetings:agenda": ("GET", at("informal"), CASE_READ),
    "meetings:print_again": ("POST", at("agenda"), CASE_WRITE),
    "meetings:dates_ask": ("FORM", planned, CASE_WRITE),
    "meetings:dates": ("GET", at("poll"), CASE_READ),
    "meetings:dates_answer": ("FORM", at("poll"), "yyfynynyss"),
    "meetings:dates_fix": ("FORM", slot_of, CASE_WRITE),
    "meetings:dates_withdraw": ("POST", at("poll"), CASE_WRITE),
    "meetings:guest": ("FORM", at("guest"), "ffffnynfss"),
    "meetings:rules": ("FORM", of_case, CASE_WRITE),
    "meetings:calendar_renew": ("POST", no_arguments, SIGNED_IN),
    "calendar_feed": ("GET", calendar_token, EVERYBODY),  # whoever has the address
    # what is said
    "meetings:answers": ("GET", of_case, "yyyynfnyss"),
    "meetings:answer": ("FORM", cell, "yyfynfnfss"),
    # the answer of A is sealed for B and for the facilitator
    "meetings:said": ("GET", said_of("answer_a"), "yyynnfnnss"),
    "meetings:dispute": ("POST", said_of("answer_a"), "yyfnnfnnss"),
    "meetings:type_for_all": ("FORM", question_of, CASE_WRITE),
    "meetings:ask": ("POST", of_case, CASE_WRITE),
    "meetings:attitudes": ("GET", of_case, "yyyynfnyss"),
    "meetings:attitude": ("FORM", said_by, CASE_WRITE),
    # what each expects: the parties and the facilitator read it, each party writes its own
    "meetings:expectations": ("GET", of_case, "yyyynfnyss"),
    "meetings:expectation": ("FORM", topic_of, PARTY_WRITES),
    "meetings:topic_add": ("FORM", said_by, PARTY_WRITES),
    "meetings:topic_close": ("POST", at("topic"), PARTY_WRITES),
    "meetings:goal": ("FORM", of_case, PARTY_WRITES),
    "meetings:goal_voice": ("FORM", goal_of, PARTY_WRITES),
    "meetings:task_add": ("FORM", of_case, PARTY_WRITES),
    "meetings:task_remove": ("POST", at("task"), PARTY_WRITES),
    "meetings:telling_add": ("FORM", said_by, PARTY_WRITES),
    # what is decided
    "meetings:outcomes": ("GET", at("formal"), CASE_READ),
    "meetings:objective_add": ("POST", at("formal"), CASE_WRITE),
    "meetings:objective_edit": ("FORM", at("objective"), CASE_WRITE),
    "meetings:objective_remove": ("POST", at("objective"), CASE_WRITE),
    "meetings:area_select": ("POST", at("formal"), CASE_WRITE),
    "meetings:area_edit": ("FORM", at("selected"), CASE_WRITE),
    "meetings:area_remove": ("POST", at("selected"), CASE_WRITE),
    "meetings:decide": ("POST", at("formal"), CASE_WRITE),
    "meetings:step_add": ("POST", at("formal"), CASE_WRITE),
    "meetings:step_edit": ("FORM", at("step"), CASE_WRITE),
    "meetings:step_take_over": ("POST", at("formal"), CASE_WRITE),
    "meetings:step_remove": ("POST", at("step"), CASE_WRITE),
    "meetings:step_done": ("POST", at("step"), CASE_WRITE),
    "meetings:none": ("POST", at("formal"), CASE_WRITE),
    "meetings:close_record": ("POST", at("formal"), CASE_WRITE),
    # minutes: drafts inside and for the facilitator, sent ones for the parties, no observer who was not there
    "meetings:minutes": ("GET", at("formal"), "yyyynfnyss"),
    "meetings:minutes_begin": ("POST", at("formal"), CASE_WRITE),
    "meetings:minutes_version": ("GET", at("minutes_draft"), "yyynnnnyss"),
    "meetings:minutes_edit": ("FORM", at("minutes_draft"), "yyfnnnnfss"),
    "meetings:minutes_send": ("FORM", at("minutes_draft"), "yyfnnnnfss"),
    "meetings:minutes_renew": ("POST", at("minutes"), "yyffnnnfss"),
    "meetings:minutes_close": ("POST", at("minutes"), "yfffnnnfss"),
    "meetings:minutes_pdf": ("GET", printed_minutes, "yyyynnnyss"),
    "meetings:minutes_voice": ("FORM", word_of_b, "yyfynnnfss"),
    "meetings:objection_answer": ("FORM", at("objection"), "yyffnnnfss"),
    "meetings:ratification": ("FORM", at("council"), "yyfynfnfss"),
    # next steps that live on
    "meetings:steps": ("GET", no_arguments, SIGNED_IN),
    "meetings:step": ("GET", at("step_of_b"), CASE_READ),  # who finishes one: test_steps_pages
    "meetings:step_reopen": ("POST", at("step_of_b"), CASE_WRITE),
    # the package
    "meetings:handover": ("GET", of_case, "yyyfnfnyss"),
    "meetings:make_package": ("POST", of_case, CASE_WRITE),
    "meetings:package": ("GET", at("package"), "yyynnnnyss"),
    "meetings:receivers": ("GET", at("full_package"), "yyynnnnyss"),
    "meetings:receiver_add": ("POST", at("full_package"), "yyfnnnnfss"),
    "meetings:receiver_remind": ("POST", at("receiver"), "yyfnnnnfss"),
    "meetings:receiver_revoke": ("POST", at("receiver"), "yyfnnnnfss"),
    # for the next step: the host all, a party its own
    "meetings:preparation": ("GET", of_case, "yyyynfnyss"),
    "meetings:preparation_study": ("FORM", prepared, CASE_WRITE),
    "meetings:preparation_party": ("FORM", prepared_by_b, "yyfynfnfss"),
    "meetings:stakeholder_add": ("POST", of_case, CASE_WRITE),
    "meetings:stakeholder_drop": ("POST", at("stakeholder"), CASE_WRITE),
    # by the link of a receiver
    "personal:package": ("GET", by_receiver, BY_LINK),
    "personal:package_file": ("GET", by_receiver, BY_LINK),
    "personal:package_fetch": ("POST", by_receiver, BY_LINK),
    "personal:package_confirm": ("POST", by_receiver, BY_LINK),
    # by personal link: whoever holds it
    "personal:preparation": ("FORM", prepared_by_link, BY_LINK),
    "personal:home": ("GET", by_link, BY_LINK),
    "personal:document": ("GET", by_link, BY_LINK),
    "personal:open": ("POST", by_link, BY_LINK),
    "personal:reply": ("FORM", by_link, BY_LINK),
    "personal:waive": ("POST", by_link, "nnnnnnnnnn"),  # it names no paper of theirs
    "personal:calendar": ("GET", by_link, BY_LINK),
    "personal:calendar_renew": ("POST", by_link, BY_LINK),
    "personal:dates": ("FORM", poll_by_link, BY_LINK),
    "personal:agenda": ("GET", agenda_by_link, BY_LINK),
    "personal:question": ("FORM", question, BY_LINK),
    "personal:said": ("GET", said_by_link, BY_LINK),
    "personal:dispute": ("POST", said_by_link, BY_LINK),
    "personal:attitude": ("FORM", by_link, BY_LINK),
    "personal:minutes": ("FORM", by_link, BY_LINK),
    "personal:minutes_pdf": ("GET", own_minutes, BY_LINK),
    "personal:council": ("FORM", by_link, BY_LINK),
    "personal:steps": ("GET", by_link, BY_LINK),
    "personal:step": ("FORM", own_step, BY_LINK),
    "personal:expectations": ("GET", by_link, BY_LINK),
    "personal:expectation": ("FORM", topic_by_link, BY_LINK),
    "personal:topic_add": ("FORM", by_link, BY_LINK),
    "personal:goal": ("FORM", by_link, BY_LINK),
    "personal:goal_voice": ("FORM", by_link, BY_LINK),
    "personal:telling_add": ("FORM", by_link, BY_LINK),
}
