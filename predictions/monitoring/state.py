"""What is not counted but looked up, by the worker that answers a scrape."""

import logging
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import Error
from django.utils import timezone
from prometheus_client.core import GaugeMetricFamily

from attrition import releases
from attrition.errors import ReleaseRejected
from predictions import home_figures
from predictions.database.bounded import bounded
from predictions.models import LogCheck, Prediction, Seal, SealCheck
from predictions.monitoring.readiness import CHECKS, readiness

logger = logging.getLogger(__name__)


class State:
    """A collector of prometheus_client; says what it can when the database can't."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        yield _build()
        problems = {problem.field for problem in readiness.problems()}
        ready = _gauge("ready", "1 where this check of /ready passes.", ["check"])
        for check in CHECKS:
            ready.add_metric([check], check not in problems)
        yield ready
        if "database" in problems:
            return
        try:
            with bounded():
                found = [*_seals(), *_checks(), *_log()]
        except Error as error:
            logger.error("Figures could not be read: %s", type(error).__name__)
            return
        yield from found


def _gauge(name: str, text: str, labels: list[str] | None = None) -> Any:
    return GaugeMetricFamily(f"technova_{name}", text, labels=labels)


def _of(name: str, text: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"technova_{name}", text, value=value)


def _age(moment: datetime) -> float:
    return (timezone.now() - moment).total_seconds()


def _build() -> Any:
    labels = ["version", "revision", "model_version", "threshold"]
    found = _gauge("build_info", "What serves; empty where no release does.", labels)
    ours = [settings.SPECTACULAR_SETTINGS["VERSION"], settings.REVISION]
    try:
        release = releases.current()
        found.add_metric([*ours, release.version, str(release.threshold)], 1)
    except ReleaseRejected:
        found.add_metric([*ours, "", ""], 1)
    return found


def _seals() -> Iterator[GaugeMetricFamily]:
    seal = Seal.objects.order_by("-number").first()
    if seal is not None:
        text = "Since the newest seal was made; it grows while nothing is asked."
        yield _of("last_seal_age_seconds", text, _age(seal.created_at))
    text = f"Rows beyond the newest seal; counting ends at {home_figures.MOST_WAITING}."
    yield _of("unsealed_rows", text, home_figures.waiting())
    unsealed = Prediction.objects.filter(pk__gt=seal.last_id if seal else 0)
    oldest = unsealed.order_by("pk").values_list("created_at", flat=True).first()
    text = "How long the first of them has waited; 0 when none waits."
    yield _of("oldest_unsealed_age_seconds", text, _age(oldest) if oldest else 0)


def _checks() -> Iterator[GaugeMetricFamily]:
    seal = SealCheck.objects.first()
    if seal is not None:
        text = "1 when the newest seal held as summarise_log looked last."
        yield _of("seal_check_passed", text, not seal.findings)
        text = "Since summarise_log has looked."
        yield _of("seal_check_age_seconds", text, _age(seal.created_at))
    log = LogCheck.objects.order_by("-created_at", "-id").first()
    if log is not None:
        text = "1 when verify_log, over the whole log, found nothing the last time."
        yield _of("log_check_passed", text, not log.findings)
        text = "Since verify_log has ended over the whole log."
        yield _of("log_check_age_seconds", text, _age(log.created_at))


def _log() -> Iterator[GaugeMetricFamily]:
    """Whoever has asked, in whichever process: counted from the log itself."""
    text = "Answers in the log, as summarise_log counted them last."
    answers = _gauge("log_predictions", text, ["model_version"])
    text = "Those above the threshold, of people enough was known about."
    above = _gauge("log_predictions_above", text, ["model_version"])
    for row in home_figures.by_release():
        answers.add_metric([row["model_version"]], row["answers"])
        above.add_metric([row["model_version"]], row["flagged"])
    yield answers
    yield above
    if counted_at := home_figures.counted_at():
        text = "Since summarise_log has counted."
        yield _of("log_counted_age_seconds", text, _age(counted_at))
