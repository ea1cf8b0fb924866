"""Who of a batch got no score: on its page, with the reasons, a hundred at a time."""

import re
from html import unescape

import pytest
from django.urls import reverse

from attrition.models import Employee
from predictions.admin import left_out
from predictions.batches import making
from predictions.batches.people import Asked
from predictions.models import Access, BatchChunk
from tests.factories import seed_features
from tests.predictions.batch_pages import page, read, seen
from tests.predictions.batches import ASKER, employees, make_batch, work
from tests.predictions.exported import named

pytestmark = pytest.mark.django_db

FRENCH = {"accept-language": "fr"}


def test_who_got_no_score_is_named_with_the_reason(manager):
    ids = employees(3)
    Employee.objects.filter(pk=2).update(features={"poste": "Astronaute"})
    Employee.objects.filter(pk=3).update(features={"age": 30})
    batch = make_batch([*ids, 99])

    html = manager.get(page(batch)).content.decode()
    text = read(manager, page(batch))

    assert "2 Poste : le modèle ne connaît pas « … »" in text
    assert "3 Rien de ce que le modèle utilise n'est enregistré" in text
    assert "99 Il n'y a pas d'employé 99" in text
    employee = "admin:attrition_employee_change"
    assert f'href="{reverse(employee, args=[2])}"' in html
    assert f'href="{reverse(employee, args=[99])}"' not in html


def test_a_file_names_its_lines_and_nobody_without_a_number(manager):
    lines = [Asked({"age": 300}, None, 2), Asked(seed_features(), 7, 3)]
    batch = making.of_file(lines, ASKER)
    work(batch)

    text = read(manager, page(batch))

    assert "Ligne Employé Raison 2 – Âge doit être" in text


def listed(answer) -> list[int]:
    """The numbers of those on a page."""
    found = re.findall(r"Il n'y a pas d'employé (\d+)", seen(answer))
    return list(map(int, found))


def test_however_many_got_no_score_all_are_on_one_page_or_another(manager, monkeypatch):
    monkeypatch.setattr(left_out, "MOST_LISTED", 12)
    monkeypatch.setattr(making, "CHUNK", 10)
    employees(2)
    batch = make_batch(range(1, 33))

    pages = []
    address = "?"
    while address:
        answer = manager.get(page(batch) + address, headers=FRENCH)
        pages.append(answer)
        following = re.search(
            'href="([^"]+)#left-out">Afficher la suite', unescape(answer.text)
        )
        address = following and following[1]

    assert [listed(one) for one in pages] == [
        [*range(3, 15)],
        [*range(15, 27)],
        [*range(27, 33)],
    ]
    assert "Personnes sans score : 13 à 24 sur 30." in seen(pages[1])
    looks = Access.objects.filter(action="view").order_by("pk")
    assert [named(look) for look in looks] == [listed(one) for one in pages]


@pytest.mark.parametrize(
    ("asked", "first"),
    [("", 1), ("x", 1), ("0", 13), ("-1", 13), ("99", 13), ("9" * 30, 13)],
)
def test_a_page_that_is_none_is_the_first_or_the_last(
    manager, monkeypatch, asked, first
):
    monkeypatch.setattr(left_out, "MOST_LISTED", 12)
    batch = make_batch(range(1, 21))

    answer = manager.get(page(batch), {"left_out": asked}, headers=FRENCH)

    assert listed(answer)[0] == first


def test_few_who_got_no_score_need_no_pages(manager):
    batch = make_batch(range(1, 31))

    answer = manager.get(page(batch), headers=FRENCH)

    assert listed(answer) == [*range(1, 31)]
    assert "?left_out=" not in answer.text


def test_a_page_reads_no_chunk_but_its_own(manager, monkeypatch):
    monkeypatch.setattr(left_out, "MOST_LISTED", 10)
    monkeypatch.setattr(making, "CHUNK", 10)
    batch = make_batch(range(1, 41))
    BatchChunk.objects.exclude(number=2).update(refusals=["nothing that can be read"])

    answer = manager.get(page(batch), {"left_out": 3}, headers=FRENCH)

    assert listed(answer) == [*range(21, 31)]


def test_an_auditor_sees_who_was_refused_and_is_led_to_no_employee(client, auditor):
    employees(1, features={"poste": "Astronaute"})
    batch = make_batch([1])
    client.force_login(auditor)

    answer = client.get(page(batch))

    assert "le modèle ne connaît pas" in unescape(answer.content.decode())
    assert "/admin/attrition/employee/" not in answer.content.decode()
