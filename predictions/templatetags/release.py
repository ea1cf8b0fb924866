from django import template

from attrition import releases
from attrition.errors import ReleaseRejected

register = template.Library()


@register.simple_tag
def serving_release():
    """The release that serves, or None while none can."""
    try:
        return releases.current()
    except ReleaseRejected:
        return None
