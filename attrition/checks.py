"""System checks: what would stop scoring is said before the first request."""

from typing import Any

from django.core.checks import CheckMessage, Error, Tags, Warning, register

from attrition import releases
from attrition.errors import ReleaseRejected


@register()
def release_is_whole(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    try:
        releases.current()
    except ReleaseRejected as error:
        return [
            Error(
                str(error),
                hint="Until then /predict answers 503 and nothing is scored.",
                id="attrition.E001",
            )
        ]
    return []


@register(Tags.security, deploy=True)
def release_is_real(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    try:
        release = releases.current()
    except ReleaseRejected:
        return []  # attrition.E001 says so
    if not release.is_demonstration:
        return []
    return [
        Warning(
            f"Release {release.version} was trained on fictional data.",
            hint="Train one on your own extracts: manage.py train_model.",
            id="attrition.W001",
        )
    ]
