"""System checks: what would stop scoring is said before the first request."""

from typing import Any

from django.core.checks import CheckMessage, Error, Info, Tags, Warning, register
from django.utils.translation import gettext as _

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
                hint=_("Until then /predict answers 503 and nothing is scored."),
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
            _("Release %(version)s was trained on fictional data.")
            % {"version": release.version},
            hint=_("Train one on your own extracts: manage.py train_model."),
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
    if not (used := grounds.used_in_words(release)):
        return []
    return [
        Warning(
            used,
            hint=_(
                "Its model card says why it was allowed; let another release serve."
            ),
            id="attrition.W002",
        )
    ]


@register()
def older_releases_are_whole(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    return [
        found
        for version in releases.folders()
        if not _serves_next(version) and (found := _damaged(version))
    ]


def _serves_next(version: str) -> bool:
    try:
        return releases.current_version() == version
    except ReleaseRejected:
        return False


def _damaged(version: str) -> CheckMessage | None:
    try:
        releases.load_anew(version)
    except ReleaseRejected as error:
        hint = _(
            "Until then the answers that release %(version)s gave can't be explained "
            "or computed again. manage.py check_release %(version)s proves it anew."
        ) % {"version": version}
        return Warning(str(error), hint=hint, id="attrition.W003")
    return None
