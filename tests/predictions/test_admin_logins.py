"""People who log in and their groups, in the language of whoever manages them."""

import pytest
from django.contrib.auth.models import Group, Permission
from django.urls import reverse

from predictions.admin.permission_names import permission_in_words
from tests.factories import make_user

FRENCH = {"accept-language": "fr"}


@pytest.fixture
def admin(client, db):
    client.force_login(make_user("bob"))
    return client


@pytest.fixture
def group(db) -> Group:
    make_user("ana", "HR auditor")
    return Group.objects.get(name="HR auditor")


@pytest.mark.parametrize("kind", ["user", "group"])
def test_permissions_are_offered_in_french(admin, group, kind):
    page = admin.get(reverse(f"admin:auth_{kind}_add"), headers=FRENCH)
    if kind == "user":
        person = group.user_set.get().pk
        page = admin.get(
            reverse("admin:auth_user_change", args=[person]), headers=FRENCH
        )

    assert "Personnes et modèle | employé | Modifier" in page.text
    assert "Peut exporter des prédictions" in page.text
    assert "Can " not in page.text


def test_each_permission_has_a_name_of_its_own(db):
    names = [permission_in_words(p) for p in Permission.objects.all()]

    assert len(names) == len(set(names))


def test_a_permission_of_a_model_that_is_gone_keeps_its_name(db):
    one = Permission.objects.select_related("content_type").first()
    one.content_type.model = "gone"

    assert permission_in_words(one).endswith(one.name)


@pytest.mark.parametrize("kind", ["change", "history", "delete"])
def test_a_group_is_called_as_the_reader_calls_it(admin, group, kind):
    page = admin.get(
        reverse(f"admin:auth_group_{kind}", args=[group.pk]), headers=FRENCH
    )

    assert "Auditeur RH" in page.text
    assert "HR auditor" not in page.text.replace('value="HR auditor"', "")


@pytest.mark.parametrize("kind", ["user", "group"])
def test_what_ties_people_to_groups_is_not_listed_as_deleted(admin, group, kind):
    pk = group.pk if kind == "group" else group.user_set.get().pk

    page = admin.get(reverse(f"admin:auth_{kind}_delete", args=[pk]), headers=FRENCH)

    assert page.status_code == 200
    assert "object (" not in page.text
    assert "elation" not in page.text


def test_deleting_a_group_still_takes_its_ties_along(admin, group):
    address = reverse("admin:auth_group_delete", args=[group.pk])

    admin.post(address, {"post": "yes"})

    assert not Group.objects.filter(pk=group.pk).exists()
    assert not group.user_set.through.objects.filter(group_id=group.pk).exists()


@pytest.mark.parametrize(
    ("language", "words"),
    [("fr", "ne peut pas se connecter"), ("en", "cannot log in")],
)
def test_the_help_of_a_password_is_in_the_language_of_the_reader(
    admin, group, language, words
):
    person = group.user_set.get().pk

    page = admin.get(
        reverse("admin:auth_user_password_change", args=[person]),
        headers={"accept-language": language},
    )

    assert words in page.text
    assert "id_unusable_warning" in page.text
