"""Answers of the proof of concept, wherever people and programs meet them."""

import json
from datetime import timedelta
from html import unescape

import pytest
from django.core.management import CommandError
from django.utils import timezone
from django.utils.translation import override

from predictions.models import DaySummary, DepartmentSummary, Prediction, Replay
from predictions.person_chart import person_chart
from predictions.poc import writing
from predictions.poc.fitting import Answer
from predictions.summaries.keeping import Summariser
from tests import shipped
from tests.factories import EmployeeFactory, make_user, seed_features
from tests.predictions.exported import ask, content, table, words

ENGLISH = {"Accept-Language": "en"}
FAR = 7_000_000  # beyond what the suite's database counts to: nothing is passed over
OLD_MODEL = "The proof of concept gave this answer, with a model that is not here"


@pytest.fixture
def copied(db):
    """One that looks as much like ours as it can: the same release, the same person."""

    def write(number: int = FAR, days_ago: int = 1, **changes) -> Prediction:
        usual = {
            "id": number,
            "created_at": timezone.now() - timedelta(days=days_ago),
            "employee_id": 669,
            "payload": seed_features() | {"inconnu": {"a": [1]}, "age": ["?"]},
            "proba_depart": 0.75,
            "prediction": 1,
            "threshold": shipped.THRESHOLD,
            "model_version": shipped.SERVES,
        }
        writing.write([Answer(**usual | changes)])
        return Prediction.objects.get(pk=number)

    return write


def test_the_api_reads_it_and_says_what_it_is(api, copied):
    row = copied()

    found = api.get(f"/predictions/{row.pk}", headers=ENGLISH).json()

    assert found["source"] == "imported"
    assert found["input_payload"]["inconnu"] == {"a": [1]}
    assert found["artifact_sha256"] == ""
    [warning] = found["warnings"]
    assert warning["code"] == "imported"
    assert "another model gave it" in warning["message"]
    assert api.get("/history?source=imported").json()[0]["id"] == row.pk
    assert api.get("/history/669").json()[0]["id"] == row.pk


def test_the_api_explains_none(api, copied):
    answer = api.get(f"/predictions/{copied().pk}?explain=true", headers=ENGLISH)

    assert answer.status_code == 422
    [error] = answer.json()["errors"]
    assert error["code"] == "answered_elsewhere"
    assert error["message"] == f"{OLD_MODEL}: it can't be explained."


def test_the_api_replays_none_and_puts_nothing_on_record(api, copied):
    answer = api.post(f"/predictions/{copied().pk}/replay", headers=ENGLISH)

    assert answer.status_code == 422
    assert "it was copied from the proof of concept" in answer.json()["detail"]
    assert not Replay.objects.exists()


def test_replaying_all_counts_them_apart(copied, make_prediction, run):
    copied()
    make_prediction()

    with override("en"):
        out, _ = run("replay_predictions", "--all")

    assert "1 of 1 match." in out
    assert "Not replayed: 1 (it was copied from the proof of concept" in out


def test_replaying_one_by_its_number_is_refused(copied, run):
    row = copied()

    with override("en"), pytest.raises(CommandError, match=f"Never replayed: {FAR} "):
        run("replay_predictions", row.pk)

    assert not Replay.objects.exists()


def test_its_page_links_to_no_release_and_offers_no_replay(
    client, auditor, copied, reveal
):
    row = reveal(copied())
    client.force_login(auditor)
    address = f"/admin/predictions/prediction/{row.pk}/change/"

    answer = client.get(address, headers={"accept-language": "en"})

    html = unescape(answer.content.decode())
    assert f"{shipped.SERVES} of the proof of concept" in html
    assert f'">{shipped.SERVES}</a>' not in html.split("<main")[1]
    assert f"Never: the{OLD_MODEL[3:]}." in html
    assert "there are no contributions to show" in html
    assert "another model gave it" in html
    assert "Of 10 people above this threshold" not in html
    assert "Compute again" not in html
    assert "The payload and the employee are what was recorded." in html


def test_its_replay_in_the_back_office_is_refused(client, copied):
    client.force_login(make_user("root"))
    address = f"/admin/predictions/prediction/{copied().pk}/replay/"

    answer = client.post(address, headers={"accept-language": "en"}, follow=True)

    assert "Not replayed: it was copied from the proof of concept" in unescape(
        answer.content.decode()
    )
    assert not Replay.objects.exists()


def test_the_list_shows_it_in_french(browser, copied):
    copied()

    html = browser("HR auditor").get("/admin/predictions/prediction/").content.decode()

    assert "importé" in html


def test_an_export_says_that_it_is_a_copy(client, auditor, copied, reveal):
    reveal(copied())
    client.force_login(auditor)

    [line] = table(content(ask(client, values="on")))

    assert line["Numéro"] == str(FAR)
    assert line["Origine"] == "importée"
    assert json.loads(line["Champs que cette version ne connaît plus"])
    assert "prototype" in line["Avertissements"]


def test_a_persons_chart_breaks_between_copies_and_ours(copied, log_row):
    EmployeeFactory(pk=669)
    rows = [
        copied(FAR + 1, days_ago=4),
        copied(FAR + 2, days_ago=3),
        log_row(employee_id=669, created_at=timezone.now() - timedelta(days=2)),
        log_row(employee_id=669),
    ]

    with override("en"):
        chart = person_chart(rows, "history")

    assert [len(line.split()) for line in chart.lines] == [2, 2]
    assert [change.text.split(",")[0] for change in chart.changes] == [
        f"{shipped.SERVES} of the proof of concept",
        shipped.SERVES,
    ]


def test_no_figure_of_the_home_page_counts_them(browser, copied, log_row):
    EmployeeFactory(pk=669)
    copied()
    Summariser().keep()
    assert not DaySummary.objects.exists()
    assert not DepartmentSummary.objects.exists()
    log_row(employee_id=669, created_at=timezone.now() - timedelta(days=3))
    Summariser().keep()

    answer = browser("HR auditor").get("/admin/", headers={"accept-language": "en"})

    assert DaySummary.objects.get().count == 1
    assert DepartmentSummary.objects.get().mean_probability == 0.4
    assert (
        "Answers of the proof of concept are counted nowhere on this page: "
        "another model gave them."
    ) in words(answer)


def test_without_copies_the_home_page_says_nothing_of_them(browser, log_row):
    log_row()
    Summariser().keep()

    answer = browser("HR auditor").get("/admin/", headers={"accept-language": "en"})

    assert "proof of concept" not in words(answer)


def test_whoever_has_only_copies_is_scored_by_changed_only(copied, run):
    EmployeeFactory(pk=669)
    copied(payload=seed_features())

    run("score_employee", "--all", "--changed-only", "--summary")

    sources = Prediction.objects.order_by("created_at").values_list("source", flat=True)
    assert list(sources) == ["imported", "command"]
