"""Django's admin, with the back-office's own login in its place."""

from django.contrib.admin.apps import AdminConfig


class BackOfficeConfig(AdminConfig):
    default_site = "predictions.logins.site.BackOffice"
