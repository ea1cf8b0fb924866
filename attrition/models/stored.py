"""One feature of a person as SQL finds it, so that an index can hold it."""

import re
from typing import Any

from django.db import models
from django.db.models import Func

NAME = re.compile(r"[a-z_]+")


class StoredText(Func):
    """The text of one feature; null where there is none.

    Written out in SQL without parameters: that is how both databases see that an index
    of the same words answers it.
    """

    template = "(%(expressions)s ->> '%(name)s')"
    output_field = models.TextField()

    def __init__(self, column: Any, name: str) -> None:
        if not NAME.fullmatch(name):
            raise ValueError(f"{name!r} is no field's name")
        super().__init__(column, name=name)

    def as_sqlite(self, compiler: Any, connection: Any, **kwargs: Any) -> Any:
        # A number as text too, as PostgreSQL has it.
        template = "CAST(JSON_EXTRACT(%(expressions)s, '$.%(name)s') AS TEXT)"
        return super().as_sql(compiler, connection, template=template, **kwargs)
