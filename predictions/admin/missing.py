"""A record that is not there is a page that says so, not a way back to the index."""

from django.contrib.admin.utils import unquote
from django.http import Http404


class NoSuchRecord(Http404):
    def __init__(self, opts, object_id):
        super().__init__(f"No {opts.label} {object_id}.")
        self.opts = opts
        self.object_id = object_id


class SaysMissing:
    """For a ModelAdmin. Django's own redirects, with a warning at another place."""

    def _get_obj_does_not_exist_redirect(self, request, opts, object_id):
        raise NoSuchRecord(opts, unquote(object_id))
