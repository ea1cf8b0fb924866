"""The API at the root, as the seed has it; the back-office under /admin/."""

from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

from predictions.api.metrics import metrics

browsable_login = [
    path("login/", admin.site.login, name="login"),
    path("logout/", admin.site.logout, name="logout"),
]

urlpatterns = [
    # First, because most requests are its: the others cost them a comparison each.
    path("", include("predictions.api.urls")),
    path("metrics", metrics),
    path("admin/releases/", include("predictions.admin.releases")),
    path("admin/", include("predictions.admin.home")),
    path("admin/glossary/", include("predictions.admin.glossary")),
    path("admin/two-step/", include("predictions.admin.two_step")),
    path("admin/", admin.site.urls),
    # What DRF's browsable pages link to when they offer to log in or out.
    path("session/", include((browsable_login, "rest_framework"))),
    path("favicon.ico", RedirectView.as_view(url="/static/predictions/favicon.svg")),
    path("i18n/", include("django.conf.urls.i18n")),
]

handler400 = "technova.errors.bad_request"
handler403 = "technova.errors.permission_denied"
handler404 = "technova.errors.not_found"
handler500 = "technova.errors.server_error"
