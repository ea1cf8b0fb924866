from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AttritionConfig(AppConfig):
    name = "attrition"
    verbose_name = _("People and model")

    def ready(self) -> None:
        from attrition import checks  # noqa: F401  (registers the system checks)
