from datetime import datetime, timedelta

from django import template
from django.utils import timesince, timezone
from django.utils.translation import gettext as _

register = template.Library()


@register.filter
def ago(moment: datetime) -> str:
    """Django's own filter says "0 minutes"."""
    if timezone.now() - moment < timedelta(minutes=1):
        return _("just now")
    return _("%(ago)s ago") % {"ago": timesince.timesince(moment)}
