from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _


class PredictionsConfig(AppConfig):
    name = "predictions"
    verbose_name = _("Predictions")

    def ready(self) -> None:
        # Each registers what it holds: system checks, a look before each request, a
        # note at each login.
        from predictions import checks  # noqa: F401
        from predictions.database import liveness  # noqa: F401
        from predictions.logins import sessions  # noqa: F401

        post_migrate.connect(protect_the_log, sender=self)
        call_groups_as_the_reader_does()


def call_groups_as_the_reader_does() -> None:
    """In titles, paths, messages and lists of the back-office.

    The name itself is what the code looks a group up by.
    """
    from django.contrib.auth.models import Group

    Group.add_to_class("__str__", lambda group: gettext(group.name))


def protect_the_log(using: str, **kwargs: Any) -> None:
    """Put back triggers and privileges, which a migration can lose."""
    from predictions.database import runtime_role, triggers

    triggers.install(connections[using])
    runtime_role.renew(connections[using])
