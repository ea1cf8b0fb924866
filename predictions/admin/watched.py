"""Pages about people: whoever opens one stands in the access log before it is shown."""

from django.contrib.admin.views.main import ALL_VAR, ERROR_FLAG, PAGE_VAR, SEARCH_VAR

from attrition.models import employee_number
from predictions import access
from predictions.admin.base import caller_of
from predictions.models import Action

# Neither what was searched for nor who: that stands where an erasure reaches it.
NO_FILTERS = {ALL_VAR, ERROR_FLAG, PAGE_VAR, SEARCH_VAR, "employee"}


class Notes:
    """For a ModelAdmin that shows people here and there."""

    def note(self, request, action, **seen):
        """Raises LogUnavailable: then the page is not shown."""
        page = request.resolver_match.route
        return access.record(caller_of(request), action, page=page, **seen)


class WatchedAdmin(Notes):
    """For a ModelAdmin whose rows are about people. `whom` says whom."""

    def whom(self, row):
        return row.employee_id

    def purpose_of(self, request, row):
        """What this user said to look at this person for, and may still count on."""
        return None

    def people_listed(self, request, listed):
        return [self.whom(row) for row in listed.result_list]

    def changelist_view(self, request, extra_context=None):
        response = super().changelist_view(request, extra_context)
        shown = getattr(response, "context_data", {})
        listed = shown.get("cl")
        if "queryset" in shown:  # whom an action would change, asked once more
            self.note(request, Action.LIST, employees=map(self.whom, shown["queryset"]))
        elif listed is not None:
            term = listed.query.strip()
            people = self.people_listed(request, listed)
            # Whom a search was for, whether there is anything about them or not.
            if (number := employee_number(term)) is not None:
                people.append(number)
            self.note(
                request,
                Action.SEARCH if term else Action.LIST,
                employees=people,
                details={"filters": filters_of(request), "page": listed.page_num},
            )
        return response

    def change_view(self, request, object_id, form_url="", extra_context=None):
        response = super().change_view(request, object_id, form_url, extra_context)
        original = getattr(response, "context_data", {}).get("original")
        if original is not None:
            self.note_page(request, original)
        return response

    def delete_view(self, request, object_id, extra_context=None):
        response = super().delete_view(request, object_id, extra_context)
        row = getattr(response, "context_data", {}).get("object")
        if row is not None:  # asked once more; the deletion itself shows nobody
            self.note_page(request, row)
        return response

    def history_view(self, request, object_id, extra_context=None):
        response = super().history_view(request, object_id, extra_context)
        row = getattr(response, "context_data", {}).get("object")
        if row is not None:
            self.note_page(request, row)
        return response

    def note_page(self, request, row):
        self.note(
            request,
            Action.VIEW,
            employees=[self.whom(row)],
            purpose=self.purpose_of(request, row),
        )


def filters_of(request):
    """The filters in the address, without what was searched for."""
    return {
        name: values[-1] if len(values) == 1 else values
        for name, values in request.GET.lists()
        if name not in NO_FILTERS
    }
