"""The back-office: one file a subject."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from predictions.admin import (  # noqa: F401  (each adds its part)
    access_log,
    batches,
    employees,
    imports,
    keys,
    logins,
    phrases,
    predictions,
    proofs,
    recoveries,
)

admin.site.site_header = "TechNova Attrition"
admin.site.site_title = "TechNova Attrition"
admin.site.site_url = None  # nothing but the documentation of the API, see base_site
admin.site.enable_nav_sidebar = False  # few pages, wide tables
admin.site.index_title = _("Back-office")
