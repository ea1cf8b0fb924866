"""Revokes an API key by the beginning that is shown of it."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from predictions.key_words import moment, scopes_in_words
from predictions.management.arguments import operator
from predictions.models import ApiKey, KeyState

LONGEST = ApiKey._meta.get_field("revocation_reason").max_length


class Command(BaseCommand):
    help = "Revoke an API key, for good; it stops working within two seconds."
    # A broken release is no reason to let a leaked key go on.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("prefix", help="its first characters, as the log has them")
        parser.add_argument("--reason", required=True, help="why; it stays on record")
        parser.add_argument("--owner", help="whose, where two keys begin alike")

    def handle(
        self, *, prefix: str, reason: str, owner: str | None, **options: Any
    ) -> None:
        reason = reason.strip()
        if not 0 < len(reason) <= LONGEST:
            said = _("--reason takes a text of 1 to %(longest)s characters.")
            raise CommandError(said % {"longest": LONGEST})
        key = self._only_one(prefix.strip().removesuffix("…"), owner)
        if not key.revoke(by=operator(), reason=reason):
            raise CommandError(_("%(key)s is revoked already.") % {"key": key})
        said = _("Revoked: %(key)s, which could: %(scopes)s.")
        words = {"key": key, "scopes": scopes_in_words(key.scopes)}
        self.stdout.write(said % words)

    def _only_one(self, prefix: str, owner: str | None) -> ApiKey:
        found = ApiKey.objects.filter(prefix=prefix)
        if owner is not None:
            found = found.filter(owner=owner)
        if not found:
            said = _("No key begins with “%(prefix)s”: its page and the log show it.")
            raise CommandError(said % {"prefix": prefix})
        # One that is revoked already is not what anybody means.
        working = [key for key in found if key.state is not KeyState.REVOKED]
        keys = working or list(found)
        if len(keys) > 1:
            raise CommandError(_several(prefix, keys))
        return keys[0]


def _several(prefix: str, keys: list[ApiKey]) -> str:
    said = _("%(count)s keys begin with “%(prefix)s”; add --owner, or use the admin:")
    lines = [f"{key}, {moment(key.created_at)}" for key in keys]
    return "\n".join([said % {"count": len(keys), "prefix": prefix}, *lines])
