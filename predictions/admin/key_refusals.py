"""What an API key asked for and was refused, on its page: which call and why."""

import re
from datetime import timedelta

from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from attrition.field import number_in_words
from predictions.admin.lists import MOST_LISTED
from predictions.models import Refusal
from predictions.models.newest import NEWEST_OF_SOME

SHOWN = 10
COUNTED = timedelta(days=30)
PARAMETER = re.compile(r"<\w+:(\w+)>")


def refusals_of(key):
    """The newest, and how many in 30 days: both through the index by key."""
    found = Refusal.objects.filter(key_prefix=key.prefix)
    newest = list(found.order_by(*NEWEST_OF_SOME)[:SHOWN])
    for refusal in newest:  # as the documentation of the API writes an address
        refusal.call = "/" + PARAMETER.sub(r"{\1}", refusal.route)
    since = found.filter(created_at__gte=timezone.now() - COUNTED).order_by()
    count = since[: MOST_LISTED + 1].count()
    address = reverse("admin:predictions_refusal_changelist")
    return {
        "rows": newest,
        "count": number_in_words(min(count, MOST_LISTED)),
        "has_more": count > MOST_LISTED,
        "address": f"{address}?{urlencode({'key_prefix': key.prefix})}",
    }
