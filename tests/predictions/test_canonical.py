"""One spelling of a document: the same before it is stored and after."""

import json
import math

import pytest
from django.db.models import TextField
from django.db.models.functions import Cast
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from predictions.models import Prediction
from predictions.proof import canonical as module
from predictions.proof.canonical import canonical, parsed, respelt
from predictions.proof.digests import payload_digest
from predictions.strict_json import parse
from tests import shipped

SALT = "00" * 16
texts = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20)
numbers = st.one_of(
    st.integers(-(2**70), 2**70),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from([1.0, 1e16, -0.0, 0.1 + 0.2, 2**53 + 1, 2**64 + 1, 5e-324, 1e-5]),
    st.sampled_from(
        [1e22, 1e23, 1.7e308, 10**299, -(10**20), 0.0001, 9007199254740993]
    ),
)
values = st.one_of(st.none(), st.booleans(), numbers, texts)
documents = st.recursive(
    st.dictionaries(texts, values, max_size=8),
    lambda inner: st.dictionaries(texts, st.one_of(inner, st.lists(inner)), max_size=3),
    max_leaves=6,
)


def spelt(document: object) -> bytes:
    """By the standard library alone."""
    return module._dumps(module._plain(document)).encode()


@given(documents)
def test_the_fast_way_spells_as_the_standard_library_does(document):
    assert canonical(document) == spelt(document)


@given(documents)
def test_what_is_parsed_again_is_spelt_the_same(document):
    text = json.dumps(document)
    assert canonical(parsed(text)) == respelt(text) == canonical(document)
    assert canonical(json.loads(canonical(document))) == canonical(document)


@pytest.mark.parametrize(
    ("written", "spelling"),
    [
        ("1.0", b"1"),
        ("-0.0", b"0"),
        ("1e16", b"10000000000000000"),
        ("1e23", b"100000000000000000000000"),
        ("18446744073709551617", b"18446744073709551617"),
        ("9007199254740993", b"9007199254740993"),
        ("0.30000000000000004", b"0.30000000000000004"),
        ("0.00001", b"1e-05"),
        ('"\\u00e9"', '"é"'.encode()),
        ('"e\\u0301"', '"e\u0301"'.encode()),
        ('{"b": 1, "a": [true, null]}', b'{"a":[true,null],"b":1}'),
    ],
)
def test_a_spelling_that_will_never_change(written, spelling):
    assert canonical(parsed(written)) == respelt(written) == spelling


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
def test_what_is_no_number_has_no_spelling(number):
    with pytest.raises(ValueError, match="JSON"):
        canonical({"x": number})


def stored(payload: dict) -> dict:
    """The payload as the database gives it back."""
    row = Prediction(
        input_payload=payload,
        payload_salt=SALT,
        payload_digest=payload_digest(SALT, payload, 7),
        employee_id=7,
        proba_depart=0.4,
        prediction=1,
        threshold=0.3,
        model_version=shipped.SERVES,
        artifact_sha256=shipped.CARD_SHA256,
        source="api",
    )
    row.save()
    as_text = Cast("input_payload", TextField())
    by_proof = Prediction.objects.annotate(t=as_text).values_list("t", flat=True)
    text = by_proof.get(pk=row.pk)
    by_django = canonical(Prediction.objects.get(pk=row.pk).input_payload)
    assert canonical(parsed(text)) == respelt(text) == by_django
    return Prediction.objects.get(pk=row.pk).input_payload


@pytest.mark.django_db
@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(documents)
@example({"a": 1.0, "b": 1e16, "c": -0.0, "d": 0.1 + 0.2})
@example({"a": 2**53 + 1, "b": 2**64 + 1, "é": "e\u0301 👩‍👩‍👧", "z": "\u202f"})
def test_a_digest_outlives_the_database(document):
    """Through the API's own parser, as any payload comes."""
    payload = parse(json.dumps(document, indent=1).encode())

    again = stored(payload)

    assert payload_digest(SALT, again, 7) == payload_digest(SALT, payload, 7)


def test_a_digest_stands_for_the_employee_too():
    assert payload_digest(SALT, {}, 1) != payload_digest(SALT, {}, 2)
    assert payload_digest(SALT, {}, None) != payload_digest(SALT, {}, 0)
    assert payload_digest("01" * 16, {}, 1) != payload_digest(SALT, {}, 1)
