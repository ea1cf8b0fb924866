"""What goes with a person who logs in, or with a group, when it is deleted."""

from django.contrib.auth.models import Group, User
from django.utils.text import capfirst
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

TIES = [
    User.groups.through,
    User.user_permissions.through,
    Group.permissions.through,
    TOTPDevice,
    StaticDevice,
    StaticToken,
]


class HidesTies:
    """For a ModelAdmin: Django lists each tie to a group or a permission, as
    "Group_permissions object (14)"."""

    def get_deleted_objects(self, objs, request):
        found, counts, *others = super().get_deleted_objects(objs, request)
        titles = tuple(f"{capfirst(tie._meta.verbose_name)}: " for tie in TIES)
        names = {tie._meta.verbose_name_plural for tie in TIES}
        counts = {name: count for name, count in counts.items() if name not in names}
        return _without(found, titles), counts, *others


def _without(found, titles):
    return [
        _without(item, titles) if isinstance(item, list) else item
        for item in found
        if isinstance(item, list) or not item.startswith(titles)
    ]
