"""GET /history, /history/{employee_id} and /predictions/{id}: reading the log."""

import re
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from predictions.models import Prediction, Source
from tests import shipped
from tests.predictions.refusals import assert_refused, problems, send

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
LINK = re.compile(r'<(http://testserver/[^>]*)>; rel="next"')


def ids(answer) -> list[int]:
    assert answer.status_code == 200, answer.content
    return [row["id"] for row in answer.json()]


def next_page(answer) -> str | None:
    """The address in `Link`, which holds the one relation and nothing else."""
    if "Link" not in answer:
        return None
    [address] = LINK.fullmatch(answer["Link"]).groups()
    return address


def walk(api, address: str, between=lambda: None) -> list[int]:
    found = []
    while address:
        answer = api.get(address)
        found += ids(answer)
        assert len(found) < 100, "the pages have no end"
        address = next_page(answer)
        between()
    return found


@pytest.fixture
def hours(log_row):
    """One row at noon and one at each of the two hours before, oldest first."""
    return [
        log_row(created_at=NOON - timedelta(hours=ago), employee_id=669).pk
        for ago in (2, 1, 0)
    ]


def test_the_log_is_a_plain_list_newest_first(api, hours):
    answer = api.get("/history")

    assert isinstance(answer.json(), list)
    assert ids(answer) == hours[::-1]


def test_an_empty_log_is_an_empty_list(api):
    answer = api.get("/history")

    assert answer.json() == []
    assert "Link" not in answer


def test_newest_is_by_time_and_not_by_id(api, log_row, hours):
    late = log_row(created_at=NOON - timedelta(minutes=90))

    assert ids(api.get("/history")) == [hours[2], hours[1], late.pk, hours[0]]


def test_a_page_has_fifty_rows_unless_another_limit_is_given(api, log_row):
    for _ in range(51):
        log_row()

    assert len(ids(api.get("/history"))) == 50
    assert len(ids(api.get("/history?limit=2"))) == 2
    assert len(ids(api.get("/history?limit=500"))) == 51


@pytest.mark.parametrize(("limit", "has_next"), [(2, True), (3, False), (4, False)])
def test_a_link_is_given_only_when_there_is_more(api, hours, limit, has_next):
    answer = api.get(f"/history?limit={limit}")

    assert (next_page(answer) is not None) == has_next


