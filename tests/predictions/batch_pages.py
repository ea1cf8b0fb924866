"""The back-office's pages of batches, for tests that open them."""

import re
from html import unescape

from django.urls import reverse

from predictions.models import Batch

NOBODYS = "8c2e78e7-f5ae-4bfd-94b5-bff4f3f5f0a5"
LOG = reverse("admin:predictions_prediction_changelist")
EXPORT = reverse("admin:export_predictions")


def page(batch: Batch) -> str:
    return reverse("admin:predictions_batch_change", args=[batch.pk])


def seen(answer) -> str:
    """The words of a page, without its tags; no-break spaces are plain ones."""
    assert answer.status_code == 200
    text = re.sub(r"<[^>]+>", " ", answer.content.decode())
    return " ".join(unescape(text).split())


def read(client, address: str, language: str = "fr", **query) -> str:
    return seen(client.get(address, query, headers={"accept-language": language}))
