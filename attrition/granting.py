"""What a migration gives to groups that are there already; `bootstrap` makes new ones.

Migrations import it: keep what it does.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.contrib.auth.management import create_permissions


def granted(app: str, given: Mapping[str, Sequence[str]]) -> Callable[[Any, Any], None]:
    """For RunPython: to each group by its name, permissions of `app` by codename."""

    def give(apps: Any, schema_editor: Any) -> None:
        alias = schema_editor.connection.alias  # the owner's, who alone may so far
        config = apps.get_app_config(app)
        # Django makes permissions after the last migration: too late for this one.
        config.models_module = True
        create_permissions(config, apps=apps, verbosity=0, using=alias)
        config.models_module = None
        permissions = (
            apps.get_model("auth", "Permission")
            .objects.using(alias)
            .filter(content_type__app_label=app)
        )
        groups = apps.get_model("auth", "Group").objects.using(alias)
        for group in groups.filter(name__in=given):
            group.permissions.add(*permissions.filter(codename__in=given[group.name]))

    return give
