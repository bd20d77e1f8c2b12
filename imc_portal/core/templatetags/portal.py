"""Tags of the shared components: the look is decided here once, pages only fill it in."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import template
from django.core.paginator import Page
from django.forms import BoundField
from django.forms.utils import flatatt
from django.template.context import Context
from django.template.loader import render_to_string
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from imc_portal.core import dates

register = template.Library()

TONES = frozenset({"waiting", "trouble", "done", "note", "plain"})
THEMES = frozenset({"light", "dark"})


@dataclass(frozen=True)
class Place:
    """One of the (at most five) places of the main navigation."""

    key: str
    url_name: str
    label: Any


PLACES = (
    Place("home", "home", _("Home")),
    Place("cases", "partners:case_list", _("Cases")),
    Place("partners", "partners:municipality_list", _("Partners")),
    Place("meetings", "meetings:meeting_list", _("Meetings")),
    Place("register", "partners:register", _("Register")),
)


# --- the frame ------------------------------------------------------------------


@register.inclusion_tag("components/places.html", takes_context=True)
def places(context: Context) -> dict[str, Any]:
    """The main navigation: only places whose URL exists, the current one marked."""
    found = [(place, url) for place in PLACES if (url := _address(place.url_name))]
    path = getattr(context.get("request"), "path", "")
    current = context.get("place") or _nearest(found, path)
    return {
        "places": [
            {"key": place.key, "label": place.label, "url": url, "current": place.key == current}
            for place, url in found
        ]
    }


def _address(url_name: str) -> str:
    try:
        return reverse(url_name)
    except NoReverseMatch:
        return ""


def _nearest(found: Sequence[tuple[Place, str]], path: str) -> str:
    """Key of the place whose address is the longest beginning of the path; home only exactly."""
    matches = [
        (len(url), place.key)
        for place, url in found
        if path == url or (place.key != "home" and path.startswith(url))
    ]
    return max(matches)[1] if matches else ""


@register.simple_tag(takes_context=True)
def theme(context: Context) -> str:
    """The reader's choice of light or dark from the cookie, or nothing: follow the system."""
    cookies = getattr(context.get("request"), "COOKIES", {})
    chosen: str = cookies.get("theme", "")
    return chosen if chosen in THEMES else ""


@register.inclusion_tag("components/page_header.html", takes_context=True)
def page_header(
    context: Context,
    title: str,
    *,
    lead: str = "",
    eyebrow: str = "",
    state: str = "",
    tone: str = "plain",
    action_label: str = "",
    action_url: str = "",
    action_method: str = "get",
    action_hint: str = "",
) -> dict[str, Any]:
    """Where am I, in which state, and the one primary action (a form when it changes something)."""
    return {
        "title": title,
        "lead": lead,
        "eyebrow": eyebrow,
        "state": state,
        "tone": _tone(tone),
        "action_label": action_label,
        "action_url": action_url,
        "action_method": action_method,
        "action_hint": action_hint,
        "csrf_token": context.get("csrf_token"),
    }


@register.inclusion_tag("components/breadcrumbs.html")
def breadcrumbs(*steps: str) -> dict[str, Any]:
    """Pairs of label and URL; a last label without URL is the page itself."""
    labels, urls = steps[::2], [*steps[1::2], ""]
    return {"steps": [{"label": label, "url": url} for label, url in zip(labels, urls, strict=False)]}


@register.inclusion_tag("components/chain.html")
def chain(steps: Iterable[Any], label: str = "") -> dict[str, Any]:
    """Progress line of a case; each step has label, state (done, current, todo) and maybe url."""
    listed = list(steps)
    at = next((n for n, step in enumerate(listed, 1) if _read(step, "state") == "current"), 0)
    return {
        "steps": listed,
        "at": at or len(listed),
        "now": _read(listed[at - 1], "label") if at else "",
        "label": label,
    }


# --- small words ------------------------------------------------------------------


@register.simple_tag
def badge(text: str, tone: str = "plain") -> SafeString:
    """A state as a word on its tone; the tone alone never carries the meaning."""
    return format_html('<span class="badge-state tone-{}">{}</span>', _tone(tone), text)


