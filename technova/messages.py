"""Finds the strings of templates for Babel (`make messages`); development only."""

import io
from collections.abc import Iterator
from typing import Any

from babel.messages.extract import extract_python
from django.utils.translation.template import templatize


def extract_django(
    file: io.BufferedIOBase, keywords: Any, comment_tags: Any, options: Any
) -> Iterator[Any]:
    """Babel's extractor for Django templates, by way of Django's own `templatize`.

    It turns a template into calls of gettext among filler; without their indentation
    the lines are what Babel's extractor for Python can read.
    """
    source = templatize(file.read().decode("utf-8"))
    lines = "\n".join(line.strip() for line in source.split("\n"))
    yield from extract_python(io.BytesIO(lines.encode()), keywords, comment_tags, {})
