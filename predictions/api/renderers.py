"""JSON by orjson, and DRF's browsable pages for people who are logged in."""

import json
import re
from typing import Any

import orjson
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from rest_framework import renderers

# In English alone, and they say no more than the buttons that they are on.
TOOLTIP = re.compile(r' title="Make an? [A-Z]+ request on the [^"]*"')


class JSONRenderer(renderers.JSONRenderer):
    """Times in UTC with a Z; floats with every digit that they need to come back."""

    def render(self, data: Any, accepted_media_type=None, renderer_context=None):
        options = orjson.OPT_UTC_Z | orjson.OPT_NON_STR_KEYS
        if self.get_indent(accepted_media_type or "", renderer_context or {}):
            options |= orjson.OPT_INDENT_2

        def leaf(value: Any) -> Any:
            return json.loads(orjson.dumps(value, default=str, option=options))

        try:
            return orjson.dumps(data, default=str, option=options)
        except orjson.JSONEncodeError:
            # An identifier may be a whole number of more than orjson's 64 bits.
            return json.dumps(data, ensure_ascii=False, default=leaf).encode()


class BrowsableAPIRenderer(renderers.BrowsableAPIRenderer):
    """As DRF's; the page says its language, and the form has the call's example."""

    def render(self, data: Any, accepted_media_type=None, renderer_context=None):
        page = super().render(data, accepted_media_type, renderer_context)
        page = TOOLTIP.sub("", page)
        # What a screen reader needs, at places that DRF's template gives no block for.
        page = page.replace("<html>", f'<html lang="{get_language()}">', 1)
        return page.replace('class="region"', 'class="region" role="region"', 1)

    def get_raw_data_form(self, data, view, method, request):
        form = super().get_raw_data_form(data, view, method, request)
        if form is None:
            return None
        form.fields["_content_type"].label = _("Media type")
        form.fields["_content"].label = _("Content")
        example = getattr(view, "example", None)
        if example is not None:
            form.fields["_content"].initial = orjson.dumps(
                example(), option=orjson.OPT_INDENT_2
            ).decode()
        return form
