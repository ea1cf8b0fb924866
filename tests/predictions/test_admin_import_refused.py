"""Uploads that can't be imported: told at their field or by line, and nobody stored."""

import csv
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from attrition.field import Extract
from attrition.models import Employee, EmployeeImport
from predictions.admin import upload_limit
from tests.factories import make_user
from tests.predictions.uploads import UPLOAD, contents, first, upload, uploaded

SIRH, EVAL, SONDAGE = Extract


@pytest.fixture
def manager(client, db):
    client.force_login(make_user("bob", "HR manager"))
    yield client
    assert not Employee.objects.exists()
    assert not EmployeeImport.objects.exists()


@pytest.fixture
def sent() -> dict[Extract, bytes]:
    return contents(first(10))


def errors(page) -> dict[str, list[str]]:
    return {name: list(found) for name, found in page.context["form"].errors.items()}


WHOLE_FILES = {
    "empty": (b"", "est vide", "empty"),
    "a workbook": (b"PK\x03\x04\x14\x00", "classeur Excel", "Excel workbook"),
    "UTF-16": ("age\n30\n".encode("utf-16"), "UTF-16", "UTF-16"),
    "binary": (b"\x7fELF\x00\x00", "fichier texte", "no text file"),
    "latin-1": ("âge\n".encode("latin-1"), "UTF-8", "UTF-8"),
    "tabs": (b"eval_number\tage\nE_1\t30\n", "tabulations", "tabs"),
    "sep=": (b"sep=;\r\neval_number;age\r\n", "«\u00a0sep=\u00a0»", "“sep=”"),
    "an open quote": (
        contents(first(3))[EVAL].replace(b"\r\n", b'\r\n"', 1),
        "Ligne 2",
        "Line 2",
    ),
    "no rows": (contents(first(0))[EVAL], "en-tête", "header"),
    "no columns": (b"eval_number\nE_1\n", "La colonne", "The column"),
}


@pytest.mark.parametrize("which", WHOLE_FILES)
@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_file_that_is_no_extract_is_refused_at_its_field(
    manager, sent, which, language
):
    content, french, english = WHOLE_FILES[which]
    sent[EVAL] = content

    page = upload(manager, sent, language)

    assert page.status_code == 200
    found = errors(page)
    assert list(found) == ["eval"]
    assert {"fr": french, "en": english}[language] in found["eval"][0]


@pytest.mark.parametrize("missing", Extract, ids=str)
def test_a_file_that_is_missing_is_asked_for(manager, sent, missing):
    del sent[missing]

    assert list(errors(upload(manager, sent))) == [missing]


def test_a_file_in_anothers_place_is_told_whose_it_is(manager, sent):
    sent[SIRH] = sent[EVAL]

    page = upload(manager, sent)

    [said] = errors(page)[SIRH]
    assert "extrait_eval.csv" in said


def test_the_same_file_three_times_is_right_once(manager, sent):
    page = upload(manager, dict.fromkeys(Extract, sent[SONDAGE]))

    assert set(errors(page)) == {"sirh", "eval"}


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("fr", "Ce fichier dépasse 20\u00a0Mio."),
        ("en", "This file is larger than 20 MiB."),
    ],
)
def test_a_file_that_is_too_large_is_told_so(manager, sent, language, said):
    sent[EVAL] = b"x" * (100 * 1024 * 1024)

    page = upload(manager, sent, language)

    assert errors(page) == {"eval": [said]}


def test_a_large_file_is_let_pass_by_without_being_kept():
    limit = upload_limit.SizeLimit(fields=Extract)
    limit.new_file("eval", "eval.csv", "text/csv", None)
    piece = b"x" * 1024
    assert limit.receive_data_chunk(piece, 0) == piece

    with pytest.raises(upload_limit.SkipFile):
        limit.receive_data_chunk(b"x" * upload_limit.LARGEST, 1024)

    assert limit.too_large == {"eval"}


def test_several_files_at_one_field_are_no_larger_together(manager, sent, monkeypatch):
    monkeypatch.setattr(upload_limit, "LARGEST", len(sent[EVAL]) * 2)
    files = uploaded(sent)
    again = [*uploaded(sent).values()][1]

    page = manager.post(UPLOAD, files | {"eval": [files["eval"], again, again]})

    assert list(errors(page)) == ["eval"]


