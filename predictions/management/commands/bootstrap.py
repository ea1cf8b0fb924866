"""Makes what a first start needs; run again, it changes nothing twice."""

import os
import secrets
import sys
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.contrib.auth.models import Group, User
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from attrition.models import Employee
from predictions.models import ApiKey, Prediction, Scope
from predictions.models.keys import visible_prefix
from predictions.roles import make_groups

# The first logins, and the group of each; None is the superuser.
LOGINS = {"admin": None, "auditor": "HR auditor", "manager": "HR manager"}


class Command(BaseCommand):
    help = (
        "Make the groups, the first logins and, from API_KEY, the first key. "
        "Passwords come from ADMIN_PASSWORD, AUDITOR_PASSWORD and MANAGER_PASSWORD, "
        "or are made up and shown once, on a terminal only."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--demo",
            action="store_true",
            help="also load the invented employees when none is stored, and score "
            "one when the log is empty",
        )

        parser.add_argument("--address", help="print where to go from this address")

    def handle(self, *, demo: bool, address: str | None, **options: Any) -> None:
        if made := make_groups():
            self.stdout.write(_("Groups: %(names)s.") % {"names": ", ".join(made)})
        for name, group in LOGINS.items():
            self._login(name, group)
        self._first_key()
        if demo:
            self._demo()
        if address:
            self._welcome(address)

    def _login(self, name: str, group: str | None) -> None:
        if User.objects.filter(username=name).exists():
            return
        variable = f"{name.upper()}_PASSWORD"
        password = os.environ.get(variable, "")
        made_up = not password
        if made_up:
            if not sys.stdout.isatty():
                self.stdout.write(
                    _("No login %(name)s yet: set %(variable)s, or run on a terminal.")
                    % {"name": name, "variable": variable}
                )
                return
            password = secrets.token_urlsafe(12)
        user = User.objects.create_user(
            name, password=password, is_staff=True, is_superuser=group is None
        )
        if group is not None:
            user.groups.add(Group.objects.get(name=group))
        shown = password if made_up else _("the one in %s") % variable
        self.stdout.write(
            _("Login %(name)s, password (shown once): %(shown)s")
            % {"name": name, "shown": shown}
        )

    def _first_key(self) -> None:
        secret = settings.API_KEY
        if not secret:
            return
        key = ApiKey.objects.holding(secret)
        if key is None:
            prefix = visible_prefix(secret)
            ApiKey.objects.issue(owner="API_KEY", scopes=Scope.values, secret=secret)
            self.stdout.write(_("The key in API_KEY (%s…) may do everything.") % prefix)
        elif not key.is_valid:
            self.stdout.write(
                _("The key in API_KEY (%s…) is revoked or expired, and stays so.")
                % key.prefix
            )

    def _demo(self) -> None:
        # Not `loaddata` each time: it would undo what somebody changed since.
        if not Employee.objects.exists():
            call_command("loaddata", "seed", stdout=self.stdout)
        first = Employee.objects.order_by("pk").first()
        if first is not None and not Prediction.objects.exists():
            self.stdout.write(_("The first score, as proof that all works:"))
            call_command("score_employee", first.pk, stdout=self.stdout)

    def _welcome(self, address: str) -> None:
        lines = [
            (_("API and its documentation"), f"{address}/docs"),
            (_("Back-office"), f"{address}/admin/"),
            (_("API key, for the header X-API-Key"), settings.API_KEY or "–"),
        ]
        for title, value in lines:
            self.stdout.write(f"{title}: {value}")