@register.simple_tag
def colon() -> str:
    """What stands between a label and its content; some languages want a space before the sign."""
    return pgettext("between a label and its content", ": ")


@register.filter
def quoted(words: str) -> str:
    """Somebody's words between the quotation marks of the language."""
    return pgettext("somebody's words", "“%(words)s”") % {"words": words}


@register.filter(expects_localtime=True)
def day(value: datetime.date | None) -> str:
    """Thursday 3 December 2026, in the reader's language."""
    return dates.day(value) if value else ""


@register.filter(expects_localtime=True)
def moment(value: datetime.datetime | None) -> str:
    """Thursday 3 December 2026, 09:00, in the current time zone."""
    return dates.moment(value) if value else ""


@register.filter(expects_localtime=True)
def clock(value: datetime.datetime | None) -> str:
    """09:00, in the current time zone."""
    return dates.clock(value) if value else ""


@register.simple_tag
def when(value: datetime.date | None, *, empty: str = "") -> SafeString | str:
    """A day or a moment as <time>, always with its weekday."""
    if value is None:
        return empty
    if isinstance(value, datetime.datetime):
        value = timezone.localtime(value) if timezone.is_aware(value) else value
        return format_html('<time datetime="{}">{}</time>', value.isoformat(), moment(value))
    return format_html('<time datetime="{}">{}</time>', value.isoformat(), day(value))


@register.inclusion_tag("components/who_when.html")
def who_when(who: str = "", at: datetime.date | None = None, *, verb: str = "") -> dict[str, Any]:
    """One quiet line: what was done, by whom, when."""
    return {"who": who, "at": at, "verb": verb}


# --- boxes ------------------------------------------------------------------------


@register.simple_block_tag
def card(
    content: str,
    title: str = "",
    *,
    level: int = 2,
    tone: str = "",
    quiet: bool = False,
    id: str = "",
    action_label: str = "",
    action_url: str = "",
) -> SafeString:
    """A bordered box with an optional heading and one link at its right."""
    return _component(
        "card",
        content=content,
        title=title,
        heading=_heading(level),
        tone=_tone(tone) if tone else "",
        quiet=quiet,
        id=id,
        action_label=action_label,
        action_url=action_url,
    )


@register.simple_block_tag
def notice(content: str, tone: str = "note", *, title: str = "", role: str = "") -> SafeString:
    """A sentence that must not be missed, said in the tone of its kind."""
    return _component("notice", content=content, tone=_tone(tone), title=title, role=role)


@register.simple_block_tag
def data_table(content: str, caption: str, *, stacks: bool = True, quiet_caption: bool = False) -> SafeString:
    """A table with its caption; under 640 px it becomes a list (cells carry data-label)."""
    return _component("table", content=content, caption=caption, stacks=stacks, quiet_caption=quiet_caption)


@register.inclusion_tag("components/empty_state.html")
def empty_state(
    title: str, text: str = "", *, action_label: str = "", action_url: str = "", level: int = 2
) -> dict[str, Any]:
    """Nothing here yet: what that means and how to begin."""
    return {
        "title": title,
        "text": text,
        "action_label": action_label,
        "action_url": action_url,
        "heading": _heading(level),
    }


@register.simple_block_tag
def once(content: str) -> str:
    """The same content in several places, written once: {% once as name %}…{% endonce %}{{ name }}."""
    return content


# --- figures ----------------------------------------------------------------------


@register.inclusion_tag("components/stat.html")
def stat(label: str, value: Any, *, unit: str = "", note: str = "") -> dict[str, Any]:
    """One figure with its name and unit; stands inside <dl class="stats">."""
    return {"label": label, "value": value, "unit": unit, "note": note}


@register.inclusion_tag("components/progress.html")
def progress(value: float, maximum: float = 100, *, label: str = "", text: str = "") -> dict[str, Any]:
    """A bar from nothing to all, said in words beside it."""
    return {"value": value, "maximum": maximum, "label": label, "text": text}


