"""Newest first, among all rows or among some: the order, and the index that has it.

PostgreSQL takes a value for evenly spread over time. Asked for the newest rows of a
source that was common once and is not used since, it would walk the whole log from its
newest end, because an index of the whole log has that order too. So the rows of one
value are asked for in an order that only the indexes by value have: "nulls last". No
column here is ever null, so the rows and their order are the same.
"""

from datetime import datetime
from typing import Any

from django.db import models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.backends.ddl_references import Statement
from django.db.models import F, Q

NEWEST = ("-created_at", "-pk")
"""Of the whole log, or of a time."""

NEWEST_OF_SOME = (F("created_at").desc(nulls_last=True), "-pk")
"""Of the rows with a value, through a `NewestIndex` that begins with its column."""

OLDEST = ("created_at", "pk")
OLDEST_OF_SOME = (F("created_at").asc(nulls_first=True), "pk")


OF_BATCH = ("batch_row",)
"""Of the rows of one batch: as they were sent."""


def behind(created_at: datetime, pk: Any) -> Q:
    """What follows this row, newest first."""
    same_time = Q(created_at=created_at, pk__lt=pk)
    # The first condition alone lets the index start at the right place.
    return Q(created_at__lte=created_at) & (Q(created_at__lt=created_at) | same_time)


class NewestIndex(models.Index):
    """PostgreSQL reads it backwards for `NEWEST_OF_SOME`, and not for `NEWEST`.

    Ascending, because it then grows at the end of each value: a quarter smaller.
    """

    def create_sql(
        self,
        model: type[models.Model],
        schema_editor: BaseDatabaseSchemaEditor,
        using: str = "",
        **kwargs: Any,
    ) -> Statement:
        index = self.clone()
        # SQLite knows no such words in an index; its nulls come first anyway.
        if schema_editor.connection.vendor == "postgresql":
            index.fields_orders = [
                (name, "NULLS FIRST" if name == "created_at" else order)
                for name, order in self.fields_orders
            ]
        return super(NewestIndex, index).create_sql(
            model, schema_editor, using, **kwargs
        )
