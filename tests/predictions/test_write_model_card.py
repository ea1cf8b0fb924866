"""`manage.py write_model_card`, and what it has written into docs/."""

import json
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from django.core.management import CommandError
from django.utils.translation import override

from attrition import releases
from attrition.releases import CARD
from predictions.templatetags.charts import md
from tests import shipped

DOCS = Path(__file__).parents[2] / "docs"
MEND = f"docs/model-card is not what {shipped.SERVES} says of itself: run `make card`."
HEADINGS = {
    "en": [
        "Purpose",
        "Never a decision on its own",
        "Horizon",
        "Limits",
        "Data",
        "How good it is",
        "Threshold",
        "What each value counts",
        "Fields that need care",
        "Prohibited grounds",
        "Fairness by group",
        "The people of training",
        "What it is made of",
    ],
    "fr": [
        "Finalité",
        "Jamais une décision à elle seule",
        "Horizon",
        "Limites",
        "Données",
        "Ce qu'elle vaut",
        "Seuil",
        "Ce que pèse chaque valeur",
        "Champs à manier avec soin",
        "Motifs prohibés",
        "Équité par groupe",
        "Les personnes de l'entraînement",
        "De quoi elle est faite",
    ],
}


@pytest.fixture
def write(run, tmp_path):
    """Write a card; returns its text. Its charts are in the folder model-card."""

    def call(*arguments: str) -> str:
        output = tmp_path / "model-card.md"
        run("write_model_card", *arguments, "--output", output)
        return output.read_text(encoding="utf-8")

    return call


def pictures(folder: Path) -> dict[str, str]:
    return {
        path.name: path.read_text(encoding="utf-8")
        for path in (folder / "model-card").iterdir()
    }


def headings(text: str) -> list[str]:
    return re.findall(r"^## (.+)$", text, re.MULTILINE)


# What stands in docs/


def test_the_card_in_docs_is_that_of_the_release_that_is_shipped(write):
    written = write(shipped.SERVES)

    assert (DOCS / "model-card.md").read_text(encoding="utf-8") == written, MEND


def test_the_charts_in_docs_are_those_of_the_card_and_no_others(write, tmp_path):
    write(shipped.SERVES)

    committed, written = pictures(DOCS), pictures(tmp_path)
    stale = [name for name in written if committed.get(name) != written[name]]
    assert stale == [], MEND
    left_over = committed.keys() - written.keys()
    assert not left_over, f"Remove from docs/model-card: {sorted(left_over)}."


# What the command writes


@pytest.mark.parametrize("language", HEADINGS)
def test_a_card_has_every_heading_in_its_readers_language(write, language):
    text = write(shipped.SERVES, "--language", language)

    assert headings(text) == HEADINGS[language]


@pytest.mark.parametrize("language", HEADINGS)
def test_a_card_says_that_its_data_are_fictional_before_anything_else(write, language):
    fictional = {"en": "Trained on fictional data", "fr": "données fictives"}

    text = write(shipped.SERVES, "--language", language)

    assert fictional[language] in text.split("\n## ")[0]


def test_a_french_card_has_french_numbers(write):
    text = write(shipped.SERVES, "--language", "fr")

    rows = [line for line in text.splitlines() if line.startswith("| ")]
    assert f"{shipped.THRESHOLD}".replace(".", ",") in text
    assert not [row for row in rows if re.search(r"\d\.\d", row)]


def test_without_a_version_the_card_is_that_of_what_serves(write, settings):
    settings.MODEL_VERSION = shipped.VERSIONS[0]

    assert write() == write(shipped.VERSIONS[0])
    assert write() != write(shipped.SERVES)


def test_every_image_of_a_card_is_there_and_every_chart_is_shown(write, tmp_path):
    text = write(shipped.SERVES)

    shown = re.findall(r"!\[[^\]]+\]\(model-card/([^)]+)\)", text)
    assert sorted(shown) == sorted(pictures(tmp_path))


