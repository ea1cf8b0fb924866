"""Files of people to score: what is read, and where the first odd thing stands."""

import csv
import io
import itertools
import json
import tracemalloc
from collections.abc import Iterator

import pytest
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from attrition import releases
from attrition.errors import Problem
from predictions.batches.people import Asked
from predictions.record_files import (
    LONGEST_LINE,
    FileKind,
    FileRefused,
    read,
    sound,
)
from tests.factories import seed_features

CSV, NDJSON = FileKind.CSV, FileKind.NDJSON
BOM = b"\xef\xbb\xbf"
PERSON = {"revenu_mensuel": 3000, "poste": "Consultant"}


def lines(sent: bytes | str, kind: FileKind = CSV) -> list[Asked]:
    sent = sent.encode() if isinstance(sent, str) else sent
    return list(read(io.BytesIO(sent), kind, releases.current().validator))


def told(problems) -> list[tuple[int | None, str, str]]:
    return [(p.line, p.field, p.code) for p in problems]


def refusal(sent: bytes | str, kind: FileKind = CSV) -> list[Problem]:
    """What a file is refused with as a whole."""
    with pytest.raises(FileRefused) as caught:
        lines(sent, kind)
    for problem in caught.value.problems:
        with override("fr"):
            in_french = problem.message
        with override("en"):
            assert problem.message != in_french
    return caught.value.problems


def odd(sent: bytes | str, kind: FileKind = CSV) -> list[tuple[int | None, str, str]]:
    """What single lines are refused with."""
    return told(problem for asked in lines(sent, kind) for problem in asked.problems)


def as_csv(*rows: dict, delimiter: str = ",", end: str = "\n") -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, rows[0], delimiter=delimiter, lineterminator=end)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def as_ndjson(*documents: object) -> str:
    return "".join(json.dumps(document) + "\n" for document in documents)


# What is accepted


def test_a_line_of_ndjson_is_what_predict_takes():
    sent = as_ndjson(
        {"features": PERSON, "employee_id": 7},
        {"features": seed_features()},
        {"features": PERSON, "employee_id": None},
    )

    assert lines(sent, NDJSON) == [
        Asked(PERSON, 7, 1),
        Asked(seed_features(), None, 2),
        Asked(PERSON, None, 3),
    ]


def test_a_line_of_csv_scores_as_its_features_do_in_json():
    features = seed_features()
    validate = releases.current().validator.validate

    [asked] = lines(as_csv({"employee_id": 669, **features}))

    assert (asked.employee_id, asked.line, asked.problems) == (669, 2, ())
    assert validate(asked.features) == validate(features)


@pytest.mark.parametrize(
    "sent",
    [
        "employee_id;revenu_mensuel;poste\n7;3000,5;Consultant\n",
        "employee_id,revenu_mensuel,poste\r\n7,3000.5,Consultant\r\n",
        'employee_id,revenu_mensuel,poste\n7,"3000,5",Consultant',
        "\ufeffemployee_id;revenu_mensuel;poste\n 7 ; 3000,50 ;Consultant\n",
        '"employee_id";"revenu_mensuel";"poste"\n"7";"3000.5";"Consultant"\n',
        " poste ,employee_id, revenu_mensuel\nConsultant,7,3000.5\n\n,,\n\n",
    ],
    ids=["semicolons", "CRLF", "a comma in a cell", "BOM", "quotes", "blank lines"],
)
def test_csv_as_spreadsheets_write_it_is_accepted(sent):
    [asked] = lines(sent)

    assert not asked.problems
    assert (asked.employee_id, asked.line) == (7, 2)
    assert asked.features == {"revenu_mensuel": 3000.5, "poste": "Consultant"}


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("start", [b"", BOM])
def test_ndjson_may_have_any_line_end_a_mark_and_empty_lines(start, end):
    line = json.dumps({"features": PERSON})
    sent = start + f"{end}{line}{end}{end}{line}".encode()

    assert [asked.line for asked in lines(sent, NDJSON)] == [2, 4]


def test_an_empty_cell_is_a_field_that_was_not_sent():
    [asked] = lines("employee_id,revenu_mensuel,poste\n,3000,\n")

    assert (asked.features, asked.employee_id) == ({"revenu_mensuel": 3000}, None)


def test_the_correct_spelling_of_a_column_is_accepted():
    [asked] = lines("augmentation_salaire_precedente\n11 %\n")

    assert asked.features == {"augmentation_salaire_precedente": "11 %"}
    assert not asked.problems