@pytest.mark.parametrize("size", [0, 1024, 5 * 1024 * 1024])
@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("fr", "Seuls les trois fichiers ci-dessous peuvent être envoyés ici."),
        ("en", "Only the three files below can be sent here."),
    ],
)
def test_a_file_of_no_field_is_refused_and_not_kept(
    manager, sent, size, language, said
):
    other = SimpleUploadedFile("other.csv", b"x" * size)

    page = manager.post(
        UPLOAD,
        {**uploaded(sent), "other": other},
        headers={"accept-language": language},
    )

    assert errors(page) == {"__all__": [said]}
    assert said in page.content.decode()
    kept = page.context["form"].files.get("other")
    assert kept is None or kept.size == 0


def test_one_row_in_a_hundred_is_wrong_and_each_is_told_by_line(manager):
    tables = first(300, of=300)
    for line in (7, 107, 207):
        tables.put(SIRH, line, "revenu_mensuel", "2 500 €")

    page = upload(manager, tables, "fr")

    found = [(file, line, column) for file, line, column, _ in page.context["refused"]]
    assert found == [
        ("extrait_sirh.csv", line, "revenu_mensuel") for line in (7, 107, 207)
    ]
    assert "écrivez «\u00a02500\u00a0»" in page.content.decode()
    assert errors(page) == {}


def test_somebody_who_stands_twice_is_told_where(manager):
    tables = first(10)
    tables.lines[SIRH].append(list(tables.lines[SIRH][3]))

    page = upload(manager, tables)

    [(file, line, column, reason)] = page.context["refused"]
    assert (file, line, column) == ("extrait_sirh.csv", 12, "id_employee")
    assert reason == "Employee 3 is on line 4 already."


def test_a_long_list_is_cut_on_the_page_and_whole_in_the_file(manager):
    tables = first(300, of=300)
    for line in range(2, 302):
        tables.put(SIRH, line, "age", "5")
    tables.put(SIRH, 2, "age", "=cmd()")

    page = upload(manager, tables, "fr")
    assert len(page.context["refused"]) == 200
    assert "Les 200 premières de 300" in page.content.decode()

    address = f"{UPLOAD}{page.context['waiting'].pk}/refused.csv"
    answer = manager.get(address, headers={"accept-language": "fr"})
    text = answer.content.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text), delimiter=";"))
    assert rows[0] == ["Fichier", "Ligne", "Colonne", "Raison"]
    assert [row[1] for row in rows[1:]] == [str(line) for line in range(2, 302)]


def test_a_column_that_a_spreadsheet_would_run_is_made_harmless(manager, sent):
    sent[SIRH] = sent[SIRH].replace(b"\r\n", b",=cmd(),=cmd()\r\n", 1)

    page = upload(manager, sent)

    [said] = errors(page)["sirh"]
    assert said == "The column =cmd() stands twice in the header."
    address = f"{UPLOAD}{page.context['waiting'].pk}/refused.csv"
    text = manager.get(address).content.decode("utf-8-sig")
    assert "'=cmd()" in text


def test_a_refused_upload_has_no_preview(manager):
    tables = first(10)
    tables.put(SIRH, 2, "age", "5")
    page = upload(manager, tables)
    address = f"{UPLOAD}{page.context['waiting'].pk}/"

    assert manager.get(address).status_code == 302
    answer = manager.post(f"{address}confirm/", {"digest": "x"}, follow=True)
    assert answer.redirect_chain[-1][0] == UPLOAD


def test_a_form_without_files_is_told_what_it_lacks(manager):
    page = manager.post(UPLOAD, {"sirh": "text"})

    assert set(page.context["form"].errors) == set(Extract)


@pytest.mark.parametrize("kind", ["multipart/form-data", "text/plain"])
def test_a_body_that_is_no_form_is_no_server_error(manager, kind):
    answer = manager.post(UPLOAD, b"\xff\x00", content_type=kind)

    assert answer.status_code in (200, 400)
