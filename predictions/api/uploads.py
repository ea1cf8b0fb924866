"""A file of people in a request: the body itself, or the part `file` of a form."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import SpooledTemporaryFile
from typing import IO, NamedTuple

from django.conf import settings
from django.http.multipartparser import MultiPartParserError
from rest_framework.request import Request

from predictions.api.base import PIECE, media_type
from predictions.api.errors import Refusal
from predictions.record_files import FileKind

FORM = "multipart/form-data"
KINDS = {
    "text/csv": FileKind.CSV,
    "application/x-ndjson": FileKind.NDJSON,
    "application/jsonl": FileKind.NDJSON,
}
BY_ENDING = {
    "csv": FileKind.CSV,
    "ndjson": FileKind.NDJSON,
    "jsonl": FileKind.NDJSON,
}


class Upload(NamedTuple):
    """A file, at its beginning; `sha256` in hexadecimal."""

    file: IO[bytes]
    kind: FileKind
    sha256: str


def is_upload(request: Request) -> bool:
    return media_type(request) in (FORM, *KINDS)


@contextmanager
def uploaded(request: Request) -> Iterator[Upload]:
    """The file that a request brings. Raises Refusal."""
    with SpooledTemporaryFile(settings.MAX_BODY_BYTES) as copy:
        if media_type(request) == FORM:
            file, kind = _of_form(request)
        else:
            file, kind = copy, KINDS[media_type(request)]
            while piece := request._request.read(PIECE):
                copy.write(piece)
        file.seek(0)
        digest = hashlib.sha256()
        while piece := file.read(PIECE):
            digest.update(piece)
        file.seek(0)
        yield Upload(file, kind, digest.hexdigest())


def _of_form(request: Request) -> tuple[IO[bytes], FileKind]:
    try:
        files = request._request.FILES
    except MultiPartParserError:
        raise Refusal("bad_request") from None
    if set(files) != {"file"} or len(files.getlist("file")) != 1:
        raise Refusal("one_file", "file")
    file = files["file"]
    kind = BY_ENDING.get((file.name or "").rpartition(".")[2].lower())
    kind = kind or KINDS.get(file.content_type or "")
    if kind is None:
        raise Refusal("unknown_file_kind", "file")
    return file.file, kind
