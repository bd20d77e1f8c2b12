"""The register of cooperations, open to everybody: list with its map, one cooperation, open data.

It holds reference data alone, taken from public registers: no person, no case.
"""

from __future__ import annotations

import hashlib

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import condition, require_safe

from imc_portal.core.pace import paced
from partners import places, register_data, register_export, register_map
from partners.models import CooperationMember, ExistingCooperation, Function, Municipality
from partners.register_data import Wanted

PER_PAGE = 25
#: Municipalities named below the map, those in most cooperations first.
NAMED = 40
#: Files that one address may ask for without signing in.
FILES_PER_MINUTE = 20
#: How long others may keep a file before they ask whether it changed.
KEPT = "public, max-age=300"
#: A newer layout of the files is another version of them.
LAYOUT = "1"


@require_safe
def register(request: HttpRequest) -> HttpResponse:
    """The cooperations that exist, filtered and in order, and where those of this page lie."""
    wanted = Wanted.of(request.GET.dict())
    found = register_data.listed(register_data.cooperations(wanted), request.GET.get("sort", ""))
    page = Paginator(register_data.with_members(found), PER_PAGE).get_page(request.GET.get("page"))
    shown = list(page.object_list)
    drawn = register_map.map_of_page(shown)
    context = {
        "page": page,
        "rows": [(one, register_map.code_of(one)) for one in shown],
        "wanted": wanted,
        "orders": register_data.ORDERS,
        "order": request.GET.get("sort", ""),
        "map": drawn,
        "shared": drawn.shared[:NAMED],
        "sources": register_data.attributions(one.run for one in shown),
        "functions": Function.objects.all(),
        "legal_forms": register_data.legal_forms(),
        "counties": places.counties(),
        "countries": register_data.countries(),
        "unknown": register_data.UNKNOWN,
    }
    return render(request, "partners/register.html", context)


@require_safe
def cooperation(request: HttpRequest, pk: int) -> HttpResponse:
    """One cooperation: what is known of it, its members, where it lies, where that comes from."""
    subject = get_object_or_404(ExistingCooperation.objects.select_related("function", "run"), pk=pk)
    rows = CooperationMember.objects.filter(cooperation=subject).values("municipality")
    members = list(
        Municipality.objects.filter(pk__in=rows).only("country", "code", "name", "population", "county_name")
    )
    context = {
        "cooperation": subject,
        "members": members,
        "population": sum(member.population for member in members),
        "map": register_map.map_of_one(subject, members),
        "export": urlencode({"q": subject.code, "country": subject.country}),
    }
    return render(request, "partners/cooperation.html", context)


def _etag(request: HttpRequest) -> str | None:
    """The version of the data with the question: equal only while the answer is."""
    now = register_map.version()
    asked = f"{LAYOUT}:{now}:{request.get_full_path()}"
    return f'"{hashlib.sha256(asked.encode()).hexdigest()[:32]}"' if now else None


@require_safe
@paced(FILES_PER_MINUTE)
@condition(etag_func=_etag)
def register_csv(request: HttpRequest) -> HttpResponseBase:
    """The cooperations looked for as CSV, one member a row."""
    found = register_data.cooperations(Wanted.of(request.GET.dict()))
    lines = register_export.csv_lines(found)
    return _file(StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8"), "cooperations.csv")


@require_safe
@paced(FILES_PER_MINUTE)
@condition(etag_func=_etag)
def register_geojson(request: HttpRequest) -> HttpResponseBase:
    """The cooperations looked for as GeoJSON, in parts that name the next."""
    wanted = Wanted.of(request.GET.dict())
    found = register_data.cooperations(wanted)
    parts = register_export.parts(found)
    part = _part(request.GET.get("part", "1"), parts)
    following = ""
    if part < parts:
        path = reverse("partners:register_geojson")
        query = "&".join(filter(None, (wanted.query, f"part={part + 1}")))
        following = request.build_absolute_uri(f"{path}?{query}")
    lines = register_export.geojson_lines(found, part=part, of=parts, following=following, now=timezone.now())
    answer = StreamingHttpResponse(lines, content_type="application/geo+json; charset=utf-8")
    if following:
        answer.headers["Link"] = f'<{following}>; rel="next"'
    name = "cooperations.geojson" if parts == 1 else f"cooperations-{part}-of-{parts}.geojson"
    return _file(answer, name)


def _part(asked: str, parts: int) -> int:
    if asked.isascii() and asked.isdecimal() and len(asked) < 7 and 1 <= int(asked) <= parts:
        return int(asked)
    raise Http404("no such part")


def _file(answer: StreamingHttpResponse, name: str) -> StreamingHttpResponse:
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    answer.headers["Cache-Control"] = KEPT
    return answer
