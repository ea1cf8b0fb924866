"""The base of every log, under the name that the logs of predictions know it by."""

from attrition.models.append_only import (
    AppendOnly,
    AppendOnlyError,
    AppendOnlyQuerySet,
)

__all__ = ["AppendOnly", "AppendOnlyError", "AppendOnlyQuerySet"]