@pytest.mark.parametrize("limit", [1, 2, 3, 5, 7, 500])
def test_walking_the_pages_gives_each_row_once(api, log_row, limit):
    for number in range(7):
        log_row(created_at=NOON + timedelta(seconds=number // 3))

    found = walk(api, f"/history?limit={limit}")

    assert found == ids(api.get("/history"))
    assert len(found) == len(set(found)) == 7


def test_rows_written_meanwhile_shift_no_page(api, log_row):
    written = [log_row(created_at=NOON).pk for _ in range(6)]

    found = walk(api, "/history?limit=2", between=log_row)

    assert found == written[::-1]


@pytest.mark.parametrize(
    "address",
    [
        "/history?source=api",
        "/history?model_version=0.9",
        "/history?prediction=1",
        "/history/669?prediction=1",
        "/history?source=api&model_version=0.9&prediction=1&until=2026-03-02",
    ],
)
def test_what_is_filtered_is_in_the_same_order_page_by_page(api, log_row, address):
    usual = {"model_version": "0.9", "employee_id": 669}
    at_noon = [log_row(created_at=NOON, **usual).pk for _ in range(3)]
    log_row(created_at=NOON, source=Source.BATCH, prediction=0, proba_depart=0.1)
    before = log_row(created_at=NOON - timedelta(hours=1), **usual).pk
    after = log_row(created_at=NOON + timedelta(hours=1), **usual).pk

    found = walk(api, f"{address}&limit=2")

    assert found == [after, *at_noon[::-1], before]


def test_a_row_that_ties_and_comes_late_does_not_repeat_one(api, log_row, hours):
    first = api.get("/history?limit=2")
    log_row(created_at=NOON - timedelta(hours=1))

    second = api.get(next_page(first))

    assert ids(first) + ids(second) == hours[::-1]


def test_a_cursor_keeps_microseconds(api, log_row, hours):
    exact = [
        log_row(created_at=NOON.replace(microsecond=n)).pk for n in (1, 2, 999_999)
    ]

    assert walk(api, "/history?limit=1") == exact[::-1] + hours[::-1]


@pytest.mark.parametrize(
    ("query", "hours_ago"),
    [
        ("since=2026-03-01T11:00:00Z", [0, 1]),
        ("since=2026-03-01T11:00:00.000001Z", [0]),
        ("since=2026-03-01T11:00:00", [0, 1]),
        ("since=2026-03-01T12:00:00%2B01:00", [0, 1]),
        ("since=2026-03-01T12:00:00+01:00", [0, 1]),
        ("since=2026-03-01T06:00:00-05:00", [0, 1]),
        ("since=2026-03-01", [0, 1, 2]),
        ("since=2026-03-02", []),
        ("until=2026-03-01T11:00:00Z", [2]),
        ("until=2026-03-01T11:00:00.000001Z", [1, 2]),
        ("until=2026-03-01T12:00:00+01:00", [2]),
        ("until=2026-03-01", []),
        ("until=2026-03-02", [0, 1, 2]),
        ("since=2026-03-01T10:30&until=2026-03-01T11:30", [1]),
        ("since=2026-03-02&until=2026-03-01", []),
    ],
)
def test_since_is_inclusive_and_until_exclusive(api, hours, query, hours_ago):
    expected = [hours[2 - ago] for ago in hours_ago]

    assert ids(api.get(f"/history?{query}")) == expected
    assert ids(api.get(f"/history/669?{query}")) == expected


def test_a_date_begins_at_midnight_utc(api, log_row, hours):
    midnight = datetime(2026, 3, 2, tzinfo=UTC)
    before = log_row(created_at=midnight - timedelta(microseconds=1))
    at = log_row(created_at=midnight)

    assert ids(api.get("/history?since=2026-03-02")) == [at.pk]
    assert before.pk in ids(api.get("/history?until=2026-03-02"))


@pytest.mark.parametrize(
    "query",
    ["prediction=0", "model_version=0.9", "source=batch", "source=batch&prediction=0"],
)
def test_a_filter_keeps_the_rows_that_fit(api, log_row, query):
    fitting = log_row(
        prediction=0, threshold=1.0, model_version="0.9", source=Source.BATCH
    )

    assert ids(api.get(f"/history?{query}")) == [fitting.pk]
    assert fitting.pk not in ids(api.get("/history?prediction=1"))


def test_a_version_that_never_served_has_no_rows(api, hours):
    assert ids(api.get("/history?model_version=9.9.9'--")) == []


@pytest.mark.parametrize("path", ["/history", "/history/669", "/history/"])
def test_the_next_link_keeps_path_limit_and_filters(api, hours, path):
    query = "limit=1&since=2026-03-01T10:00:00+01:00&source=api&prediction=1"

    following = urlsplit(next_page(api.get(f"{path}?{query}")))

    assert following.path == path
    kept = parse_qs(following.query)
    assert kept.pop("cursor") == [f"2026-03-01T12:00:00Z_{hours[2]}"]
    assert kept == parse_qs(query)
    assert walk(api, f"{path}?{query}") == hours[::-1]


def test_the_history_of_one_employee_is_theirs_alone(api, log_row, hours):
    log_row(employee_id=670)
    log_row(employee_id=None)

    assert ids(api.get("/history/669")) == hours[::-1]


def test_the_history_of_somebody_unknown_is_empty(api, hours):
    assert api.get("/history/9223372036854775807").json() == []


def test_the_history_outlives_the_employee(api, employee):
    api.post("/predict_by_id/669")

    employee.delete()

    assert len(api.get("/history/669").json()) == 1


@pytest.mark.parametrize(
    "path", ["/history", "/history/669", "/history?limit=2", "/employees"]
)
def test_three_rows_cost_as_many_queries_as_one(api, employee, make_prediction, path):
    def queries() -> int:
        with CaptureQueriesContext(connection) as context:
            assert api.get(path).status_code == 200
        return len(context)

    make_prediction(employee_id=669)
    queries()  # the first notes when the key was last used
    for_one = queries()
    make_prediction(employee_id=669)
    make_prediction(employee_id=669)

    assert queries() == for_one


def test_a_row_says_all_that_was_recorded(api, features):
    send(
        api,
        "POST",
        "/predict",
        {"features": features, "employee_id": 669},
        X_Request_ID="payroll-7",
    )

    [row] = api.get("/history").json()

    stored = Prediction.objects.get()
    assert row.pop("created_at").endswith("Z")
    [warning] = row.pop("warnings")
    assert warning["code"] == "demonstration_model"
    assert row == {
        "id": stored.pk,
        "employee_id": 669,
        "input_payload": features,
        "proba_depart": stored.proba_depart,
        "prediction": stored.prediction,
        "threshold": stored.threshold,
        "model_version": shipped.SERVES,
        "artifact_sha256": stored.artifact_sha256,
        "missing_features": [],
        "source": "api",
        "key_prefix": stored.key_prefix,
        "key_owner": "HR analytics",
        "user_name": "",
        "request_id": "payroll-7",
        "batch_id": None,
        "batch_row": None,
        "payload_digest": stored.payload_digest,
        "schema_version": 2,
    }


@pytest.mark.parametrize("zone", ["Europe/Paris", "Pacific/Kiritimati", "UTC"])
def test_times_are_utc_whatever_the_back_office_shows(api, log_row, settings, zone):
    settings.TIME_ZONE = zone
    row = log_row(created_at=NOON.replace(microsecond=5))

    found = api.get(f"/predictions/{row.pk}").json()

    assert found["created_at"] == "2026-03-01T12:00:00.000005Z"


@pytest.mark.parametrize("pay", [0, 1, 2_911.37, 4_883, 12_000, 999_999.99, 1e-7])
def test_a_logged_probability_is_the_answered_one_to_the_last_bit(api, features, pay):
    features["revenu_mensuel"] = pay

    answered = send(api, "POST", "/predict", {"features": features}).json()
    [listed] = api.get("/history").json()
    alone = api.get(f"/predictions/{answered['db_id']}").json()

    for name in ("proba_depart", "threshold", "prediction"):
        assert repr(answered[name]) == repr(listed[name]) == repr(alone[name])
    assert listed["input_payload"]["revenu_mensuel"] == pay


def test_an_identifier_of_sixty_digits_comes_back(api, features):
    features |= {"code_sondage": 10**60 + 1, "ayant_enfants": -(10**60)}

    send(api, "POST", "/predict", {"features": features})

    for path in ("/history", "/history?limit=1"):
        [row] = api.get(path).json()
        assert row["input_payload"] == features
        assert row["created_at"].endswith("Z")


# One row


def test_one_row_is_as_the_list_has_it(api, hours):
    [newest, *_] = api.get("/history").json()

    assert api.get(f"/predictions/{hours[2]}").json() == newest


def test_one_row_is_explained_only_on_demand(api, hours):
    plain = api.get(f"/predictions/{hours[0]}").json()
    declined = api.get(f"/predictions/{hours[0]}?explain=false").json()
    explained = api.get(f"/predictions/{hours[0]}?explain=true").json()

    assert plain == declined
    assert explained.pop("explanation")["contributions"]
    assert explained == plain


def test_an_old_answer_is_explained_as_it_was_when_it_was_given(api, features):
    answered = send(api, "POST", "/predict?explain=true", {"features": features})

    path = f"/predictions/{answered.json()['db_id']}?explain=true"

    assert api.get(path).json()["explanation"] == answered.json()["explanation"]


def test_a_row_whose_release_is_gone_is_still_read(api, log_row):
    row = log_row(model_version="0.9")

    assert api.get(f"/predictions/{row.pk}").status_code == 200
    refused = api.get(f"/predictions/{row.pk}?explain=true")
    assert refused.status_code == 422
    assert problems(refused) == [("explain", "not_explainable")]


def test_a_row_without_its_payload_is_read_but_not_explained(api, log_row):
    row = log_row(input_payload=None)

    answer = api.get(f"/predictions/{row.pk}")

    assert answer.json()["input_payload"] is None
    assert api.get(f"/predictions/{row.pk}?explain=true").status_code == 422


def test_a_warning_without_words_hides_no_row(api, log_row):
    row = log_row(warnings=[{"code": "of_the_future", "fields": ["age"]}])

    [warning] = api.get(f"/predictions/{row.pk}").json()["warnings"]

    assert warning["code"] == "of_the_future"
    assert warning["fields"] == ["age"]


def test_an_unknown_row_is_not_found(api):
    assert_refused(
        api,
        "GET",
        "/predictions/1",
        status=404,
        expected=[("id", "unknown_prediction")],
    )


def test_reading_writes_nothing(api, hours):
    for path in ("/history", "/history/669", f"/predictions/{hours[0]}?explain=true"):
        api.get(path)

    assert Prediction.objects.count() == 3
