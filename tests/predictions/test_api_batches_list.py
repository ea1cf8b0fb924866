"""/batches: whose they are, and the list of them."""

import uuid

import pytest

from predictions.models import Batch, Refusal
from tests.predictions.api_batches import CSV, PEOPLE, post
from tests.predictions.refusals import assert_refused, problems, send


def test_another_callers_batch_is_not_there_except_to_readers_of_the_log(api_with):
    mine, other = api_with("predict"), api_with("predict")
    reader = api_with("predict", "history")
    answer = post(mine, PEOPLE, CSV)
    pk = answer.json()["id"]

    for method, end in (("GET", ""), ("GET", "/results"), ("POST", "/cancel")):
        found = send(other, method, f"/batches/{pk}{end}")
        assert found.status_code == 404
        assert problems(found) == [("id", "unknown_batch")]
    nobodys = send(other, "GET", f"/batches/{uuid.uuid4()}")
    assert problems(nobodys) == [("id", "unknown_batch")]
    assert Batch.objects.get().state == "queued"
    assert other.get("/batches").json() == []
    found = send(reader, "POST", f"/batches/{pk}/cancel")
    assert (found.status_code, problems(found)) == (403, [("id", "not_your_batch")])
    assert Batch.objects.get().state == "queued"
    for client in (mine, reader):
        assert client.get(f"/batches/{pk}").json()["id"] == pk
        assert [item["id"] for item in client.get("/batches").json()] == [pk]


def test_the_list_is_paged_by_key_newest_first(api, django_assert_num_queries):
    asked = [post(api, PEOPLE, CSV).json()["id"] for _ in range(7)]
    # Of the same moment: then by id.
    Batch.objects.update(created_at=Batch.objects.first().created_at)
    expected = [str(pk) for pk in sorted(map(uuid.UUID, asked), reverse=True)]

    found, address, pages = [], "/batches?limit=3", 0
    while address:
        answer = api.get(address)
        found += [item["id"] for item in answer.json()]
        pages += 1
        link = answer.get("Link", "")
        address = link.partition(">")[0].removeprefix("<")

    assert found == expected
    assert pages == 3


def test_a_page_costs_the_same_queries_for_one_batch_as_for_three(
    api, django_assert_max_num_queries
):
    counts = []
    for _ in range(2):
        post(api, PEOPLE, CSV)
        with django_assert_max_num_queries(9) as queries:
            api.get("/batches")
        counts.append(len(queries))
        post(api, PEOPLE, CSV)

    assert counts[0] == counts[1]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("limit=0", ("limit", "not_in_range")),
        ("limit=501", ("limit", "not_in_range")),
        ("cursor=x", ("cursor", "not_a_cursor")),
        ("cursor=2026-01-01T00:00:00Z_7", ("cursor", "not_a_cursor")),
        ("state=done", ("state", "unknown_parameter")),
    ],
)
def test_an_odd_parameter_of_the_list_is_refused_and_no_scoring_call(
    api, query, expected
):
    assert_refused(api, "GET", f"/batches?{query}", expected=[expected])
    assert not Refusal.objects.exists()
