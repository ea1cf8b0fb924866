"""System checks: what would stop scoring is said before the first request."""

from typing import Any

from django.core.checks import CheckMessage, Error, Info, Tags, Warning, register

from attrition import grounds, releases
from attrition.errors import ReleaseRejected
from attrition.flagged import override_in_words


@register()
def release_is_whole(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    try:
        release = releases.next_current()
    except ReleaseRejected as error:
        return [
            Error(
                str(error),
                hint="Until then /predict answers 503 and nothing is scored.",
                id="attrition.E001",
            )
        ]
    override = override_in_words(release)
    return [] if override is None else [Info(override, id="attrition.I001")]


@register(Tags.security, deploy=True)
def release_is_real(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    try:
        release = releases.next_current()
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


@register(Tags.security, deploy=True)
def release_uses_no_prohibited_ground(
    app_configs: Any, **kwargs: Any
) -> list[CheckMessage]:
    try:
        release = releases.next_current()
    except ReleaseRejected:
        return []
    used = grounds.used(release)
    if not used:
        return []
    return [
        Warning(
            f"Release {release.version} uses {', '.join(used)}: a prohibited ground "
            "(Code du travail, art. L.1132-1).",
            hint="Its model card says why it was allowed; let another release serve.",
            id="attrition.W002",
        )
    ]
