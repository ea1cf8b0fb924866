"""Why a score is what it is, as an auditor reads it."""

import re
from html import unescape
from xml.etree import ElementTree

import pytest
from django.urls import reverse
from django.utils.translation import override

from attrition import releases
from attrition.features import BY_NAME
from attrition.scorecard import probability_of
from attrition.typography import signed
from predictions.services import explain
from predictions.words import percent

OVERTIME = {
    "fr": (
        "Heures supplémentaires\u00a0: Oui (d'habitude Non)\u00a0: "
        "associé à un risque plus élevé que d'habitude"
    ),
    "en": "Overtime: Yes (usually No): associated with a higher risk than usual",
}
NOT_A_CAUSE = {"fr": "ce n'est pas une cause", "en": "it is not a cause"}


@pytest.fixture
def page(client, auditor, reveal):
    """The text of a row's page as the auditor sees it, values and all, in French."""
    client.force_login(auditor)

    def get(row, language: str = "fr") -> str:
        url = reverse("admin:predictions_prediction_change", args=[reveal(row).pk])
        answer = client.get(url, headers={"accept-language": language})
        assert answer.status_code == 200
        return unescape(answer.content.decode())

    return get


@pytest.fixture
def explained(page, make_prediction):
    """Asks about the seed's employee with overtime; the page that explains it."""

    def show(language: str = "fr") -> str:
        row = make_prediction(669, heure_supplementaires="Oui")
        return page(row, language=language)

    return show


def bars(text: str) -> list[ElementTree.Element]:
    """The pictures of an explanation, in the order in which they stand."""
    found = re.findall(r'<svg class="bar".*?</svg>', text, re.DOTALL)
    return [ElementTree.fromstring(picture) for picture in found]


@pytest.mark.parametrize("language", OVERTIME)
def test_a_reason_is_one_sentence_and_no_cause(explained, language):
    text = explained(language)

    assert f'<th scope="row">{OVERTIME[language]}</th>' in text
    assert NOT_A_CAUSE[language] in text


def test_a_page_starts_from_the_usual_person_and_leads_to_the_answer(
    page, make_prediction
):
    row = make_prediction(669)
    with override("en"):
        usual = percent(probability_of(explain(row).base), row.threshold)
        found = percent(row.proba_depart, row.threshold)

    text = page(row, language="en")

    assert f"the usual value everywhere has {usual};" in text
    assert f"leads to {found}." in text


def test_reasons_stand_largest_first_each_with_its_points(page, make_prediction):
    row = make_prediction(669, heure_supplementaires="Oui")
    moves = [item for item in explain(row).contributions if item.points]

    text = page(row, language="en")

    table = re.search(r'<table class="why">(.*?)</table>', text, re.DOTALL).group(1)
    with override("en"):
        expected = [signed(item.points) for item in moves]
    assert re.findall(r'<td class="number">(.*?)</td>', table) == expected
    assert len(bars(text)) == len(moves)


def test_what_is_as_usual_is_named_without_a_bar(page, make_prediction):
    row = make_prediction(669)
    usual = [c.field for c in explain(row).contributions if not c.points]

    text = page(row)

    [sentence] = re.findall(r"<p>(Comme d'habitude.*?)</p>", text)
    assert "heure_supplementaires" in usual
    assert all(str(BY_NAME[name].label) in sentence for name in usual)


IMPUTED = {
    "fr": (
        "Comme d'habitude, sans point\u00a0: ",
        "Manquants, remplacés par la valeur habituelle\u00a0: ",
        "Revenu mensuel",
        "Heures supplémentaires",
    ),
    "en": (
        "As usual, without any points: ",
        "Missing, replaced by the usual value: ",
        "Monthly pay",
        "Overtime",
    ),
}


@pytest.mark.parametrize("language", IMPUTED)
def test_what_was_missing_is_not_said_to_be_as_usual(page, make_prediction, language):
    usual_title, imputed_title, pay, overtime = IMPUTED[language]

    text = page(make_prediction(669, revenu_mensuel=None), language)
    whole = page(make_prediction(669), language)

    [usual] = re.findall(f"<p>{usual_title}(.*?)</p>", text)
    [imputed] = re.findall(f"<p>{imputed_title}(.*?)</p>", text)
    assert imputed == f"{pay}."
    assert pay not in usual
    assert overtime in usual
    assert imputed_title not in whole


def test_somebody_as_usual_as_can_be_has_no_reason_to_show(page, make_prediction):
    scorecard = releases.current().scorecard
    row = make_prediction(669, **{item.field: item.usual for item in scorecard.fields})

    text = page(row)

    assert bars(text) == []
    assert "Chaque champ a sa valeur habituelle." in text


@pytest.mark.parametrize("language", OVERTIME)
def test_a_bar_goes_right_and_filled_or_left_and_hatched(
    page, make_prediction, language
):
    row = make_prediction(669, heure_supplementaires="Oui")
    points = [c.points for c in explain(row).contributions if c.points]

    pictures = bars(page(row, language=language))

    assert {size > 0 for size in points} == {True, False}
    for size, picture in zip(points, pictures, strict=True):
        line, rect = picture.findall("line")[-1], picture.find("rect")
        middle, x, width = line.get("x1"), rect.get("x"), rect.get("width")
        start, length = float(x), float(width)
        assert length == pytest.approx(abs(size) / abs(points[0]) * 78, abs=0.051)
        if size > 0:
            assert start == float(middle)
            assert rect.get("fill") == "currentColor"
        else:
            assert start + length == pytest.approx(float(middle))
            assert rect.get("fill") == "url(#lowers)"


def test_the_hatching_is_defined_once(explained):
    pictures = bars(explained())

    patterns = [picture.findall("defs/pattern") for picture in pictures]
    assert [len(found) for found in patterns] == [1] + [0] * (len(pictures) - 1)
