"""What `/openapi.json` says of each call."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema

from predictions.api.components import ref
from predictions.api.feature_schema import example_features
from predictions.api.pagination import DEFAULT_LIMIT, HIGHEST_LIMIT
from predictions.models import Source
from predictions.monitoring.readiness import CHECKS

ERRORS = {
    401: "No API key, or none that is valid.",
    403: "The key lacks the scope.",
    404: "There is no such object.",
    405: "Another method is needed.",
    406: "Answers are JSON.",
    413: "The body is larger than this call takes (1 MiB where nothing else is said).",
    415: "The body must be of a type that this call takes.",
    422: "The body or a parameter is wrong; `errors` says where.",
    503: "The model or the log is unavailable: nothing was scored. See Retry-After.",
}
READING = (401, 403, 405, 406, 422, 503)
BODY = (413, 415)
NEVER_ALONE = (
    "A score is never a decision on its own (GDPR, article 22): it starts a "
    "conversation, and a person decides."
)


class Schema(AutoSchema):
    """Groups the calls by the first word of their path."""

    def get_tags(self) -> list[str]:
        return [self.path.strip("/").split("/")[0]]


class ApiKeyScheme(OpenApiAuthenticationExtension):
    target_class = "predictions.api.authentication.ApiKeyAuthentication"
    name = "ApiKey"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, str]:
        return {
            "type": "apiKey",
            "in": "header",
            "name": "X-API-Key",
            "description": "Or `Authorization: Api-Key <key>`.",
        }


def _call(
    name: str,
    summary: str,
    ok: Any,
    errors: tuple[int, ...],
    *,
    status: int = 200,
    **more: Any,
) -> Any:
    more.setdefault("description", "")  # else the view's own docstring
    responses: dict[Any, Any] = {status: ok}
    for code in sorted(errors):
        responses[code] = OpenApiResponse(ref("Error"), ERRORS[code])
    return extend_schema(
        operation_id=name, summary=summary, responses=responses, **more
    )


def _query(name: str, description: str, **schema: Any) -> OpenApiParameter:
    return OpenApiParameter(name, schema, description=description)


def _path(name: str) -> OpenApiParameter:
    schema = {"type": "integer", "minimum": 1, "maximum": 2**63 - 1}
    return OpenApiParameter(name, schema, location=OpenApiParameter.PATH)


EMPLOYEE_ID = _path("employee_id")
EXPLAIN = _query(
    "explain", "Add what each field contributed.", type="boolean", default=False
)
IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    {"type": "string", "minLength": 1, "maxLength": 255},
    location=OpenApiParameter.HEADER,
    description="Makes a retry safe: the same key and body get the first answer again "
    "(same `db_id`, or the same batch, and `Idempotent-Replayed: true`), another body "
    "is 422. Kept for 24 hours or longer.",
)
ON_ERROR = _query(
    "on_error",
    "What becomes of the others when somebody can't be scored.",
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
        "Rows in one page.",
        type="integer",
        minimum=1,
        maximum=HIGHEST_LIMIT,
        default=DEFAULT_LIMIT,
    ),
    _query("cursor", "Taken from the `Link` of the page before.", type="string"),
]
TIME = "ISO 8601, UTC where no zone is named."
FILTERS = [
    _query("prediction", "Only this class.", type="integer", enum=[0, 1]),
    _query("model_version", "Only this release.", type="string", minLength=1),
    _query("source", "Only asked this way.", type="string", enum=Source.values),
    _query("since", f"Asked at or after. {TIME}", type="string"),
    _query("until", f"Asked before. {TIME}", type="string"),
]


def _list(name: str) -> OpenApiResponse:
    return OpenApiResponse(
        {"type": "array", "items": ref(name)},
        'The next page, if there is one, stands in `Link` with `rel="next"`.',
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
    "Score an employee from features",
    ref("Answer"),
    (*READING, *BODY),
    request={"application/json": ref("Request")},
    parameters=[EXPLAIN, IDEMPOTENCY_KEY],
    description=NEVER_ALONE,
)
predict_by_id = _call(
    "predict_by_id",
    "Score a stored employee",
    ref("Answer"),
    (*READING, 404),
    request=None,
    parameters=[EMPLOYEE_ID, EXPLAIN, IDEMPOTENCY_KEY],
    description=NEVER_ALONE,
)
predict_batch = _call(
    "predict_batch",
    "Score up to 5,000 employees at once",
    ref("BatchAnswer"),
    (*READING, *BODY),
    request={"application/json": ref("BatchRequest")},
    parameters=[EXPLAIN, ON_ERROR, IDEMPOTENCY_KEY],
    description="One transaction: all are answered or none, in the order of the "
    f"request. The body takes up to 16 MiB. {NEVER_ALONE}",
)
batches = _call(
    "batches",
    "List batches, newest first",
    _list("Batch"),
    READING,
    parameters=PAGE,
    description="The caller's own; with the scope `history` everybody's.",
)
post_batch = _call(
    "post_batch",
    "Start a batch",
    OpenApiResponse(ref("Batch"), "Started: `Location` says where to look."),
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
    description="Chosen employees, all who are active, or a file of up to 100 MiB and "
    "1,000,000 people: a CSV whose header names fields (and `employee_id`), or NDJSON "
    "with a body of `/predict` on each line. A file is read whole before anybody is "
    "scored: what is wrong is refused with line and field. A stored employee who can't "
    f"be scored stands in the results with the reasons. {NEVER_ALONE}",
)
BATCH_ID = OpenApiParameter(
    "id", {"type": "string", "format": "uuid"}, location=OpenApiParameter.PATH
)
one_batch = _call(
    "batch",
    "How far a batch is",
    ref("Batch"),
    (*READING, 404),
    parameters=[BATCH_ID],
)
cancel_batch = _call(
    "cancel_batch",
    "Score no more of a batch",
    ref("Batch"),
    (*READING, 404),
    request=None,
    parameters=[BATCH_ID],
    description="What is logged stays logged. People who are being scored at this "
    "moment still are. A batch that has ended stays as it is. Only who asked may.",
)
batch_results = _call(
    "batch_results",
    "What a batch answered so far",
    {
        "application/x-ndjson": {"type": "string", "description": "An object a row."},
        "text/csv": {"type": "string", "description": "A line a row."},
    },
    (*READING, 404),
    parameters=[
        BATCH_ID,
        _query(
            "format",
            "Or say it with `Accept`.",
            type="string",
            enum=["ndjson", "csv"],
            default="ndjson",
        ),
    ],
    description="In the order of the rows, streamed: an answer of `/predict` with its "
    "`row` and `employee_id`, or `errors`. `Batch-State` says whether all are there.",
)
history = _call(
    "history",
    "Read the log, newest first",
    _list("Prediction"),
    READING,
    parameters=[*FILTERS, *PAGE],
)
history_of_employee = _call(
    "history_of_employee",
    "Read the log of one employee, newest first",
    _list("Prediction"),
    READING,
    parameters=[EMPLOYEE_ID, *FILTERS, *PAGE],
)
one_prediction = _call(
    "prediction",
    "Read one row of the log",
    ref("Prediction"),
    (*READING, 404),
    parameters=[_path("id"), EXPLAIN],
)
replay = _call(
    "replay",
    "Compute a recorded answer again",
    ref("Replay"),
    (*READING, 404),
    request=None,
    parameters=[_path("id")],
    description="With the release, the payload and the threshold of then. The replay "
    "goes on record; it is no prediction. 422 where the payload was erased or the "
    "release is gone.",
)
employees = _call(
    "employees",
    "List employees",
    _list("Employee"),
    READING,
    parameters=PAGE,
    description="The archived too: `archived_at` says since when.",
)
put_employees = _call(
    "put_employees",
    "Create or replace up to 5,000 employees at once",
    ref("Stored"),
    (*READING, *BODY),
    request={"application/json": ref("EmployeesRequest")},
    description="One transaction: all or none. Whoever was archived is brought back, "
    "and counts as replaced. Of two calls at once, each person is as the later one "
    "says. The body takes up to 16 MiB.",
)
one_employee = _call(
    "employee",
    "Read an employee",
    ref("Employee"),
    (*READING, 404),
    parameters=[EMPLOYEE_ID],
)
put_employee = extend_schema(
    operation_id="put_employee",
    summary="Create or replace an employee",
    description="Whoever was archived is brought back.",
    request={"application/json": ref("Request")},
    parameters=[EMPLOYEE_ID],
    responses={
        200: OpenApiResponse(ref("Employee"), "Replaced."),
        201: OpenApiResponse(ref("Employee"), "Created."),
        **{
            code: OpenApiResponse(ref("Error"), ERRORS[code])
            for code in sorted((*READING, *BODY))
        },
    },
)
patch_employee = _call(
    "patch_employee",
    "Change some features of an employee",
    ref("Employee"),
    (*READING, *BODY, 404),
    request={"application/json": ref("ChangeRequest")},
    parameters=[EMPLOYEE_ID],
)
ready = _call(
    "ready",
    "Ready to answer and to record",
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
    description="The database answers, its migrations are applied, the log may be "
    "written and has its triggers, and a verified release serves. 503 names in "
    "`errors` which of these fails. Found out once a second at most.",
)
health = _call(
    "health",
    "Alive",
    {"type": "object", "properties": {"status": {"const": "ok"}}},
    (405, 406),
    auth=[],
)
