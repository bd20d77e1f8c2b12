"""The rows of the discovery page."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from imc_portal.core.templatetags.portal import badge, colon

register = template.Library()

ROW = """<li data-code="{code}"{chosen}>
<div class="candidate-head"><div class="check"><input type="checkbox" form="choose" name="with" \
value="{key}" id="tick-{key}"{may_choose}><label for="tick-{key}"><span class="rank">{rank}.</span> \
<strong>{name}</strong>{state}</label></div><span class="candidate-figures">{where}</span></div>
{bar}<p class="candidate-figures mb-1">{figures}</p><p class="mb-1">{sentence}.</p>
{reason}<details class="more"><summary>{why_word}<span class="visually-hidden">: {name}</span></summary>\
<div hx-get="{address}" hx-trigger="toggle from:closest details once"><a href="{address}">{page_word}\
<span class="visually-hidden">: {name}</span></a></div></details></li>"""
REASON = '<p class="mb-1"><strong>{}{}</strong>{}</p>\n'
CHOSEN, MAY_CHOOSE = SafeString(' class="is-chosen"'), SafeString(" data-choose")


@register.simple_tag
def candidate_rows(rows: Iterable[Any], base: str, query: str) -> SafeString:
    """All rows, each leading to base/key/query.

    They are written at once: a page shows dozens, and through the steps of a template a row takes five
    times as long.
    """
    why, page = SafeString(_("Why this place")), SafeString(_("All factors on a page of their own"))
    return format_html_join("\n", ROW, (_row(row, base, query, why, page) for row in rows))


def _row(row: Any, base: str, query: str, why: str, page: str) -> dict[str, Any]:
    ranked, is_chosen = row.ranked, row.state == "chosen"
    key = SafeString(ranked.key)
    return {
        "code": ranked.code,
        "chosen": CHOSEN if is_chosen else SafeString(),
        "key": key,
        "may_choose": SafeString() if is_chosen else MAY_CHOOSE,
        "rank": SafeString(ranked.rank),
        "name": ranked.name,
        "state": format_html(" {}", badge(row.state_name, row.tone)) if row.participant else SafeString(),
        "where": row.where,
        "bar": row.bar,
        "figures": row.figures,
        "sentence": row.sentence,
        "reason": _reason(row) if row.state == "aside" else SafeString(),
        "why_word": why,
        "address": f"{base}{key}/{query}",
        "page_word": page,
    }


def _reason(row: Any) -> SafeString:
    return format_html(REASON, _("Set aside because"), colon(), row.participant.reason)
