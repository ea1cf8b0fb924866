"""What `/openapi.json` says of each call."""

from typing import Any

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from drf_spectacular.authentication import SessionScheme
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema

from predictions.api.components import ref
from predictions.api.feature_schema import example_features
from predictions.api.pagination import DEFAULT_LIMIT, HIGHEST_LIMIT
from predictions.models import Source
from predictions.monitoring.readiness import CHECKS

ERRORS = {
    401: _("No API key, or none that is valid."),
    403: _("The key lacks the scope."),
    404: _("There is no such object."),
    405: _("Another method is needed."),
    406: _("Answers are JSON."),
    413: _(
        "The body is larger than this call takes (1 MiB where nothing else is said)."
    ),
    415: _("The body must be of a type that this call takes."),
    422: _("The body or a parameter is wrong; `errors` says where."),
    429: _("Too many calls of this key, or wrong keys from this address: Retry-After."),
    503: _("The model or the log is unavailable: nothing was scored. See Retry-After."),
}
READING = (401, 403, 405, 406, 422, 429, 503)
BODY = (413, 415)
NEVER_ALONE = _(
    "A score is never a decision on its own (GDPR, article 22): it starts a "
    "conversation, and a person decides."
)


class Schema(AutoSchema):
    """Groups the calls by the first word of their path."""

    def get_tags(self) -> list[str]:
        return [self.path.strip("/").split("/")[0]]

    def get_description(self) -> str:
        return ""  # not the docstring of the view, which is for developers

    def _is_list_view(self, serializer: Any = None) -> bool:
        return False  # ours say themselves that they are arrays

    def _get_request_for_media_type(self, *args: Any, **kwargs: Any) -> Any:
        body, _is_required = super()._get_request_for_media_type(*args, **kwargs)
        return body, True  # without one there is no media type either: 415


class ApiKeyScheme(OpenApiAuthenticationExtension):
    target_class = "predictions.api.authentication.ApiKeyAuthentication"
    name = "ApiKey"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, str]:
        return {
            "type": "apiKey",
            "in": "header",
            "name": "X-API-Key",
            "description": _("Or `Authorization: Api-Key <key>`."),
        }


class ByMediaType(dict[tuple[int, str], Any]):
    """What is answered, where the media type decides."""


class LoginScheme(SessionScheme):
    target_class = "predictions.api.authentication.LoginAuthentication"


def _call(
    name: str,
    summary: Promise,
    ok: Any,
    errors: tuple[int, ...],
    *,
    status: int = 200,
    **more: Any,
) -> Any:
    responses: dict[Any, Any] = ok if isinstance(ok, ByMediaType) else {status: ok}
    for code in sorted(errors):
        responses[code] = OpenApiResponse(ref("Error"), ERRORS[code])
    return extend_schema(
        operation_id=name, summary=summary, responses=responses, **more
    )


def _sentences(*sentences: Promise) -> Promise:
    return format_lazy(" ".join(["{}"] * len(sentences)), *sentences)


def _query(name: str, description: Promise, **schema: Any) -> OpenApiParameter:
    return OpenApiParameter(name, schema, description=description)


def _path(name: str) -> OpenApiParameter:
    schema = {"type": "integer", "minimum": 1, "maximum": 2**63 - 1}
    return OpenApiParameter(name, schema, location=OpenApiParameter.PATH)


