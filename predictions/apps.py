from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class PredictionsConfig(AppConfig):
    name = "predictions"
    verbose_name = _("Predictions")

    def ready(self) -> None:
        # Each registers what it holds: system checks, a look before each request, a
        # note at each login.
        # Each registers its checks or receivers as it is imported.
        from predictions import checks  # noqa: F401
        from predictions.database import liveness  # noqa: F401
        from predictions.logins import sessions  # noqa: F401

        post_migrate.connect(protect_the_log, sender=self)


def protect_the_log(using: str, **kwargs: Any) -> None:
    """Put back triggers and privileges, which a migration can lose."""
    from predictions.database import runtime_role, triggers

    triggers.install(connections[using])
    runtime_role.renew(connections[using])
