"""The register of cooperations as people and machines ask for it: filters, order, members, sources."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from urllib.parse import urlencode

from django.db.models import Case, Count, F, Prefetch, Q, QuerySet, Value, When
from django.db.models.expressions import Combinable
from django.utils.translation import gettext_lazy as _

from partners.models import CooperationMember, ExistingCooperation, ImportRun, Municipality
from partners.models.names import fold

#: Value of the filter for cooperations whose function nobody has written down.
UNKNOWN = "unknown"
SORTS = ("name", "legal_form", "function", "members", "since")
#: What a list of orders offers; the headings of the table know the falling ones of all of them.
ORDERS = (
    ("name", _("by name")),
    ("-members", _("most members first")),
    ("members", _("fewest members first")),
    ("legal_form", _("by legal form")),
    ("function", _("by function")),
    ("since", _("oldest first")),
    ("-since", _("youngest first")),
)
LONGEST = 200


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody looks for; the fields are the keys of the address, so that it can be passed on."""

    q: str = ""
    member: str = ""
    function: str = ""
    legal_form: str = ""
    county: str = ""
    country: str = ""

    @classmethod
    def of(cls, asked: Mapping[str, str]) -> Wanted:
        """From the query of an address; what is unknown there is left out."""
        return cls(**{field.name: asked.get(field.name, "").strip()[:LONGEST] for field in fields(cls)})

    @property
    def is_everything(self) -> bool:
        """Whether nothing is filtered."""
        return self == Wanted()

    @property
    def query(self) -> str:
        """The query of an address that asks for the same."""
        return urlencode({key: value for key, value in asdict(self).items() if value})


def cooperations(wanted: Wanted) -> QuerySet[ExistingCooperation]:
    """The cooperations looked for, in no order."""
    found = ExistingCooperation.objects.order_by()
    if wanted.q:
        found = found.filter(Q(search_name__contains=fold(wanted.q)) | Q(code=wanted.q))
    if wanted.legal_form:
        found = found.filter(legal_form=wanted.legal_form)
    if wanted.country:
        found = found.filter(country=wanted.country)
    if wanted.function:
        unknown = wanted.function == UNKNOWN
        found = found.filter(function=None) if unknown else found.filter(function=wanted.function)
    if wanted.member:
        named = Q(municipality__search_name__contains=fold(wanted.member))
        found = _with_member(found, named | Q(municipality__code=wanted.member))
    if wanted.county:
        found = _with_member(found, Q(municipality__county_name=wanted.county))
    return found


def _with_member(found: QuerySet[ExistingCooperation], whom: Q) -> QuerySet[ExistingCooperation]:
    return found.filter(pk__in=CooperationMember.objects.filter(whom).values("cooperation"))


def listed(found: QuerySet[ExistingCooperation], sort: str) -> QuerySet[ExistingCooperation]:
    """In the order of the key (falling after a minus sign), each with the number of its members."""
    key, falling = sort.removeprefix("-"), sort.startswith("-")
    if key not in SORTS:
        key, falling = "name", False
    counted = found.select_related("function", "run").annotate(members_count=Count("memberships"))
    if key == "function":
        first: list[Combinable | str] = [
            F("function").desc(nulls_last=True) if falling else F("function").asc(nulls_last=True)
        ]
    elif key == "members":
        first = ["-members_count" if falling else "members_count"]
    else:
        column = "search_name" if key == "name" else key
        # What nobody has written down comes last either way.
        unknown = Case(When(**{column: ""}, then=Value(1)), default=Value(0))
        first = [unknown, f"-{column}" if falling else column]
    return counted.order_by(*first, "search_name", "country", "code")


def with_members(found: QuerySet[ExistingCooperation]) -> QuerySet[ExistingCooperation]:
    """The same with their members by name, in one more statement."""
    members = (
        CooperationMember.objects.select_related("municipality")
        .only("cooperation_id", "municipality__name", "municipality__country", "municipality__code")
        .order_by("municipality__name")
    )
    return found.prefetch_related(Prefetch("memberships", members))


def legal_forms() -> list[str]:
    """All that occur."""
    named = ExistingCooperation.objects.exclude(legal_form="").order_by("legal_form")
    return list(named.values_list("legal_form", flat=True).distinct())


def countries() -> list[str]:
    """All that occur."""
    every = ExistingCooperation.objects.order_by("country")
    return list(every.values_list("country", flat=True).distinct())


def outline_runs(municipalities: Iterable[int]) -> list[ImportRun]:
    """The imports that the outlines of these municipalities came with."""
    kept = Municipality.objects.filter(pk__in=list(municipalities), provenance__has_key="boundary")
    named = kept.order_by().values_list("provenance__boundary", flat=True).distinct()
    return list(ImportRun.objects.filter(pk__in=[key for key in named if key]).order_by("source"))


def attributions(runs: Iterable[ImportRun | None]) -> list[str]:
    """Source and licence of each, once."""
    return sorted({run.attribution for run in runs if run})
