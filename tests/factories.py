"""A fixed cast: plain builders with defaults for what a test does not care about."""

import json
from pathlib import Path

import factory
from django.contrib.auth.models import Group, User

from attrition.models import Employee
from predictions.models import ApiKey, Scope
from predictions.roles import make_groups
from tests import watched

PASSWORD = "correct horse"
watched.secrets.add(PASSWORD)

SEED = Path(__file__).parent.parent / "fixtures" / "seed.json"


def seed_features() -> dict:
    """The profile of the seed's example request, employee 669."""
    [features] = [
        row["fields"]["features"]
        for row in json.loads(SEED.read_text(encoding="utf-8"))
        if row["pk"] == 669
    ]
    return features


class EmployeeFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Employee

    employee_id = factory.Sequence(lambda n: 1000 + n)
    features = factory.LazyFunction(seed_features)


def make_key(*scopes: str, owner: str = "HR analytics", **fields) -> tuple[ApiKey, str]:
    """A key with these scopes (all, when none is named) and its secret."""
    key, secret = ApiKey.objects.issue(
        owner=owner, scopes=scopes or Scope.values, **fields
    )
    watched.secrets.add(secret)
    return key, secret


def make_user(name: str, role: str | None = None) -> User:
    """A person of the back-office; without a role, the superuser."""
    user = User.objects.create_user(
        name, password=PASSWORD, is_staff=True, is_superuser=role is None
    )
    if role is not None:
        make_groups()
        user.groups.add(Group.objects.get(name=role))
    return user
