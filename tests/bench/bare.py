"""The reference for list pages: a bare Django list view behind the portal's own session and middleware."""

from __future__ import annotations

from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import HttpResponse
from django.template import engines
from django.urls import path
from django.views.generic import ListView

from imc_portal.urls import urlpatterns as portal
from partners.models import Municipality

PAGE = engines["django"].from_string(
    "<!doctype html><html lang=en><title>Bare</title><table>{% for row in page_obj %}<tr><td>{{ row.code }}"
    "<td>{{ row.name }}<td>{{ row.county_name }}<td>{{ row.population }}</tr>{% endfor %}</table>"
    "<p>{{ page_obj.number }} / {{ page_obj.paginator.num_pages }}</p>"
)


class BareList(LoginRequiredMixin, ListView[Municipality]):
    """Fifty municipalities, nothing else."""

    queryset = Municipality.objects.only("code", "name", "county_name", "population")
    paginate_by = 50

    def render_to_response(self, context: dict[str, object], **kwargs: object) -> HttpResponse:
        """The shortest page that still is one."""
        return HttpResponse(PAGE.render(context, self.request))


urlpatterns = [path("bare/", BareList.as_view()), *portal]