@pytest.mark.parametrize("language", HEADINGS)
@pytest.mark.parametrize("version", shipped.VERSIONS)
def test_a_chart_is_well_formed_and_asks_nobody_for_anything(
    write, tmp_path, version, language
):
    write(version, "--language", language)

    for name, picture in pictures(tmp_path).items():
        elements = list(ElementTree.fromstring(picture).iter())
        tags = {element.tag.partition("}")[2] for element in elements}
        attributes = [item for element in elements for item in element.items()]
        addresses = re.findall(r"url\(([^)]*)|//(\S*)", str(attributes))
        assert not tags & {"script", "style", "foreignObject", "image", "use", "a"}
        assert not [key for key, _ in attributes if re.search("^on|href$", key)], name
        assert all(inside.startswith("#") for inside, _ in addresses), name


def test_the_command_says_what_it_has_written(run, tmp_path):
    output = tmp_path / "card.md"

    out, err = run("write_model_card", shipped.SERVES, "--output", output)

    assert str(output) in out
    assert str(len(list((tmp_path / "card").iterdir()))) in out
    assert err == ""


# What it refuses


def test_an_unknown_version_is_refused_with_those_there_are(run, tmp_path):
    with pytest.raises(CommandError) as caught:
        run("write_model_card", "9.9.9", "--output", tmp_path / "card.md")

    assert "9.9.9" in str(caught.value)
    assert all(version in str(caught.value) for version in shipped.VERSIONS)
    assert list(tmp_path.iterdir()) == []


def test_a_release_that_is_not_whole_has_no_card(run, tmp_path, release_folder):
    (release_folder / CARD).unlink()

    with pytest.raises(CommandError, match=CARD):
        run("write_model_card", "--output", tmp_path / "card.md")

    assert not (tmp_path / "card.md").exists()


@pytest.mark.parametrize(
    ("change", "headings"),
    [
        (lambda card: card.pop("purpose"), "purpose"),
        (lambda card: card.update(oversight={"fr": "", "en": ""}), "oversight"),
        (lambda card: card["horizon"].update(fr=" "), "horizon.fr"),
        (lambda card: card.pop("metrics"), "metrics.average_precision, metrics.roc"),
        (lambda card: card["data"].pop("sha256"), "data.sha256"),
        (lambda card: card["threshold"].update(table=None), "threshold.table"),
    ],
    ids=["absent", "empty", "one language", "measures", "fingerprint", "table"],
)
def test_a_card_that_says_nothing_under_a_heading_is_not_written(
    run, tmp_path, release_folder, change, headings
):
    card = json.loads((release_folder / CARD).read_bytes())
    change(card)
    (release_folder / CARD).write_text(json.dumps(card), encoding="utf-8")

    with override("en"), pytest.raises(CommandError) as caught:
        run("write_model_card", "--output", tmp_path / "card.md")

    text = str(caught.value)
    assert text.startswith(f"{release_folder / CARD} says nothing under: {headings}")
    assert "put its folder back" in text
    assert not (tmp_path / "card.md").exists()


def test_an_unknown_language_is_refused(run, tmp_path):
    with pytest.raises(CommandError, match="language"):
        run("write_model_card", "--language", "de", "--output", tmp_path / "card.md")


def test_the_card_of_format_1_is_written_with_what_it_has(write):
    text = write("1.0.0", "--language", "en")

    assert "# Model card of release 1.0.0" in text
    assert releases.load("1.0.0").artifact_sha256 in text
    assert "None left" not in text
    assert "In brackets" not in text
    assert not {"Limits", "Fairness by group", "The people of training"} & set(
        headings(text)
    )


def test_what_a_trainer_wrote_is_inert_in_markdown():
    assert md("A | B\n<script> ![x](http://y) *b*") == (
        "A \\| B \\<script\\> !\\[x\\](http://y) \\*b\\*"
    )
