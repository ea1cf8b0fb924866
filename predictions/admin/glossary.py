"""The glossary: what the words of the back-office mean, for whoever may log in."""

from django.contrib import admin
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext as _

from predictions.glossary import SECTIONS


def glossary_page(request):
    context = {
        **admin.site.each_context(request),
        "title": _("Glossary"),
        "sections": SECTIONS,
    }
    return render(request, "admin/glossary.html", context)


urlpatterns = [path("", admin.site.admin_view(glossary_page), name="glossary")]
