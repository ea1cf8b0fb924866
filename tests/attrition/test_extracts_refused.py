"""Extracts that can't be used: every problem is told with its file, line and column."""

from pathlib import Path

import pytest

from attrition import extracts
from attrition.extract_file import TARGET
from attrition.extracts import ExtractError
from attrition.field import Extract
from attrition.models import HIGHEST_EMPLOYEE_ID
from tests.attrition.generated import rewrite

SIRH, EVAL, SONDAGE = Extract
PAY_RISE = "augementation_salaire_precedente"


def extracts_error(folder: Path) -> ExtractError:
    with pytest.raises(ExtractError) as caught:
        extracts.read(folder, with_outcome=True)
    return caught.value


def problems_in(folder: Path) -> list[tuple]:
    """Every problem: its file, line, column and code."""
    return [
        (item.file, item.line, item.problem.field, item.problem.code)
        for item in extracts_error(folder).located
    ]


@pytest.mark.parametrize("extract", Extract, ids=str)
def test_a_missing_file_is_named(tables, folder, extract):
    tables.write(folder)
    path = folder / f"extrait_{extract}.csv"
    path.unlink()

    assert problems_in(folder) == [(path.name, None, str(path), "missing_file")]


def test_a_folder_that_is_not_there_lacks_all_three_files(folder):
    assert [code for *_, code in problems_in(folder)] == ["missing_file"] * 3


def test_a_file_that_is_not_utf_8_is_refused(tables, folder):
    tables.write(folder)
    rewrite(folder, SIRH, lambda text: text.decode().encode("cp1252"))

    name = "extrait_sirh.csv"
    assert problems_in(folder) == [(name, None, name, "not_utf8")]


@pytest.mark.parametrize("contents", [b"", b"\r\n", b"\xef\xbb\xbf"], ids=repr)
def test_an_empty_file_is_refused(tables, folder, contents):
    tables.write(folder)
    rewrite(folder, EVAL, lambda text: contents)

    name = "extrait_eval.csv"
    assert problems_in(folder) == [(name, None, name, "empty_file")]


@pytest.mark.parametrize("extract", Extract, ids=str)
def test_a_file_of_a_header_alone_holds_nobody(tables, folder, extract):
    del tables.lines[extract][1:]
    tables.write(folder)

    name = f"extrait_{extract}.csv"
    assert problems_in(folder) == [(name, None, name, "no_rows")]


