"""Makes what a first start needs; run again, it changes nothing twice."""

import os
import sys
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.contrib.auth.models import Group, User
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction
from django.utils.crypto import get_random_string
from django.utils.translation import gettext as _

from attrition import releases
from attrition.errors import ReleaseRejected
from attrition.models import Employee
from attrition.typography import titled
from predictions.management.arguments import operator
from predictions.models import ApiKey, Prediction, Scope
from predictions.models.keys import visible_prefix
from predictions.roles import group_in_words, make_groups

# The first logins, and the group of each; None is the superuser.
LOGINS = {"admin": None, "auditor": "HR auditor", "manager": "HR manager"}
# Stands for the password of a login that waits for its first one. Nobody can log in
# with it, and Django's own unusable passwords are longer: an administrator who turns
# a login off is not undone.
WAITING = UNUSABLE_PASSWORD_PREFIX
LOCK = 7_391_846_205  # any number, as long as nothing else takes it


class Command(BaseCommand):
    help = (
        "Make the groups, the first logins and, from API_KEY, the first key. "
        "Passwords come from ADMIN_PASSWORD, AUDITOR_PASSWORD and MANAGER_PASSWORD, "
        "or are made up and shown once, on a terminal only; until then a login waits "
        "for its first password. The logins are made while the database has no user "
        "at all: one that is deleted later does not come back."
    )
    # A broken release stops scoring, not the rest of a first start.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--demo",
            action="store_true",
            help="also load the invented employees when none is stored, and score "
            "one when the log is empty",
        )
        parser.add_argument("--address", help="print where to go from this address")

    def handle(self, *, demo: bool, address: str | None, **options: Any) -> None:
        with transaction.atomic():
            self._alone()
            self._groups_and_logins()
            self._first_key()
        if demo:
            self._demo()
        if address:
            self._welcome(address)

    def _alone(self) -> None:
        """Wait for a bootstrap that runs already; on SQLite the transaction did."""
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])

    def _groups_and_logins(self) -> None:
        if made := make_groups():
            names = ", ".join(map(group_in_words, made))
            self.stdout.write(_("Groups: %(names)s.") % {"names": names})
        if not User.objects.exists():
            for name, group in LOGINS.items():
                self._login(name, group)
        waiting = User.objects.filter(username__in=LOGINS, password=WAITING)
        for user in waiting.order_by("pk"):
            self._first_password(user)

    def _login(self, name: str, group: str | None) -> None:
        user = User.objects.create(
            username=name, password=WAITING, is_staff=True, is_superuser=group is None
        )
        if group is not None:
            user.groups.add(Group.objects.get(name=group))

    def _first_password(self, user: User) -> None:
        name, variable = user.username, f"{user.username.upper()}_PASSWORD"
        password = os.environ.get(variable, "")
        made_up = not password
        if made_up:
            if not sys.stdout.isatty():
                self.stdout.write(
                    _("No login %(name)s yet: set %(variable)s, or run on a terminal.")
                    % {"name": name, "variable": variable}
                )
                return
            password = get_random_string(16)
        try:
            validate_password(password, user)
        except ValidationError as error:
            said = titled(variable, " ".join(error.messages))
            raise CommandError(said) from error
        user.set_password(password)
        user.save()
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
            ApiKey.objects.issue(
                owner="API_KEY",
                scopes=Scope.values,
                secret=secret,
                created_by=operator(),
            )
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
        try:
            releases.current()
        except ReleaseRejected as error:
            self.stderr.write(str(error))
            return
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
            self.stdout.write(titled(title, value))
