"""Looks at people through the pages themselves, so that they stand in the record."""

from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from predictions.models import Access, Action, Prediction, Purpose

LIST = reverse("admin:predictions_prediction_changelist")


def of_auditor(name: str, employee: int) -> None:
    """Search, open, reveal, in a periodic audit."""
    _look(_logged_in(name), employee, Purpose.AUDIT)


def of_contested(name: str, employee: int) -> None:
    """Somebody contests their score: it is revealed, computed again and proven."""
    client = _logged_in(name)
    row = _look(client, employee, Purpose.CONTEST)
    _post(client, reverse("admin:replay_prediction", args=[row.pk]))
    _get(client, reverse("admin:prove_prediction", args=[row.pk]))


def _look(client: Client, employee: int, purpose: Purpose) -> Prediction:
    row = Prediction.objects.filter(employee=employee).latest("created_at")
    _get(client, f"{LIST}?q={employee}")
    _get(client, reverse("admin:predictions_prediction_change", args=[row.pk]))
    _post(client, reverse("admin:reveal_prediction", args=[row.pk]), purpose)
    return row


def of_exported(name: str) -> int:
    """Take the answers above the threshold as a file; return the look at its end."""
    address = f"{reverse('admin:export_predictions')}?prediction__exact=1"
    answer = _logged_in(name).post(
        address, {"purpose": Purpose.AUDIT, "format": "csv", "dialect": "semicolon"}
    )
    _expect(200, answer, address)
    for _piece in answer.streaming_content:
        pass  # its end goes on record once it is read
    return Access.objects.get(action=Action.EXPORTED).pk


def of_manager(name: str, employee: int) -> None:
    """Score one person for an interview."""
    address = reverse("admin:attrition_employee_score", args=[employee])
    _post(_logged_in(name), address, Purpose.REVIEW)


def _logged_in(name: str) -> Client:
    client = Client(SERVER_NAME="localhost", headers={"Accept": "text/html"})
    client.force_login(User.objects.get(username=name))
    return client


def _get(client: Client, address: str) -> None:
    _expect(200, client.get(address), address)


def _post(client: Client, address: str, purpose: str = "") -> None:
    _expect(302, client.post(address, {"purpose": purpose}), address)


def _expect(status, answer, address) -> None:
    if answer.status_code != status:
        raise RuntimeError(f"{address}: {answer.status_code} instead of {status}.")
