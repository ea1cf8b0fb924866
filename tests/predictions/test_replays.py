"""Recorded answers computed again: a replay is an event, never a prediction."""

import shutil

import pytest
from django.core.management import CommandError
from django.utils.translation import override

from attrition import releases
from predictions.models import Erasure, Prediction, Replay
from tests import shipped
from tests.predictions.tampering import change, execute, without_triggers


@pytest.fixture(autouse=True)
def _english():
    with override("en"):
        yield


def replay(api, number):
    return api.post(f"/predictions/{number}/replay", headers={"Accept-Language": "en"})


def test_a_replay_gives_the_same_to_the_last_bit(api, make_prediction):
    row = make_prediction(employee_id=669)

    found = replay(api, row.pk).json()

    assert found["matches"] is True
    assert found["proba_depart"] == found["replayed_proba_depart"] == row.proba_depart
    assert (found["difference"], found["prediction"]) == (0.0, row.prediction)
    assert Prediction.objects.count() == 1
    event = Replay.objects.get()
    assert (event.pk, event.asked_for) == (found["replay_id"], str(row.pk))
    assert (event.replayed, event.matching, event.source) == (1, 1, "api")


def test_a_changed_payload_does_not_match(api, make_prediction):
    row = make_prediction()
    with without_triggers():
        change(row.pk, "input_payload", '{"heure_supplementaires": "Oui"}')

    found = replay(api, row.pk).json()

    assert found["matches"] is False
    assert found["difference"] > 1e-12


def test_the_threshold_of_then_counts(api, make_prediction, settings):
    settings.MODEL_THRESHOLD = 0.99
    row = make_prediction()
    settings.MODEL_THRESHOLD = 0.01

    found = replay(api, row.pk).json()

    assert found["prediction"] == found["replayed_prediction"] == 0
    assert found["matches"]


def test_a_release_that_is_gone_is_named_and_where_it_was_expected(
    make_prediction, release_folder, run
):
    row = make_prediction()
    shutil.rmtree(release_folder)
    releases._load.cache_clear()

    with pytest.raises(SystemExit):
        run("replay_predictions", row.pk)

    assert f"'{shipped.SERVES}'" in run.out
    assert str(release_folder.parent) in run.out


def test_an_erased_payload_can_not_be_replayed(api, make_prediction):
    row = make_prediction()
    erase(row)

    answer = replay(api, row.pk)

    assert answer.status_code == 422
    assert "its payload was erased" in answer.json()["detail"]


def erase(row, *, on_record=True):
    if on_record:
        Erasure.objects.create(prediction_id=row.pk, user_name="ana", reason="art. 17")
    execute(
        "UPDATE predictions SET input_payload = NULL, payload_salt = NULL, "
        "employee_id = NULL WHERE id = %s",
        row.pk,
    )


def test_the_whole_log_counts_erased_rows_apart_and_ends_well(make_prediction, run):
    rows = [make_prediction() for _ in range(3)]
    erase(rows[1])

    out, _ = run("replay_predictions", "--all")

    assert "2 of 2 match." in out
    assert "1 erased: nothing to compute from." in out
    assert (Replay.objects.get().replayed, Replay.objects.get().matching) == (2, 2)


def test_an_erased_row_that_is_asked_for_is_refused_by_its_number(make_prediction, run):
    row = make_prediction()
    erase(row)

    with pytest.raises(SystemExit):
        run("replay_predictions", row.pk)

    assert f"prediction {row.pk}: not replayed: its payload was erased" in run.out


def test_data_that_are_gone_without_an_erasure_match_nothing(make_prediction, run):
    row = make_prediction()
    with without_triggers():
        erase(row, on_record=False)

    with pytest.raises(SystemExit):
        run("replay_predictions", "--all")

    assert "0 of 1 match." in run.out
    assert "erased: nothing" not in run.out


def test_the_scope_is_that_of_auditors(api_with, make_prediction):
    row = make_prediction()

    assert replay(api_with("predict", "history"), row.pk).status_code == 403
    assert replay(api_with("audit"), row.pk).status_code == 200
    assert replay(api_with("audit"), row.pk + 1).status_code == 404


def test_the_command_replays_the_whole_log_and_counts(make_prediction, run):
    numbers = [make_prediction().pk for _ in range(3)]

    out, _ = run("replay_predictions", "--all")

    assert "3 of 3 match." in out
    assert (Replay.objects.get().asked_for, Replay.objects.get().replayed) == ("all", 3)
    out, _ = run("replay_predictions", *numbers[:2])
    assert out.count(": matches") == 2


def test_the_command_names_what_does_not_match_and_ends_with_1(make_prediction, run):
    numbers = [make_prediction().pk for _ in range(3)]
    with without_triggers():
        change(numbers[1], "proba_depart", 0.999)

    with pytest.raises(SystemExit) as end:
        run("replay_predictions", "--all")

    assert end.value.code == 1
    assert f"prediction {numbers[1]}: 0.999, again" in run.out
    assert run.out.count("prediction ") == 1


def test_a_number_that_is_none_is_refused(db, run):
    with pytest.raises(CommandError, match="There is no prediction 7"):
        run("replay_predictions", 7)


# The back-office


def page(client, row) -> str:
    address = f"/admin/predictions/prediction/{row.pk}/change/"
    return client.get(address, headers={"Accept-Language": "en"}).content.decode()


def test_a_page_shows_the_proof_and_replays(browser, make_prediction):
    row = make_prediction()
    auditor = browser("HR auditor")
    shown = page(auditor, row)
    assert "what was recorded" in shown
    assert "Waits for the next seal." in shown
    assert "Compute again" in shown

    auditor.handler.enforce_csrf_checks = False
    answer = auditor.post(
        f"/admin/predictions/prediction/{row.pk}/replay/",
        follow=True,
        headers={"Accept-Language": "en"},
    )

    assert "they match" in answer.content.decode()
    assert (Replay.objects.get().source, Replay.objects.get().user_name) == (
        "admin",
        "bob",
    )


def test_who_may_not_replay_has_no_button_and_is_refused(browser, make_prediction):
    row = make_prediction()
    manager = browser("HR manager")

    assert "Compute again" not in page(manager, row)
    manager.handler.enforce_csrf_checks = False
    address = f"/admin/predictions/prediction/{row.pk}/replay/"
    assert manager.post(address).status_code == 403
    assert manager.get(address).status_code == 405


def test_a_page_says_that_its_row_was_changed(browser, make_prediction):
    row = make_prediction()
    with without_triggers():
        change(row.pk, "employee_id", 1)

    assert "was changed since" in page(browser("HR auditor"), row)


@pytest.mark.parametrize(
    "name", ["seal", "replay", "refusal", "unknowncallers", "erasure"]
)
def test_every_list_of_proofs_opens_and_lets_nobody_write(
    browser, make_prediction, run, name
):
    make_prediction()
    run("seal_log")
    superuser = browser(None)

    assert superuser.get(f"/admin/predictions/{name}/").status_code == 200
    assert superuser.get(f"/admin/predictions/{name}/add/").status_code == 403
