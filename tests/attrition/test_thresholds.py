"""What a threshold flags is counted, and how sure that count is."""

import numpy as np
import pytest

from attrition.thresholds import default_threshold, of_ten, threshold_table

SHARES = ("flagged", "precision", "recall", "false_alarms")


def people(count: int = 400, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    p = rng.beta(1.5, 4, count)
    return (rng.random(count) < p).astype(int), p


def table_of(y: np.ndarray, *by_repeat: np.ndarray, seed: int = 0) -> list[dict]:
    return threshold_table(y, np.array(by_repeat), seed)


def counted(y, p, threshold: float) -> dict[str, float | None]:
    """The same shares, one person after the other."""
    pairs = list(zip(y.tolist(), p.tolist(), strict=True))
    flagged = [left for left, probability in pairs if probability >= threshold]
    left = sum(left for left, _ in pairs)
    stayed = len(pairs) - left
    return {
        "flagged": len(flagged) / len(pairs),
        "precision": sum(flagged) / len(flagged) if len(flagged) >= 10 else None,
        "recall": sum(flagged) / left,
        "false_alarms": flagged.count(0) / stayed,
    }


def row(threshold: float, flagged: float, precision: float | None = 0.5):
    return {"threshold": threshold, "flagged": flagged, "precision": precision}


def test_there_is_a_row_for_each_hundredth():
    table = table_of(*people())

    assert [r["threshold"] for r in table] == [
        float(f"{hundredth / 100:.2f}") for hundredth in range(101)
    ]


def test_every_row_is_what_counting_finds():
    y, p = people()

    for found in table_of(y, p):
        expected = counted(y, p, found["threshold"])
        for name in SHARES:
            assert found[name] == pytest.approx(expected[name], abs=1e-6), name


def test_a_share_is_that_of_the_repeats_and_not_of_each_persons_mean():
    y = np.array([1, 0] * 50)
    sure, unsure = np.full(100, 0.9), np.full(100, 0.2)

    table = table_of(y, sure, unsure)

    assert table[60]["flagged"] == table[60]["recall"] == 0.5
    assert table[60]["precision"] == 0.5
    assert table[15]["flagged"] == 1


def test_two_repeats_that_agree_are_as_one():
    y, p = people()

    assert table_of(y, p, p) == table_of(y, p)


def test_repeats_do_not_make_more_people():
    y, p = people()
    again = np.random.default_rng(1).permutation(p)

    found = table_of(y, p, again)[30]
    low, high = found["flagged_interval"]

    # Half of two independent draws' variance, and no less.
    one = table_of(y, p)[30]["flagged_interval"]
    assert high - low > 0.6 * (one[1] - one[0])


@pytest.mark.parametrize("hundredth", range(101))
def test_a_probability_of_exactly_the_threshold_is_flagged(hundredth):
    threshold = float(f"{hundredth / 100:.2f}")
    p = np.array([threshold, np.nextafter(threshold, -1), 0.0, 1.0])
    y = np.array([1, 0, 0, 1])

    found = table_of(y, p)[hundredth]

    assert found["threshold"] == threshold
    assert found["flagged"] == sum(p >= threshold) / 4


def test_nobody_flagged_has_no_precision_and_no_interval_of_it():
    y, p = people()

    last = table_of(y, p)[-1]

    assert last["flagged"] == last["recall"] == last["false_alarms"] == 0
    assert last["precision"] is None
    assert last["precision_interval"] is None


@pytest.mark.parametrize("count", [9, 10])
def test_a_precision_of_fewer_than_ten_people_is_none(count):
    y, p = people()
    p[:count] = 1.0
    y[:count] = np.arange(count) % 2

    last = table_of(y, p)[-1]

    assert last["flagged"] == count / 400
    assert (last["precision"] is None) is (count < 10)
    assert (last["precision_interval"] is None) is (count < 10)


def test_that_all_who_are_flagged_left_is_no_certainty():
    y, p = people()
    p[:12] = y[:12] = 1

    last = table_of(y, p)[-1]

    assert last["precision"] == 1
    # Wilson's interval of 12 of 12.
    assert last["precision_interval"] == pytest.approx([0.757, 1.0], abs=0.001)


def test_that_nobody_is_flagged_is_no_certainty_either():
    y, p = people()

    last = table_of(y, p)[-1]

    # Wilson's interval of 0 of 400.
    assert last["flagged_interval"] == pytest.approx([0, 0.0095], abs=0.0001)
    assert last["recall_interval"][1] > last["flagged_interval"][1]
    assert last["false_alarms_interval"][1] > last["flagged_interval"][1]


def test_everybody_is_flagged_at_zero():
    y, p = people()

    first = table_of(y, p)[0]

    assert first["flagged"] == first["recall"] == first["false_alarms"] == 1
    assert first["precision"] == pytest.approx(y.mean(), abs=1e-6)


def test_each_interval_holds_its_share():
    for found in table_of(*people()):
        for name in SHARES:
            interval = found[f"{name}_interval"]
            if interval is not None:
                low, high = interval
                assert 0 <= low <= found[name] <= high <= 1


def test_intervals_of_four_times_as_many_people_are_half_as_wide():
    y, p = people()

    few = table_of(y, p)
    many = table_of(np.tile(y, 4), np.tile(p, 4))

    for before, after in zip(few[10:40:10], many[10:40:10], strict=True):
        for name in SHARES:
            assert after[name] == before[name]
            wide, narrow = (
                r[f"{name}_interval"][1] - r[f"{name}_interval"][0]
                for r in (before, after)
            )
            assert narrow == pytest.approx(wide / 2, rel=0.2), name


def test_an_interval_is_as_wide_as_a_shares_standard_error_has_it():
    y, p = people(2000)

    found = table_of(y, p)[30]

    share = found["flagged"]
    low, high = found["flagged_interval"]
    expected = 2 * 1.96 * np.sqrt(share * (1 - share) / 2000)
    assert high - low == pytest.approx(expected, rel=0.1)


def test_the_same_seed_draws_the_same_intervals_and_another_others():
    y, p = people()

    assert table_of(y, p, seed=3) == table_of(y, p, seed=3)
    assert table_of(y, p, seed=3) != table_of(y, p, seed=4)


# Which one is the default


def test_the_default_flags_as_many_people_as_left():
    table = [row(0.1, 0.6), row(0.2, 0.31), row(0.3, 0.25), row(0.4, 0.1)]

    assert default_threshold(table, 0.3) == row(0.2, 0.31)


def test_of_two_as_near_the_higher_is_the_default():
    table = [row(0.1, 0.4), row(0.2, 0.2), row(0.3, 0.2), row(0.4, 0.0)]

    assert default_threshold(table, 0.3)["threshold"] == 0.3
    assert default_threshold(table[::-1], 0.3)["threshold"] == 0.3


def test_precision_and_recall_are_the_same_at_the_default():
    y, p = people(3000)

    found = default_threshold(table_of(y, p), float(y.mean()))

    assert found["flagged"] == pytest.approx(y.mean(), abs=0.01)
    assert found["precision"] == pytest.approx(found["recall"], abs=0.02)


@pytest.mark.parametrize(
    ("precision", "count"), [(None, None), (0.0, 0), (0.58, 6), (0.53, 5), (1.0, 10)]
)
def test_of_ten_people_flagged_about_so_many_left(precision, count):
    assert of_ten(row(0.5, 0.1, precision)) == count
