"""predict(): what every caller is promised."""

import dataclasses
import json

import pytest
from django.db import connection, transaction
from django.utils.translation import override

from attrition import releases
from attrition.errors import InvalidFeatures, ReleaseRejected, ReleaseReplaced
from predictions import services
from predictions.models import Prediction, Source
from predictions.services import Caller, LogUnavailable, Record, explain, predict
from tests.factories import seed_features

CALLER = Caller(source=Source.BATCH, user_name="ana")


def codes(row: Prediction) -> dict[str, list[str]]:
    return {warning["code"]: warning["fields"] for warning in row.warnings}


def many(*pays: float) -> list[Record]:
    return [
        Record(seed_features() | {"revenu_mensuel": pay}, employee_id=number)
        for number, pay in enumerate(pays, start=1)
    ]


@pytest.mark.django_db
def test_many_records_come_back_in_order_and_all_are_logged():
    records = many(2_000, 9_000, 4_000)

    rows = predict(records, caller=CALLER)

    assert [row.employee_id for row in rows] == [1, 2, 3]
    assert [row.input_payload for row in rows] == [r.features for r in records]
    assert list(Prediction.objects.order_by("pk")) == rows
    assert len({row.created_at for row in rows}) == 1


@pytest.mark.django_db
def test_a_record_scores_the_same_alone_and_among_others():
    records = many(*range(1_000, 20_000, 333))

    together = predict(records, caller=CALLER)

    alone = [predict([record], caller=CALLER)[0] for record in records]
    assert [r.proba_depart.hex() for r in together] == [
        r.proba_depart.hex() for r in alone
    ]


@pytest.mark.django_db
@pytest.mark.parametrize("index", [0, 1, 2])
def test_one_bad_record_among_many_leaves_no_row_and_is_named(index):
    records = many(2_000, 9_000, 4_000)
    records[index] = Record(seed_features() | {"age": 300})

    with pytest.raises(InvalidFeatures) as caught:
        predict(records, caller=CALLER)

    assert caught.value.index == index
    assert [problem.field for problem in caught.value.problems] == ["age"]
    assert not Prediction.objects.exists()


@pytest.mark.django_db
def test_a_row_that_the_database_refuses_takes_the_others_with_it(monkeypatch):
    from predictions import services

    made = services._columns

    def spoilt(*args):
        columns = made(*args)
        if columns["employee_id"] == 2:
            columns["prediction"] = 1 - columns["prediction"]
        return columns

    monkeypatch.setattr(services, "_columns", spoilt)

    with pytest.raises(LogUnavailable):
        predict(many(2_000, 9_000, 4_000), caller=CALLER)

    assert not Prediction.objects.exists()


@pytest.mark.django_db
def test_nobody_to_score_is_no_row():
    assert predict([], caller=CALLER) == []


@pytest.mark.django_db
def test_a_row_copies_who_asked(features):
    caller = Caller(
        source=Source.API,
        key_prefix="abcdefgh",
        key_owner="Paie",
        user_name="ana",
        request_id="payroll-7",
    )

    predict([Record(features, 669)], caller=caller)

    row = Prediction.objects.get()
    assert (row.source, row.key_prefix, row.key_owner) == ("api", "abcdefgh", "Paie")
    assert (row.user_name, row.request_id) == ("ana", "payroll-7")
    assert row.artifact_sha256 == releases.current().artifact_sha256
    assert row.schema_version == 2


@pytest.mark.django_db
def test_the_payload_is_logged_as_it_was_sent_and_not_as_it_was_read():
    features = {
        "poste": "Manager",
        "genre": "F",
        "heure_supplementaires": True,
        "augmentation_salaire_precedente": "11,5 %",
        "revenu_mensuel": 5_000.50,
        "age": None,
    }
    sent = json.loads(json.dumps(features))

    predict([Record(features)], caller=CALLER)

    assert Prediction.objects.get().input_payload == sent == features


# Warnings


@pytest.mark.django_db
def test_a_model_of_fictional_data_says_so(make_prediction):
    assert codes(make_prediction())["demonstration_model"] == []


@pytest.mark.django_db
def test_a_model_of_real_data_does_not(make_prediction, monkeypatch):
    monkeypatch.setattr(releases.Release, "is_demonstration", False)

    assert codes(make_prediction()) == {}


@pytest.mark.django_db
def test_values_that_training_never_saw_are_named(make_prediction):
    row = make_prediction(revenu_mensuel=60_000, distance_domicile_travail=500)

    fields = codes(row)["out_of_range"]

    assert fields == ["revenu_mensuel", "distance_domicile_travail"]


@pytest.mark.django_db
def test_a_value_outside_counts_as_the_nearest_inside(make_prediction):
    card = releases.current().card
    highest = card["ranges"]["revenu_mensuel"][1]

    inside = make_prediction(revenu_mensuel=highest)
    outside = make_prediction(revenu_mensuel=12 * highest)

    assert inside.proba_depart == outside.proba_depart
    assert "out_of_range" not in codes(inside)
    assert codes(outside)["out_of_range"] == ["revenu_mensuel"]


@pytest.mark.django_db
@pytest.mark.parametrize("field", ["age", "ratio_experience_vie_adulte"])
def test_a_field_that_is_not_scored_is_never_out_of_range(make_prediction, field):
    assert "out_of_range" not in codes(make_prediction(**{field: 100}))


