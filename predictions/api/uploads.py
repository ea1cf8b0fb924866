"""A file of people in a request: the body itself, or the part `file` of a form."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import SpooledTemporaryFile
from typing import IO, Any, NamedTuple

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.http.multipartparser import MultiPartParser, MultiPartParserError
from rest_framework.parsers import BaseParser
from rest_framework.request import Request

from attrition.validation import unknown_field
from predictions.api.base import PIECE, media_type
from predictions.api.errors import Refusal
from predictions.record_files import FileKind
from technova.uploads import keeping

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
TOKEN = "csrfmiddlewaretoken"  # of a page's form


class LeftUnread(BaseParser):
    """For DRF, which looks for a token in every body that a session sends."""

    def parse(self, stream, media_type=None, parser_context=None) -> dict[str, Any]:
        return {}


LEFT_UNREAD = [
    type("LeftUnread", (LeftUnread,), {"media_type": kind}) for kind in (FORM, *KINDS)
]


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
    with SpooledTemporaryFile(settings.MAX_BODY_BYTES) as body:
        _copy(request, body)
        if media_type(request) != FORM:
            yield _upload(body, KINDS[media_type(request)])
            return
        with _part(request, body) as part:
            yield _upload(part.file, _kind(part))


def _copy(request: Request, body: IO[bytes]) -> None:
    while piece := request._request.read(PIECE):
        body.write(piece)
    # Half of a file is a file too: whoever is cut off must not be taken at their word.
    if body.tell() != int(request.META["CONTENT_LENGTH"]):
        raise Refusal("bad_request")
    body.seek(0)


def _upload(file: IO[bytes], kind: FileKind) -> Upload:
    digest = hashlib.sha256()
    while piece := file.read(PIECE):
        digest.update(piece)
    file.seek(0)
    return Upload(file, kind, digest.hexdigest())


@contextmanager
def _part(request: Request, body: IO[bytes]) -> Iterator[UploadedFile]:
    """The one file of a form. Raises Refusal."""
    handlers = keeping(request._request)
    try:
        fields, files = MultiPartParser(request.META, body, handlers).parse()
    except MultiPartParserError:
        raise Refusal("bad_request") from None
    try:
        if unknown := [name for name in fields if name != TOKEN]:
            raise Refusal.listing([unknown_field(name, ["file"]) for name in unknown])
        if set(files) != {"file"} or len(files.getlist("file")) != 1:
            raise Refusal("one_file", "file")
        yield files["file"]
    finally:
        for name in files:
            for file in files.getlist(name):
                file.close()


def _kind(part: UploadedFile) -> FileKind:
    ending = (part.name or "").rpartition(".")[2].lower()
    kind = BY_ENDING.get(ending) or KINDS.get((part.content_type or "").lower())
    if kind is None:
        raise Refusal("unknown_file_kind", "file")
    return kind