def test_lines_are_counted_as_an_editor_counts_them():
    sent = (
        'revenu_mensuel,eval_number\n3000,"E\n1"\n\n-1,E_2\n3000,"E\r\n\r\n3"\n-1,E_4\n'
    )

    assert [asked.line for asked in lines(sent)] == [2, 5, 6, 9]
    assert odd(sent) == [
        (5, "revenu_mensuel", "out_of_range"),
        (9, "revenu_mensuel", "out_of_range"),
    ]


# What is refused as a whole


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("revenu_mensuell,poste", [(1, "revenu_mensuell", "unknown_field_near")]),
        ("revenu_mensuel,zzz", [(1, "zzz", "unknown_field")]),
        ("employe_id,poste", [(1, "employe_id", "unknown_field_near")]),
        ("a_quitte_l_entreprise", [(1, "a_quitte_l_entreprise", "unknown_field_near")]),
        ("poste,age,poste", [(1, "poste", "duplicate_column")]),
        ("employee_id,employee_id", [(1, "employee_id", "duplicate_column")]),
        ("poste,,age", [(1, "file", "unnamed_column")]),
        ("poste,age,", [(1, "file", "unnamed_column")]),
        ("", [(1, "file", "unnamed_column")]),
        ("poste\tage", [(1, "file", "tab_separated")]),
        ("sep=;", [(1, "file", "separator_line")]),
        ("Poste", [(1, "Poste", "unknown_field_near")]),
        ("po\0ste", [(None, "file", "not_text")]),
        (
            "age,zzz,,age",
            [
                (1, "age", "duplicate_column"),
                (1, "zzz", "unknown_field"),
                (1, "file", "unnamed_column"),
            ],
        ),
    ],
)
def test_a_wrong_header_names_each_column(header, expected):
    assert told(refusal(f"{header}\n1,2,3\n")) == expected


def test_no_more_than_100_columns_are_told():
    header = ",".join(f"column_{n}" for n in range(50_000))

    assert len(refusal(f"{header}\n1\n")) == 100


def test_an_unknown_column_is_told_the_nearest_field():
    [problem] = refusal("revenu_mensuell\n3000\n")

    assert problem.params["nearest"] == "revenu_mensuel"


@pytest.mark.parametrize(
    ("sent", "kind"),
    [
        (b"", CSV),
        (b"age,poste\n", CSV),
        (b"age,poste\n\n  \n,\n", CSV),
        (b"", NDJSON),
        (b"\n \r\n\t\n", NDJSON),
        (BOM, NDJSON),
    ],
)
def test_a_file_of_nobody_is_refused(sent, kind):
    assert told(refusal(sent, kind)) == [(None, "file", "nobody_in_file")]


def test_a_file_of_nothing_but_a_mark_has_no_column():
    assert told(refusal(BOM)) == [(1, "file", "unnamed_column")]


@pytest.mark.parametrize(
    ("sent", "line", "column"),
    [
        ("poste;revenu_mensuel\nConsultant;1\nCélib;2\n".encode("latin-1"), 3, 2),
        ("poste,âge\n".encode("cp1252"), 1, 7),
        ('poste\n"Cons\nultant é"\n'.encode("latin-1"), 3, 8),
        (b"poste\nCons\xed\xa0\x80\n", 2, 5),
        (b"revenu_mensuel\n3000\n\xff", 3, 1),
    ],
    ids=["latin-1", "a header", "a second line", "a surrogate", "the end"],
)
def test_another_encoding_is_told_by_line_and_column(sent, line, column):
    [problem] = refusal(sent)

    assert (problem.line, problem.code) == (line, "not_a_utf8_line")
    assert problem.params == {"column": column}


@pytest.mark.parametrize(
    ("sent", "line"),
    [
        ('poste\n"Consultant\n1\n2\n', 2),
        ('poste\n1\n"a"b\n', 3),
        ('poste\n1\n2\n"a\nb"c\n', 4),
        ("poste\n1\na\rb\n", 3),
        ("poste\n1\n" + "x" * 200_000 + "\n", 3),
        ('"poste\n', 1),
    ],
    ids=["open", "after a quote", "of two lines", "bare CR", "a long cell", "header"],
)
def test_what_is_no_csv_is_told_by_the_line_where_it_begins(sent, line):
    [problem] = refusal(sent)

    assert (problem.line, problem.code) == (line, "not_csv_line")
    assert "expected" not in problem.message  # of the library's own words


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        (b"PK\x03\x04\x14\x00\x06\x00", "a_workbook"),
        ("revenu_mensuel\n3000\n".encode("utf-16"), "utf_16"),
        (b"%PDF-1.7\x00\n", "not_text"),
    ],
    ids=["xlsx", "UTF-16", "PDF"],
)
def test_what_is_no_text_is_called_by_its_name(sent, code):
    assert told(refusal(sent)) == [(None, "file", code)]