@pytest.mark.parametrize("extract", Extract, ids=str)
@pytest.mark.parametrize(
    ("contents", "code"),
    [
        (b"PK\x03\x04\x14\x00\x06\x00", "a_workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "a_workbook"),
        ("age,poste\n30,Consultant\n".encode("utf-16"), "utf_16"),
        (b"%PDF-1.7\n\x00\x01", "not_text"),
    ],
    ids=["xlsx", "xls", "UTF-16", "PDF"],
)
def test_what_is_no_text_is_called_by_its_name(tables, folder, extract, contents, code):
    tables.write(folder)
    rewrite(folder, extract, lambda text: contents)

    name = f"extrait_{extract}.csv"
    assert problems_in(folder) == [(name, None, name, code)]


@pytest.mark.parametrize("line", [b"sep=;\r\n", b'"sep=,"\n', b"SEP=\n"], ids=repr)
def test_a_first_line_for_excel_alone_is_to_be_deleted(tables, folder, line):
    tables.write(folder, delimiter=";")
    rewrite(folder, EVAL, lambda text: line + text)

    name = "extrait_eval.csv"
    assert problems_in(folder) == [(name, 1, name, "separator_line")]


def test_cells_between_tabs_are_told_to_be_so(tables, folder):
    tables.write(folder, delimiter="\t")

    assert [code for *_, code in problems_in(folder)] == ["tab_separated"] * 3


@pytest.mark.parametrize("place", [SIRH, EVAL, SONDAGE], ids=str)
@pytest.mark.parametrize("sent", [SIRH, EVAL, SONDAGE], ids=str)
def test_a_file_in_the_place_of_another_is_told_whose_it_is(
    tables, folder, place, sent
):
    tables.write(folder)
    other = (folder / f"extrait_{sent}.csv").read_bytes()
    rewrite(folder, place, lambda text: other)
    if place is sent:
        assert extracts.read(folder, with_outcome=True).people
        return

    [problem] = extracts_error(folder).located

    assert problem.file == f"extrait_{place}.csv"
    assert problem.problem.code == "another_extract"
    assert problem.problem.params == {"found": f"extrait_{sent}.csv"}


@pytest.mark.parametrize(
    ("extract", "column"),
    [
        (SIRH, "id_employee"),
        (SIRH, "age"),
        (EVAL, "eval_number"),
        (EVAL, PAY_RISE),
        (SONDAGE, "code_sondage"),
        (SONDAGE, "domaine_etude"),
        (SONDAGE, TARGET),
    ],
    ids=lambda value: str(value),
)
def test_a_missing_column_is_named(tables, folder, extract, column):
    tables.drop_column(extract, column)
    tables.write(folder)

    file = f"extrait_{extract}.csv"
    assert problems_in(folder) == [(file, 1, column, "missing_column")]


@pytest.mark.parametrize(
    ("extract", "column"),
    [(SIRH, "age"), (EVAL, "eval_number"), (SONDAGE, "signe")],
    ids=["a field", "the key", "an extra column"],
)
def test_a_column_that_stands_twice_is_refused(tables, folder, extract, column):
    if column == "signe":
        tables.add_column(extract, column, "lion")
    tables.add_column(extract, column, "1")
    tables.write(folder)

    file = f"extrait_{extract}.csv"
    assert problems_in(folder) == [(file, 1, column, "duplicate_column")]


@pytest.mark.parametrize(
    ("extract", "key", "cell"),
    [
        (SIRH, "id_employee", "3"),
        (EVAL, "eval_number", "E_3"),
        (EVAL, "eval_number", "E_003"),
        (SONDAGE, "code_sondage", "3"),
    ],
)
def test_an_employee_who_stands_twice_is_refused(tables, folder, extract, key, cell):
    tables.lines[extract].append(list(tables.lines[extract][3]))
    tables.put(extract, 12, key, cell)
    tables.write(folder)

    [problem] = extracts_error(folder).located

    assert (problem.file, problem.line) == (f"extrait_{extract}.csv", 12)
    assert (problem.problem.field, problem.problem.code) == (key, "duplicate_id")
    assert problem.problem.params == {"value": 3, "earlier": 4}


@pytest.mark.parametrize(
    "cell", ["", "0", "-1", "E_", "E_0", "trois", "3.0", str(2**63), "9" * 25, "３"]
)
def test_what_is_no_employee_number_is_refused(tables, folder, cell):
    tables.put(SIRH, 4, "id_employee", cell)
    tables.write(folder)

    found = problems_in(folder)

    assert ("extrait_sirh.csv", 4, "id_employee", "not_an_employee_id") in found


def test_the_highest_employee_number_is_accepted(tables, folder):
    for extract, key in [(SIRH, "id_employee"), (SONDAGE, "code_sondage")]:
        tables.put(extract, 11, key, str(HIGHEST_EMPLOYEE_ID))
    tables.put(EVAL, 11, "eval_number", f"E_{HIGHEST_EMPLOYEE_ID}")
    tables.write(folder)

    people = extracts.read(folder, with_outcome=True).people

    assert people[-1].employee_id == HIGHEST_EMPLOYEE_ID


@pytest.mark.parametrize(
    ("missing_from", "standing_in"),
    [
        (SIRH, [(EVAL, "eval_number"), (SONDAGE, "code_sondage")]),
        (EVAL, [(SIRH, "id_employee"), (SONDAGE, "code_sondage")]),
        (SONDAGE, [(SIRH, "id_employee"), (EVAL, "eval_number")]),
    ],
    ids=["not in sirh", "not in eval", "not in sondage"],
)
def test_an_employee_who_is_not_in_all_three_files_is_refused(
    tables, folder, missing_from, standing_in
):
    del tables.lines[missing_from][4]
    tables.write(folder)

    error = extracts_error(folder)

    assert [(p.file, p.line, p.problem.field) for p in error.located] == [
        (f"extrait_{extract}.csv", 5, key) for extract, key in standing_in
    ]
    for item in error.located:
        assert item.problem.code == "unmatched_row"
        assert item.problem.params == {
            "value": 4,
            "other": f"extrait_{missing_from}.csv",
        }


@pytest.mark.parametrize(
    ("extract", "column", "cell", "code"),
    [
        (SIRH, "age", "12", "out_of_range"),
        (SIRH, "age", "30.5", "not_whole"),
        (SIRH, "age", "trente", "not_a_number"),
        (SIRH, "age", "1e1", "not_a_number"),
        (SIRH, "revenu_mensuel", "beaucoup", "not_a_number"),
        (SIRH, "revenu_mensuel", "5 993", "not_a_plain_number"),
        (SIRH, "genre", "X", "not_yes_no"),
        (SIRH, "poste", "x" * 65, "not_a_text"),
        (EVAL, PAY_RISE, "onze %", "not_a_percentage"),
        (EVAL, PAY_RISE, "301 %", "out_of_range"),
        (EVAL, "niveau_hierarchique_poste", "6", "out_of_range"),
        (SONDAGE, "frequence_deplacement", "Souvent", "unknown_level"),
        (SONDAGE, "frequence_deplacement", "frequent", "unknown_level_near"),
        (SONDAGE, "distance_domicile_travail", "-1", "out_of_range"),
        (SONDAGE, "ayant_enfants", "x" * 65, "not_a_scalar"),
    ],
)
def test_a_value_outside_the_table_is_refused(
    tables, folder, extract, column, cell, code
):
    tables.put(extract, 7, column, cell)
    tables.write(folder)

    assert problems_in(folder) == [(f"extrait_{extract}.csv", 7, column, code)]


@pytest.mark.parametrize(
    ("change", "cells"), [(list.pop, -1), (lambda line: line.append("3"), 1)]
)
def test_a_line_with_the_wrong_number_of_cells_is_refused(
    tables, folder, change, cells
):
    change(tables.lines[EVAL][4])
    tables.write(folder)

    [problem] = extracts_error(folder).located

    assert (problem.file, problem.line) == ("extrait_eval.csv", 5)
    assert problem.problem.code == "wrong_cell_count"
    columns = len(tables.lines[EVAL][0])
    assert problem.problem.params == {"found": columns + cells, "count": columns}


@pytest.mark.parametrize("cell", ["", "1", "Peut-être", "Oui Non"])
def test_an_outcome_that_is_neither_oui_nor_non_is_refused(tables, folder, cell):
    tables.put(SONDAGE, 6, TARGET, cell)
    tables.write(folder)

    assert problems_in(folder) == [("extrait_sondage.csv", 6, TARGET, "not_an_outcome")]


@pytest.mark.parametrize("extract", Extract, ids=str)
def test_broken_quoting_is_refused_and_hides_behind_nothing_else(
    tables, folder, extract
):
    tables.write(folder)
    file = f"extrait_{extract}.csv"

    def break_line_three(text: bytes) -> bytes:
        lines = text.split(b"\r\n")
        lines[2] = b'"' + lines[2]
        return b"\r\n".join(lines)

    rewrite(folder, extract, break_line_three)

    assert problems_in(folder) == [(file, 3, file, "not_csv_line")]


@pytest.mark.parametrize(
    ("cell", "written"),
    [
        ("2 500", "2500"),
        ("2\u00a0500", "2500"),
        ("2\u202f500 €", "2500"),
        ("2500 €", "2500"),
        ("2 500,50 EUR", "2500,50"),
        ("2.500,50", "2500,50"),
        ("12'500", "12500"),
        ("1 234 567", "1234567"),
        ("30 ans", "30"),
    ],
)
def test_a_number_in_another_way_is_told_how_to_be_written(
    tables, folder, english, cell, written
):
    tables.put(SIRH, 7, "revenu_mensuel", cell)
    tables.write(folder, delimiter=";")

    [problem] = extracts_error(folder).located

    assert problem.problem.message == (
        f"revenu_mensuel: write “{written}” and not “{cell}”, without spaces or units."
    )


@pytest.mark.parametrize(
    "cell", ["beaucoup", "1e3", "2,500.00", "1.2.3", "0x10", "12 34", "٣ 000", "--1"]
)
def test_what_may_be_several_numbers_or_none_gets_no_hint(tables, folder, cell):
    tables.put(SIRH, 7, "revenu_mensuel", cell)
    tables.write(folder)

    found = problems_in(folder)

    assert found == [("extrait_sirh.csv", 7, "revenu_mensuel", "not_a_number")]


def test_problems_are_told_all_at_once_in_the_order_of_files_and_lines(tables, folder):
    tables.put(SONDAGE, 3, TARGET, "?")
    tables.put(EVAL, 9, "heure_supplementaires", "?")
    tables.put(EVAL, 2, "niveau_hierarchique_poste", "9")
    tables.put(SIRH, 5, "age", "5")
    tables.put(SIRH, 5, "genre", "?")
    tables.write(folder)

    assert [(name, line) for name, line, *_ in problems_in(folder)] == [
        ("extrait_sirh.csv", 5),
        ("extrait_sirh.csv", 5),
        ("extrait_eval.csv", 2),
        ("extrait_eval.csv", 9),
        ("extrait_sondage.csv", 3),
    ]


def test_the_text_of_an_error_is_one_line_a_problem_with_file_line_and_column(
    tables, folder, english
):
    tables.put(SIRH, 5, "age", "5")
    tables.put(SONDAGE, 3, TARGET, "?")
    tables.write(folder)

    first, second = str(extracts_error(folder)).split("\n")

    assert first == "extrait_sirh.csv:5: age must be from 16 to 100 years."
    assert second == f"extrait_sondage.csv:3: {TARGET} must be Oui or Non."


def test_a_line_is_where_it_stands_even_after_a_cell_of_two_lines(tables, folder):
    tables.add_column(SIRH, "remarque", "bien")
    tables.put(SIRH, 2, "remarque", "une\nremarque")
    tables.put(SIRH, 5, "age", "5")
    tables.write(folder)

    assert problems_in(folder) == [("extrait_sirh.csv", 6, "age", "out_of_range")]
