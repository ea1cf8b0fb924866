"""What every call shares: the order in which a request is checked."""

from tempfile import SpooledTemporaryFile
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from gunicorn.http.errors import ParseException
from rest_framework.exceptions import NotAuthenticated, UnsupportedMediaType
from rest_framework.request import Request
from rest_framework.viewsets import ViewSet

from predictions.api import throttling
from predictions.api.errors import (
    BodyTooLarge,
    MethodNotAllowed,
    Refusal,
    WrongMediaType,
)
from predictions.api.idempotency import caller_name, sent_key
from predictions.batches.making import Asker
from predictions.models import Scope, Source
from predictions.services import Caller

PIECE = 64 * 1024
BATCH_BYTES = 16 * 1024 * 1024  # of many people as JSON, read whole into memory
METHODS_WITH_BODY = {"POST", "PUT", "PATCH"}


class ChecksInOrder:
    """401, 405, 403, 406, 415, 413, in this order; then the call itself says 422.

    429 in place of 401, or before the body is looked at.

    For a view of DRF, which gives `scopes`: the scope of each HTTP method it takes.
    """

    heading: Any = ""
    """What a browsable page is called, in the language of the reader."""
    scopes: dict[str, Scope] = {}
    scores = False  # whether a refusal of it goes on record
    takes_body = True
    content_types: tuple[str, ...] = ("application/json",)
    most_bytes = settings.MAX_BODY_BYTES  # of a body
    # No OPTIONS: it would answer with DRF's own words, and /docs has them in ours.
    http_method_names = ["get", "post", "put", "patch", "head"]

    def get_view_name(self) -> str:
        return str(self.heading)  # `name` is taken: DRF's routing sets it

    def get_view_description(self, html: bool = False) -> str:
        return ""  # DRF shows a view's docstring, which is for developers

    def initial(self, request: Request, *args, **kwargs) -> None:
        self.format_kwarg = None  # negotiation asks for it
        request.version = None  # and drf-spectacular for this
        try:
            self.perform_authentication(request)
        except UnsupportedMediaType:  # a session's token is looked for in the body
            raise self.wrong_media_type() from None
        if self.scopes and not request.user.is_authenticated:
            raise NotAuthenticated
        if request.method not in self.allowed_methods:
            raise MethodNotAllowed(
                "method_not_allowed",
                method=request.method,
                allowed=", ".join(self.allowed_methods),
            )
        self.check_permissions(request)
        negotiated = self.perform_content_negotiation(request)
        request.accepted_renderer, request.accepted_media_type = negotiated
        if settings.THROTTLE_KEY and request.auth is not None:
            throttling.count_call(request, request.auth)
        if request.method in METHODS_WITH_BODY and self.takes_body:
            self.check_body(request)

    def check_body(self, request: Request) -> None:
        # Media types know no case (RFC 9110, 8.3.1); DRF's parsers do, and so does the
        # boundary of a form.
        kind, *parameters = request.content_type.split(";", 1)
        request.META["CONTENT_TYPE"] = ";".join([kind.strip().lower(), *parameters])
        if media_type(request) not in self.content_types:
            raise self.wrong_media_type()
        if "HTTP_TRANSFER_ENCODING" in request.META:
            give_length(request._request, self.most_bytes)
        sent = request.META.get("CONTENT_LENGTH") or "0"
        length = int(sent) if sent.isdecimal() else 0
        if length > self.most_bytes:
            raise BodyTooLarge("body_too_large", limit=self.most_bytes)
        # DRF parses no body of this length: it would pass for an empty object.
        if length == 0:
            raise Refusal("empty_body")

    def wrong_media_type(self) -> WrongMediaType:
        allowed = ", ".join(self.content_types)
        return WrongMediaType("unsupported_media_type", allowed=allowed)


def media_type(request: Request) -> str:
    """The type of the body, without its parameters."""
    return request.content_type.partition(";")[0].strip()


def give_length(request: HttpRequest, most_bytes: int) -> None:
    """Read a body that comes in chunks: Django reads no further than Content-Length.

    Some clients, .NET's first of all, send JSON in chunks. Only callers who passed the
    checks before get here: to wait for a chunk takes a thread.
    """
    if request.META.get("wsgi.input_terminated"):
        # Closed when the request is forgotten: no `with` lasts as long (SIM115).
        body = SpooledTemporaryFile(settings.MAX_BODY_BYTES)  # noqa: SIM115
        try:
            # One byte more than the limit is enough to be refused by.
            while (left := most_bytes + 1 - body.tell()) and (
                piece := request.META["wsgi.input"].read(min(left, PIECE))
            ):
                body.write(piece)
        except (OSError, ParseException):  # a chunk that is none, or never came
            raise Refusal("bad_request") from None
        request.META["CONTENT_LENGTH"] = str(body.tell())
        body.seek(0)
        request._stream = body


class ApiViewSet(ChecksInOrder, ViewSet):
    """A call of the API. What it answers is about people: no cache keeps it."""

    def finalize_response(self, request, response, *args, **kwargs):
        response = super().finalize_response(request, response, *args, **kwargs)
        response["Cache-Control"] = "no-store"
        return response


def caller(request: Request, source: Source = Source.API) -> Caller:
    """Who asks, as the log copies it."""
    key = request.auth
    return Caller(
        source=source,
        key_prefix=key.prefix if key else "",
        key_owner=key.owner if key else "",
        user_name=request.user.get_username(),
        request_id=request._request.request_id,
    )


def asker(request: Request, **asked: Any) -> Asker:
    """Who asks for a batch, under which key; `asked` (JSON) says what for."""
    who = caller(request, Source.BATCH)
    # The same body is another request at another address.
    asked["call"] = request.resolver_match.route.rstrip("/")
    return Asker(who, caller_name(request), sent_key(request), asked)