def test_lines_that_end_in_bare_carriage_returns_are_told():
    assert told(refusal("age,poste\r30,Consultant\r")) == [
        (1, "file", "bare_carriage_returns")
    ]


@pytest.mark.parametrize("kind", [CSV, NDJSON])
def test_a_line_of_more_than_a_mebibyte_is_refused(kind):
    first = {CSV: "poste\n", NDJSON: as_ndjson({"features": PERSON})}[kind]

    assert told(refusal(first + "x" * (LONGEST_LINE + 1), kind)) == [
        (2, "file", "line_too_long")
    ]


# What is refused line by line


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("1,2", [(2, "file", "wrong_cell_count")]),
        ("1,2,3,4", [(2, "file", "wrong_cell_count")]),
        ("7,-1,Consultant", [(2, "revenu_mensuel", "out_of_range")]),
        ("7,abc,Consultant", [(2, "revenu_mensuel", "not_a_number")]),
        ("7,3 000,Consultant", [(2, "revenu_mensuel", "not_a_plain_number")]),
        ("7,1e400,Consultant", [(2, "revenu_mensuel", "not_a_number")]),
        ("7,NaN,Consultant", [(2, "revenu_mensuel", "not_a_number")]),
        ("7,3000,Astronaute", [(2, "poste", "unknown_category")]),
        ("7,3000,Con\0sultant", [(2, "poste", "not_a_text")]),
        ("7,,", [(2, "features", "nothing_to_score")]),
        ("0,3000,", [(2, "employee_id", "not_an_employee_id")]),
        ("-7,3000,", [(2, "employee_id", "not_an_employee_id")]),
        ("7.0,3000,", [(2, "employee_id", "not_an_employee_id")]),
        ("E_7,3000,", [(2, "employee_id", "not_an_employee_id")]),
        ("٧,3000,", [(2, "employee_id", "not_an_employee_id")]),
        (f"{2**63},3000,", [(2, "employee_id", "not_an_employee_id")]),
        ("9" * 5_000 + ",3000,", [(2, "employee_id", "not_an_employee_id")]),
        (
            "7,-1,Astronaute",
            [(2, "revenu_mensuel", "out_of_range"), (2, "poste", "unknown_category")],
        ),
    ],
    ids=lambda value: value[:20] if isinstance(value, str) else "",
)
def test_a_bad_row_of_csv_is_told_by_line_and_field(row, expected):
    found = odd(f"employee_id,revenu_mensuel,poste\n{row}\n8,3000,\n")

    assert sorted(found) == sorted(expected)


@pytest.mark.parametrize(
    ("line", "field", "code"),
    [
        ("{", "", "not_a_json_line"),
        ("\u00a0", "", "not_a_json_line"),
        ("nul", "", "not_a_json_line"),
        ('{"features": {}} {}', "", "not_a_json_line"),
        ("[]", "body", "not_an_object"),
        ("null", "body", "not_an_object"),
        ('{"age": 3}', "features", "not_wrapped"),
        ('{"features": 3}', "features", "not_an_object"),
        ('{"features": {}}', "features", "nothing_to_score"),
        ('{"features": {"age": NaN}}', "", "not_json_number"),
        ('{"features": {"age": 1e400}}', "", "not_json_number"),
        ('{"features": {"age": 1, "age": 2}}', "age", "duplicate_key"),
        ('{"features": {"poste": "\\u0000"}}', "", "not_storable_text"),
        ('{"features": {"poste": "\\ud800"}}', "", "not_storable_text"),
        ("[" * 100_000, "", "too_deep"),
        ('{"features": {"agee": 3}}', "agee", "unknown_field_near"),
        ('{"features": {"age": 30}, "id": 7}', "id", "unknown_field"),
        (
            '{"features": {"age": 30}, "employee_id": "7"}',
            "employee_id",
            "not_an_employee_id",
        ),
    ],
    ids=lambda value: value[:24],
)
def test_a_bad_line_of_ndjson_is_told_by_line_and_field(line, field, code):
    good = as_ndjson({"features": PERSON})

    assert odd(f"{good}{line}\n{good}", NDJSON) == [(2, field, code)]


def test_a_line_of_ndjson_in_another_encoding_is_told_by_its_column():
    good = as_ndjson({"features": PERSON}).encode()

    found = lines(good + b'{"features": {"poste": "\xe9"}}\n' + good, NDJSON)

    [problem] = found[1].problems
    assert (problem.line, problem.code) == (2, "not_a_utf8_line")
    assert problem.params == {"column": 25}


