"""Files in forms: refused, but where a view takes them.

Django's own handlers keep a file of any size, and whether a form is forged is looked up
in its body: before it is known who sends it.
"""

from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import (
    FileUploadHandler,
    MemoryFileUploadHandler,
    TemporaryFileUploadHandler,
)
from django.http import HttpRequest


class NoFiles(FileUploadHandler):
    def new_file(self, *args: Any, **kwargs: Any) -> None:
        raise RequestDataTooBig("A file where none is asked for.")

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Never called."""

    def file_complete(self, file_size: int) -> None:
        """Never called."""


def keeping(request: HttpRequest) -> list[FileUploadHandler]:
    """For a view that bounds what it takes: Django's own."""
    return [MemoryFileUploadHandler(request), TemporaryFileUploadHandler(request)]
