"""Makes an API key and prints its secret, once."""

from argparse import ArgumentParser, ArgumentTypeError
from datetime import datetime, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from predictions.management.arguments import operator
from predictions.models import ApiKey, Scope


def date_or_time(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(
            _("“%s” is no date such as 2027-12-31, nor a time as 2027-12-31T18:00.")
            % text
        ) from None


class Command(BaseCommand):
    help = "Make an API key and print its secret, which is not stored, once."
    # Nothing is scored here: a broken release is no reason to refuse.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--owner", required=True, help="who will use it")
        parser.add_argument(
            "--scopes",
            nargs="+",
            required=True,
            metavar="SCOPE",
            help=f"what it may do: {', '.join(Scope.values)}",
        )
        parser.add_argument(
            "--expires",
            type=date_or_time,
            help="ISO 8601 date or time, in TIME_ZONE where it names none",
        )

    def handle(
        self, *, owner: str, scopes: list[str], expires: datetime | None, **options: Any
    ) -> None:
        wanted = list(dict.fromkeys(",".join(scopes).replace(",", " ").split()))
        if unknown := set(wanted) - set(Scope.values):
            raise CommandError(
                _("No such scope: %(unknown)s. There are: %(known)s.")
                % {
                    "unknown": ", ".join(sorted(unknown)),
                    "known": ", ".join(Scope.values),
                }
            )
        if not owner.strip() or not wanted:
            raise CommandError(_("Give the key an owner and at least one scope."))
        if expires is not None:
            expires = expires if expires.tzinfo else timezone.make_aware(expires)
            if expires < timezone.now() + timedelta(minutes=1):
                raise CommandError(_("--expires must be in the future."))
        key, secret = ApiKey.objects.issue(
            owner=owner.strip(),
            scopes=wanted,
            expires_at=expires,
            created_by=operator(),
        )
        self.stderr.write(
            _("Key %(key)s may: %(scopes)s. It is shown once; keep it now:")
            % {"key": key, "scopes": ", ".join(key.scopes)}
        )
        # Alone on standard output, so that `key=$(… create_api_key …)` works.
        self.stdout.write(secret)