@pytest.mark.parametrize("kind", [CSV, NDJSON])
def test_an_employee_who_stands_twice_is_told_at_the_second_place(kind):
    rows = [{"employee_id": pk, **PERSON} for pk in (1, 2, 1, 1)]
    sent = {
        CSV: as_csv(*rows),
        NDJSON: "\n"
        + as_ndjson(*({"features": PERSON, "employee_id": pk} for pk in (1, 2, 1, 1))),
    }[kind]

    assert odd(sent, kind) == [
        (4, "employee_id", "repeated_employee"),
        (5, "employee_id", "repeated_employee"),
    ]


@pytest.mark.parametrize("kind", [CSV, NDJSON])
@pytest.mark.parametrize("language", ["fr", "en"])
def test_each_sentence_begins_with_its_line(kind, language):
    sent = {CSV: "revenu_mensuel\n-1\n", NDJSON: '\n{"features": {"agee": 3}}'}[kind]
    [problem] = [p for asked in lines(sent, kind) for p in asked.problems]

    with override(language):
        message = problem.message

    assert message.startswith({"fr": "Ligne 2\u00a0: ", "en": "Line 2: "}[language])


# A file that must be sound


def test_a_sound_file_is_handed_on_line_by_line():
    endless = ({"features": PERSON, "employee_id": n} for n in itertools.count(1))
    stream = Lines(as_ndjson(item).encode() for item in endless)

    found = sound(read(stream, NDJSON, releases.current().validator))

    assert [asked.employee_id for asked in itertools.islice(found, 3)] == [1, 2, 3]


def test_every_line_that_is_wrong_is_told_at_once():
    sent = "revenu_mensuel\n3000\n-1\n3000\n-2\n"

    with pytest.raises(FileRefused) as caught:
        list(sound(lines(sent)))

    assert told(caught.value.problems) == [
        (3, "revenu_mensuel", "out_of_range"),
        (5, "revenu_mensuel", "out_of_range"),
    ]


def test_no_more_than_100_are_told_and_the_rest_is_not_read():
    wrong = (b"-1\n" for _ in itertools.count())
    stream = Lines(itertools.chain([b"revenu_mensuel\n"], wrong))

    with pytest.raises(FileRefused) as caught:
        list(sound(read(stream, CSV, releases.current().validator)))

    assert len(caught.value.problems) == 101
    assert caught.value.problems[-1].code == "too_many_problems"


# Whatever comes


class Lines(io.RawIOBase):
    """A stream that makes its lines when they are read."""

    def __init__(self, made: Iterator[bytes]) -> None:
        self.made = made

    def readline(self, size: int = -1) -> bytes:
        return next(self.made, b"")


PIECES = st.sampled_from(
    [
        *(b"employee_id", b"revenu_mensuel", b"poste", b"age", b"3000", b"7", b"-1"),
        *(b",", b";", b"\n", b"\r", b"\r\n", b'"', b" ", b"\0", b"\xe9", BOM, b"%"),
        *(b"{", b"}", b"[", b"]", b":", b'"features"', b'"employee_id"', b"\\ud800"),
        *(b"null", b"NaN", b"1e999", "é".encode(), b"\xff\xfe", b"\x85", b"\x0b"),
    ]
)


@pytest.mark.parametrize("kind", [CSV, NDJSON])
@given(sent=st.binary(max_size=200) | st.lists(PIECES, max_size=40).map(b"".join))
def test_no_bytes_give_anything_but_lines_or_a_refusal(kind, sent):
    try:
        found = lines(sent, kind)
    except FileRefused as refused:
        problems = refused.problems
        assert problems
    else:
        assert found
        problems = [problem for asked in found for problem in asked.problems]
        ends = sent.count(b"\n") + 1
        assert all(1 <= asked.line <= ends for asked in found)
        assert all(problem.line for problem in problems)
    for problem in problems:
        assert problem.message
        assert problem.line is None or 1 <= problem.line <= sent.count(b"\n") + 1


@pytest.mark.parametrize("kind", [CSV, NDJSON])
def test_a_large_file_does_not_gather_in_memory(kind):
    def made(count: int) -> Iterator[bytes]:
        if kind is CSV:
            yield b"revenu_mensuel,eval_number\n"
            yield from (b"%d,E_%d\n" % (1000 + n, n) for n in range(count))
            return
        for n in range(count):
            yield as_ndjson({"features": PERSON | {"eval_number": n}}).encode()

    def peak(count: int) -> int:
        tracemalloc.start()
        try:
            found = read(Lines(made(count)), kind, releases.current().validator)
            assert sum(1 for _ in found) == count
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    few = peak(500)
    assert peak(5_000) < few + 100_000  # bytes; the lines alone hold more