@pytest.mark.django_db
@pytest.mark.parametrize(("beyond", "is_thin"), [(0, False), (1, True)])
def test_more_than_a_third_imputed_is_thin_evidence(make_prediction, beyond, is_thin):
    scored = releases.current().scorecard.names
    missing = len(scored) // 3 + beyond

    row = make_prediction(**dict.fromkeys(scored[:missing]))

    assert row.missing_features == list(scored[:missing])
    assert codes(row).get("thin_evidence") == (
        row.missing_features if is_thin else None
    )


# The threshold


@pytest.mark.django_db
def test_another_threshold_changes_the_class_and_not_the_probability(
    make_prediction, settings
):
    usual = make_prediction()

    settings.MODEL_THRESHOLD = 0.9
    stricter = make_prediction()
    settings.MODEL_THRESHOLD = 0.0
    laxer = make_prediction()

    assert usual.threshold == releases.current().card["threshold"]["value"]
    assert [r.prediction for r in (usual, stricter, laxer)] == [1, 0, 1]
    assert [r.threshold for r in (stricter, laxer)] == [0.9, 0.0]
    assert len({r.proba_depart for r in (usual, stricter, laxer)}) == 1


@pytest.mark.django_db
def test_a_probability_at_the_threshold_is_above_it(make_prediction, settings):
    settings.MODEL_THRESHOLD = make_prediction().proba_depart

    assert make_prediction().prediction == 1


# What stands in the way


@pytest.mark.django_db
def test_inside_somebodys_transaction_nothing_is_promised():
    """A row that somebody may yet roll back is no row."""
    with (
        transaction.atomic(),
        pytest.raises(RuntimeError, match="durable"),
    ):
        predict(many(2_000), caller=CALLER)

    assert not Prediction.objects.exists()


@pytest.mark.django_db
def test_the_rows_are_written_before_anything_is_returned(monkeypatch):
    seen = []
    monkeypatch.setattr(
        connection,
        "savepoint_commit",
        lambda sid: seen.append(Prediction.objects.count()),
    )

    predict(many(2_000, 3_000), caller=CALLER)

    assert seen == [2]


@pytest.mark.django_db
def test_without_a_release_nothing_is_scored(broken_release):
    with pytest.raises(ReleaseRejected):
        predict(many(2_000), caller=CALLER)

    assert not Prediction.objects.exists()


@pytest.mark.django_db
def test_no_answer_is_a_number_that_json_cannot_hold(make_prediction):
    extreme = {
        "revenu_mensuel": 1_000_000,
        "distance_domicile_travail": 20_000,
        "nb_formations_suivies": 1_000,
        "augementation_salaire_precedente": 300,
    }

    row = make_prediction(**extreme)

    assert 0 < row.proba_depart < 1


# Explaining


@pytest.mark.django_db
def test_a_logged_answer_is_taken_apart_with_the_release_that_gave_it(
    make_prediction, settings
):
    row = make_prediction()

    settings.MODEL_VERSION = "9.9.9"  # no longer serves, and is not asked
    explained = explain(Prediction.objects.get(pk=row.pk))

    scored = releases.load(row.model_version).scorecard.names
    assert {item.field for item in explained.contributions} == set(scored)


@pytest.mark.django_db
def test_a_release_replaced_under_its_name_explains_nothing(log_row):
    with override("en"), pytest.raises(ReleaseReplaced, match="another SHA-256"):
        explain(log_row(artifact_sha256="0" * 64))


@pytest.mark.django_db
def test_an_explanation_that_fails_leaves_no_row(monkeypatch, features):
    def broken(*args):
        raise ReleaseRejected("scorecard.json is not readable")

    monkeypatch.setattr(services, "_explanation", broken)

    with pytest.raises(ReleaseRejected):
        predict([Record(features)], caller=CALLER, explain=True)

    assert not Prediction.objects.exists()


@pytest.mark.django_db
def test_a_release_that_is_gone_explains_nothing(log_row):
    with pytest.raises(ReleaseRejected):
        explain(log_row(model_version="0.9"))


@pytest.mark.django_db
@pytest.mark.parametrize("payload", [None, {}, {"zzz": 1}])
def test_a_payload_that_cannot_be_read_explains_nothing(log_row, payload):
    with pytest.raises(InvalidFeatures):
        explain(log_row(input_payload=payload))


@pytest.mark.django_db
def test_a_mark_that_nobody_had_counts_as_the_nearest_and_is_named(make_prediction):
    present = "note_evaluation_actuelle"

    best, unheard_of = (make_prediction(**{present: mark}) for mark in (3, 1))

    assert unheard_of.proba_depart == best.proba_depart
    assert codes(unheard_of)["out_of_range"] == [present]
    assert "rare_value" not in codes(unheard_of)


@pytest.mark.django_db
def test_a_value_that_few_had_is_named_by_how_it_counts(make_prediction, monkeypatch):
    release = releases.current()
    job = next(item for item in release.scorecard.fields if item.field == "poste")
    few = next(iter(job.table))
    fields = tuple(
        dataclasses.replace(
            item, table={k: v for k, v in item.table.items() if k != few}
        )
        if item is job
        else item
        for item in release.scorecard.fields
    )
    monkeypatch.setattr(release.scorecard, "fields", fields)

    row = make_prediction(poste=few)

    assert codes(row)["rare_value"] == ["poste"]
    assert "out_of_range" not in codes(row)
