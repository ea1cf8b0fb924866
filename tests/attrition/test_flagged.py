"""What share of people a threshold flags, and how an override is told."""

import pytest
from django.utils.translation import override

from attrition import releases
from attrition.flagged import override_in_words, share_flagged
from tests import shipped

TABLE = [
    {"threshold": 0.1, "flagged": 0.8},
    {"threshold": 0.3, "flagged": 0.4},
    {"threshold": 0.4, "flagged": 0.0},
]
CARD = {"threshold": {"table": TABLE}}


def table_of(version: str) -> list[dict]:
    return releases.load(version).card["threshold"]["table"]


@pytest.mark.parametrize(
    ("threshold", "share"),
    [
        (0.1, 0.8),
        (0.15, 0.7),
        (0.2, 0.6),
        (0.3, 0.4),
        (0.375, 0.1),
        (0.4, 0.0),
    ],
)
def test_between_two_rows_of_the_table_the_share_is_on_a_straight_line(
    threshold, share
):
    assert share_flagged(CARD, threshold) == pytest.approx(share)


@pytest.mark.parametrize(("threshold", "share"), [(0.0, 0.8), (0.99, 0.0), (1.0, 0.0)])
def test_beyond_the_table_the_share_is_that_of_its_end(threshold, share):
    assert share_flagged(CARD, threshold) == share


@pytest.mark.parametrize("version", shipped.VERSIONS)
def test_at_every_row_of_a_card_the_share_is_the_rows(version):
    card = releases.load(version).card

    for row in table_of(version):
        found = share_flagged(card, row["threshold"])

        assert found == pytest.approx(row["flagged"], abs=1e-12)


@pytest.mark.parametrize("version", shipped.VERSIONS)
def test_a_higher_threshold_never_flags_more(version):
    card = releases.load(version).card

    shares = [share_flagged(card, step / 1000) for step in range(1001)]

    assert shares == sorted(shares, reverse=True)
    assert shares[0] == table_of(version)[0]["flagged"]
    assert shares[-1] == table_of(version)[-1]["flagged"]


def test_the_table_of_an_older_card_does_not_reach_both_ends():
    oldest = table_of(shipped.VERSIONS[0])

    assert (oldest[0]["threshold"], oldest[-1]["threshold"]) == (0.05, 0.95)


def test_nothing_is_said_where_nothing_is_overridden():
    assert override_in_words(releases.current()) is None


@pytest.mark.parametrize("version", shipped.VERSIONS)
@pytest.mark.parametrize("language", ["fr", "en"])
def test_an_override_names_both_thresholds_and_both_shares(settings, version, language):
    settings.MODEL_THRESHOLD = 0.5
    release = releases.load(version)
    own = release.card["threshold"]["value"]

    with override(language):
        sentence = override_in_words(release)

    plain = sentence.replace(",", ".").replace("\u00a0%", "%")
    assert "MODEL_THRESHOLD=0.5 " in sentence
    assert f"{version} " in sentence
    assert f"{own}" in plain
    for threshold in (0.5, own):
        share = round(100 * share_flagged(release.card, threshold), 1)
        assert f" {share}%" in plain


def test_an_override_reads_in_french_as_in_english(settings):
    settings.MODEL_THRESHOLD = 0.5
    release = releases.load("1.0.0")

    with override("fr"):
        french = override_in_words(release)
    with override("en"):
        english = override_in_words(release)

    assert french.startswith(
        "MODEL_THRESHOLD=0.5 signale environ 6,9\u00a0% de personnes"
    )
    assert english.startswith("MODEL_THRESHOLD=0.5 flags about 6.9% of people like")


def test_a_threshold_of_zero_is_an_override_that_flags_everybody(settings):
    settings.MODEL_THRESHOLD = 0.0

    with override("en"):
        sentence = override_in_words(releases.current())

    assert "flags about 100.0%" in sentence


def test_a_share_is_rounded_and_not_cut_off(settings, release):
    settings.MODEL_THRESHOLD = 0.2
    card = release.document(releases.CARD)
    for row in card["threshold"]["table"]:
        row["flagged"] = 0.12396
    release.rewrite(releases.CARD, card)

    with override("en"):
        sentence = override_in_words(releases.current())

    assert sentence.count("12.4%") == 2
