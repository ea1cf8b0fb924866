"""Whatever comes in is read or refused, by the documented means and no other."""

import json
from typing import Any

import pytest
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st
from rest_framework.request import Request

from attrition import releases
from attrition.errors import InvalidFeatures
from attrition.extract_file import ExtractFile
from attrition.features import BY_NAME, FIELDS, SPELLINGS
from attrition.field import Extract
from attrition.validation import CHANGES, STORABLE
from predictions.api import parameters, uploads
from predictions.api.errors import Refusal
from predictions.api.pagination import BY_EMPLOYEE, NEWEST_BATCH_FIRST, NEWEST_FIRST
from predictions.strict_json import RefusedJSON, parse
from tests.attack.values import FILES, VALUES

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=70)
    | st.sampled_from([field.example for field in FIELDS])
)
ANYTHING = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner),
)
NAMES = st.sampled_from([*BY_NAME, *SPELLINGS]) | st.text(max_size=70)


@pytest.mark.parametrize("which", ["of the release", "to store", "of changes"])
@given(payload=st.dictionaries(NAMES, ANYTHING, max_size=12))
def test_any_payload_is_valid_or_refused_by_field(which, payload):
    validator = {"to store": STORABLE, "of changes": CHANGES}.get(which)
    validator = validator or releases.current().validator

    problems = None
    try:
        values = validator.validate(payload)
    except InvalidFeatures as refused:
        problems = refused.problems
    if problems is not None:
        assert problems
        assert all(problem.message for problem in problems)
    else:
        assert values.keys() == BY_NAME.keys()
        json.dumps(values, allow_nan=False)  # what is stored is JSON
        again = validator.validate({k: v for k, v in values.items() if v is not None})
        assert again == values


@given(body=st.binary(max_size=300) | ANYTHING.map(lambda v: json.dumps(v).encode()))
def test_any_bytes_are_strict_json_or_refused(body):
    problem = None
    try:
        value = parse(body)
    except RefusedJSON as refused:
        problem = refused.problem
    if problem is not None:
        assert problem.message
    else:
        assert value == json.loads(body)
        json.dumps(value, allow_nan=False).encode()


WORDS = b"id_employee eval_number code_sondage age E_1 1 Oui 11% - 1,5".split()
SIGNS = [b",", b";", b"\t", b"\n", b"\r\n", b'"', b"\0", b"\xff", b"\xef\xbb\xbf"]
PIECES = st.sampled_from([*WORDS, *SIGNS])


@pytest.mark.parametrize("extract", list(Extract))
@given(sent=st.binary(max_size=200) | st.lists(PIECES, max_size=40).map(b"".join))
def test_any_bytes_are_an_extract_or_refused_by_line(extract, sent):
    found = ExtractFile(extract, sent, with_outcome=True)

    assert found.rows or found.problems
    for located in found.problems:
        assert located.problem.message
        assert located.line is None or located.line >= 1


READERS: dict[str, parameters.Reader] = {
    "a limit": parameters.whole(1, 500),
    "an employee": parameters.employee_id,
    "a row": parameters.prediction_id,
    "a choice": parameters.one_of("api", "batch"),
    "a flag": parameters.flag,
    "a moment": parameters.moment,
    "a text": parameters.text,
    "a UUID": parameters.uuid,
    "a cursor": NEWEST_FIRST.read,
    "a cursor of batches": NEWEST_BATCH_FIRST.read,
    "a cursor of employees": BY_EMPLOYEE.read,
}


@pytest.mark.parametrize("reader", READERS.values(), ids=READERS)
@given(text=st.text(max_size=80) | st.sampled_from(VALUES))
def test_any_parameter_is_read_or_refused_by_its_name(reader, text):
    problems = []
    try:
        reader("here", text)
    except Refusal as refusal:
        problems = refusal.problems

    assert [problem.field for problem in problems] in ([], ["here"])
    assert all(problem.message for problem in problems)


def upload(body: bytes, content_type: str) -> Any:
    plain = RequestFactory().generic("POST", "/batches", body, content_type)
    with uploads.uploaded(Request(plain)) as found:
        return found.kind, found.file.read()


@given(
    body=st.binary(min_size=1, max_size=200)
    | st.lists(st.sampled_from(FILES[1:]), min_size=1, max_size=3).map(
        b"\r\n--x\r\n".join
    ),
    content_type=st.sampled_from(
        [*uploads.KINDS, uploads.FORM, f"{uploads.FORM}; boundary=x"]
    )
    | st.text(max_size=80).map(lambda text: f"{uploads.FORM}; boundary={text}"),
)
def test_any_upload_is_a_file_or_refused(body, content_type):
    content_type = content_type.encode("ascii", "ignore").decode()
    problems = []
    read = b""
    try:
        _, read = upload(body, content_type)
    except Refusal as refusal:
        problems = refusal.problems

    assert all(problem.message for problem in problems)
    assert read in body