@register.simple_tag
def split_bar(label: str, *parts: float, total: float = 100) -> SafeString:
    """One bar split into up to three parts (of total), drawn as SVG; label says it in words."""
    scaled = [max(0.0, min(100.0, 100 * float(part) / float(total or 1))) for part in parts[:3]]
    # Nothing but numbers, and a list has many bars: written without a look for what is to be escaped.
    inner = "".join(
        f'<rect class="part-{number}" x="{sum(scaled[: number - 1]):.1f}" y="0"'
        f' width="{width:.1f}" height="10"/>'
        for number, width in enumerate(scaled, 1)
    )
    return format_html(
        '<svg class="split-bar" viewBox="0 0 100 10" preserveAspectRatio="none" role="img"'
        ' aria-label="{}">{}</svg>',
        label,
        SafeString(inner),
    )


@register.inclusion_tag("components/facts.html")
def facts(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """A list of names and values; pairs without a value say so."""
    return {"pairs": list(pairs)}


# --- moving about -------------------------------------------------------------------


@register.inclusion_tag("components/tabs.html", takes_context=True)
def tabs(context: Context, items: Iterable[Any], label: str) -> dict[str, Any]:
    """Tabs that are links; each has label, url, and maybe current and count."""
    path = getattr(context.get("request"), "path", "")
    return {"items": list(items), "label": label, "path": path}


@register.inclusion_tag("components/pagination.html", takes_context=True)
def pagination(context: Context, page: Page[Any], label: str = "") -> dict[str, Any]:
    """Links to the other pages of a list; they keep the rest of the query string."""
    return {"page": page, "label": label, "request": context.get("request")}


@register.inclusion_tag("components/sort_header.html", takes_context=True)
def sort_header(context: Context, key: str, label: str, *, number: bool = False) -> dict[str, Any]:
    """A column heading that sorts by ?sort=key, and back by ?sort=-key."""
    request = context.get("request")
    now = request.GET.get("sort", "") if request else ""
    return {
        "request": request,
        "label": label,
        "number": number,
        "target": f"-{key}" if now == key else key,
        "direction": {key: "ascending", f"-{key}": "descending"}.get(now, ""),
    }


# --- what happened, what is waiting ---------------------------------------------------


@register.inclusion_tag("components/timeline.html")
def timeline(events: Iterable[Any]) -> dict[str, Any]:
    """Events in order; each has when, text, and maybe who, note, url, tone."""
    return {"events": list(events)}


@register.inclusion_tag("components/track.html")
def track(steps: Iterable[Any], label: str = "") -> dict[str, Any]:
    """The way of one letter; each step has label, state, and maybe when and note."""
    return {"steps": list(steps), "label": label}


@register.inclusion_tag("components/waiting.html", takes_context=True)
def waiting_list(context: Context, items: Iterable[Any], empty: str = "") -> dict[str, Any]:
    """Who owes what; each has text, and maybe url, who, since, due, state, tone, remind_url."""
    return {"items": list(items), "empty": empty, "csrf_token": context.get("csrf_token")}


# --- forms ------------------------------------------------------------------------------


@register.filter
def unit(field: BoundField) -> str:
    """Unit shown inside the field's row: the widget's data-unit attribute."""
    return str(field.field.widget.attrs.get("data-unit", ""))


@register.filter
def group_attributes(field: BoundField) -> SafeString:
    """Attributes that tie a group of choices to its help and errors for a screen reader."""
    described = field.aria_describedby
    attributes: Mapping[str, str] = {"aria-describedby": described} if described else {}
    return flatatt(dict(attributes))


# --- inside -------------------------------------------------------------------------------


def _tone(tone: str) -> str:
    if tone not in TONES:
        raise ValueError(f"tone {tone!r}: one of {', '.join(sorted(TONES))}")
    return tone


def _heading(level: int) -> str:
    if level not in {2, 3, 4}:
        raise ValueError(f"level {level}: headings inside a page are 2, 3 or 4")
    return f"h{level}"


def _read(item: Any, name: str) -> Any:
    """A key of a mapping or an attribute of an object, as templates read them."""
    return item.get(name) if isinstance(item, Mapping) else getattr(item, name, None)


def _component(name: str, **values: Any) -> SafeString:
    return render_to_string(f"components/{name}.html", values)
