"""Rows that are written once: what Python refuses, with a clear sentence.

An honest mistake ends here; a dishonest one at the triggers of
`predictions.database.triggers`, which know every model of this kind.
"""

from collections.abc import Iterable
from typing import Any, ClassVar, NoReturn, TypeVar

from django.db import models

from attrition.errors import AttritionError

Row = TypeVar("Row", bound=models.Model)


class AppendOnlyError(AttritionError):
    """An attempt to change or remove a row that is written once."""


def _never(*args: Any, **kwargs: Any) -> NoReturn:
    raise AppendOnlyError("Rows of a log are recorded once, never changed or removed.")


class AppendOnlyQuerySet(models.QuerySet[Row]):
    update = delete = bulk_update = update_or_create = _never

    def bulk_create(
        self,
        objs: Iterable[Row],
        batch_size: int | None = None,
        *conflicts: Any,
        **named_conflicts: Any,
    ) -> list[Row]:
        # Django's options for conflicts overwrite rows, or drop them without a word.
        if conflicts or named_conflicts:
            _never()
        return super().bulk_create(objs, batch_size)


class AppendOnly(models.Model):
    """The base of every log.

    `erasable` names the columns that an erasure on record may set to null, all in one
    statement; `erasures` is the table that such a record stands in, by `erasure_key`.
    """

    erasable: ClassVar[tuple[str, ...]] = ()
    erasures: ClassVar[str] = ""
    erasure_key: ClassVar[str] = "prediction_id"

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            _never()
        # Django would update the row whose id a new object was given.
        super().save(*args, **{**kwargs, "force_insert": True})

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        _never()