EMPLOYEE_ID = _path("employee_id")
EXPLAIN = _query(
    "explain", _("Add what each field contributed."), type="boolean", default=False
)
IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
    location=OpenApiParameter.HEADER,
    description=_(
        "Makes a retry safe: the same key and body get the first answer again (same "
        "`db_id`, or the same batch, and `Idempotent-Replayed: true`), another body is "
        "422. Kept for 24 hours or longer."
    ),
)
ON_ERROR = _query(
    "on_error",
    _("What becomes of the others when somebody can't be scored."),
    type="string",
    enum=["refuse", "skip"],
    default="refuse",
)
FILE = {"type": "string", "format": "binary"}
FORM_FILE = {
    "type": "object",
    "properties": {"file": FILE},
    "required": ["file"],
    "additionalProperties": False,
}
PAGE = [
    _query(
        "limit",
        _("Rows in one page."),
        type="integer",
        minimum=1,
        maximum=HIGHEST_LIMIT,
        default=DEFAULT_LIMIT,
    ),
    _query(
        "cursor",
        _("Taken from the `Link` of the page before."),
        type="string",
        minLength=1,
    ),
]
TIME = _("ISO 8601, UTC where no zone is named.")
DATE_OR_TIME = {
    "type": "string",
    "anyOf": [{"format": "date"}, {"format": "date-time"}],
}
FILTERS = [
    _query("prediction", _("Only this class."), type="integer", enum=[0, 1]),
    _query(
        "model_version",
        _("Only this release."),
        type="string",
        pattern=r"^[^\u0000]+$",
    ),
    _query("source", _("Only asked this way."), type="string", enum=Source.values),
    _query("since", _sentences(_("Asked at or after."), TIME), **DATE_OR_TIME),
    _query("until", _sentences(_("Asked before."), TIME), **DATE_OR_TIME),
]


def _list(name: str) -> OpenApiResponse:
    return OpenApiResponse(
        {"type": "array", "items": ref(name)},
        _('The next page, if there is one, stands in `Link` with `rel="next"`.'),
    )


def example_request() -> dict[str, Any]:
    return {"features": example_features()}


def example_batch() -> dict[str, Any]:
    return {"records": [{**example_request(), "employee_id": 669}]}


def example_employees() -> dict[str, Any]:
    return {"employees": [{"employee_id": 669, **example_request()}]}


def example_large_batch() -> dict[str, Any]:
    return {"all": True}


predict = _call(
    "predict",
    _("Score an employee from features"),
    ref("Answer"),
    (*READING, *BODY),
    request={"application/json": ref("Request")},
    parameters=[EXPLAIN, IDEMPOTENCY_KEY],
    description=NEVER_ALONE,
)
predict_by_id = _call(
    "predict_by_id",
    _("Score a stored employee"),
    ref("Answer"),
    (*READING, 404),
    request=None,
    parameters=[EMPLOYEE_ID, EXPLAIN, IDEMPOTENCY_KEY],
    description=NEVER_ALONE,
)
predict_batch = _call(
    "predict_batch",
    _("Score up to 5,000 employees at once"),
    ref("BatchAnswer"),
    (*READING, *BODY),
    request={"application/json": ref("BatchRequest")},
    parameters=[EXPLAIN, ON_ERROR, IDEMPOTENCY_KEY],
    description=_sentences(
        _(
            "One transaction: all are answered or none, in the order of the request. "
            "The body takes up to 16 MiB."
        ),
        NEVER_ALONE,
    ),
)
batches = _call(
    "batches",
    _("List batches, newest first"),
    _list("Batch"),
    READING,
    parameters=PAGE,
    description=_("The caller's own; with the scope `history` everybody's."),
)
post_batch = _call(
    "post_batch",
    _("Start a batch"),
    OpenApiResponse(ref("Batch"), _("Started: `Location` says where to look.")),
    (*READING, *BODY),
    status=202,
    request={
        "application/json": ref("LargeBatchRequest"),
        "multipart/form-data": FORM_FILE,
        "text/csv": FILE,
        "application/x-ndjson": FILE,
        "application/jsonl": FILE,
    },
    parameters=[ON_ERROR, IDEMPOTENCY_KEY],
    description=_sentences(
        _(
            "Chosen employees, all who are active, or a file of up to 100 MiB and "
            "1,000,000 people: a CSV whose header names fields (and `employee_id`), or "
            "NDJSON with a body of `/predict` on each line. A file is read whole "
            "before anybody is scored: what is wrong is refused with line and field. "
            "A stored employee who can't be scored stands in the results with the "
            "reasons."
        ),
        NEVER_ALONE,
    ),
)
BATCH_ID = OpenApiParameter(
    "id", {"type": "string", "format": "uuid"}, location=OpenApiParameter.PATH
)
one_batch = _call(
    "batch",
    _("How far a batch is"),
    ref("Batch"),
    (*READING, 404),
    parameters=[BATCH_ID],
)
cancel_batch = _call(
    "cancel_batch",
    _("Score no more of a batch"),
    ref("Batch"),
    (*READING, 404),
    request=None,
    parameters=[BATCH_ID],
    description=_(
        "What is logged stays logged. People who are being scored at this "
        "moment still are. A batch that has ended stays as it is. Only who asked may."
    ),
)
batch_results = _call(
    "batch_results",
    _("What a batch answered so far"),
    ByMediaType(
        {
            (200, "application/x-ndjson"): {
                "type": "string",
                "description": _("An object a row."),
            },
            (200, "text/csv"): {"type": "string", "description": _("A line a row.")},
        }
    ),
    (*READING, 404),
    parameters=[
        BATCH_ID,
        _query(
            "format",
            _("Or say it with `Accept`."),
            type="string",
            enum=["ndjson", "csv"],
            default="ndjson",
        ),
    ],
    description=_(
        "In the order of the rows, streamed: an answer of `/predict` with its `row` "
        "and `employee_id`, or `errors`. `Batch-State` says whether all are there."
    ),
)
history = _call(
    "history",
    _("Read the log, newest first"),
    _list("Prediction"),
    READING,
    parameters=[*FILTERS, *PAGE],
)
history_of_employee = _call(
    "history_of_employee",
    _("Read the log of one employee, newest first"),
    _list("Prediction"),
    READING,
    parameters=[EMPLOYEE_ID, *FILTERS, *PAGE],
)
one_prediction = _call(
    "prediction",
    _("Read one row of the log"),
    ref("Prediction"),
    (*READING, 404),
    parameters=[_path("id"), EXPLAIN],
)
replay = _call(
    "replay",
    _("Compute a recorded answer again"),
    ref("Replay"),
    (*READING, 404),
    request=None,
    parameters=[_path("id")],
    description=_(
        "With the release, the payload and the threshold of then. The replay "
        "goes on record; it is no prediction. 422 where the payload was erased or the "
        "release is gone."
    ),
)
employees = _call(
    "employees",
    _("List employees"),
    _list("Employee"),
    READING,
    parameters=PAGE,
    description=_("The archived too: `archived_at` says since when."),
)
put_employees = _call(
    "put_employees",
    _("Create or replace up to 5,000 employees at once"),
    ref("Stored"),
    (*READING, *BODY),
    request={"application/json": ref("EmployeesRequest")},
    description=_(
        "One transaction: all or none. Whoever was archived is brought back, "
        "and counts as replaced. Of two calls at once, each person is as the later one "
        "says. The body takes up to 16 MiB."
    ),
)
one_employee = _call(
    "employee",
    _("Read an employee"),
    ref("Employee"),
    (*READING, 404),
    parameters=[EMPLOYEE_ID],
)
put_employee = extend_schema(
    operation_id="put_employee",
    summary=_("Create or replace an employee"),
    description=_("Whoever was archived is brought back."),
    request={"application/json": ref("StoreRequest")},
    parameters=[EMPLOYEE_ID],
    responses={
        200: OpenApiResponse(ref("Employee"), _("Replaced.")),
        201: OpenApiResponse(ref("Employee"), _("Created.")),
        **{
            code: OpenApiResponse(ref("Error"), ERRORS[code])
            for code in sorted((*READING, *BODY))
        },
    },
)
patch_employee = _call(
    "patch_employee",
    _("Change some features of an employee"),
    ref("Employee"),
    (*READING, *BODY, 404),
    request={"application/json": ref("ChangeRequest")},
    parameters=[EMPLOYEE_ID],
    description=_("Changes the fields that are sent; null takes a value away."),
)
ready = _call(
    "ready",
    _("Ready to answer and to record"),
    {
        "type": "object",
        "properties": {
            "status": {"const": "ready"},
            "checks": {
                "type": "object",
                "properties": {name: {"const": "ok"} for name in CHECKS},
            },
        },
    },
    (405, 406, 503),
    auth=[],
    description=_(
        "The database answers, its migrations are applied, the log may be written and "
        "has its triggers, and a verified release serves. 503 names in `errors` which "
        "of these fails. Found out once a second at most."
    ),
)
health = _call(
    "health",
    _("Alive"),
    {"type": "object", "properties": {"status": {"const": "ok"}}},
    (405, 406),
    auth=[],
)
