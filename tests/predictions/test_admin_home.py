"""The home page of the back-office: figures, links, rights, both languages."""

import re
from datetime import date, timedelta
from html import unescape

import pytest
from django.contrib.auth.models import Permission
from django.utils import timezone

from predictions import home_figures
from predictions.models import (
    DaySummary,
    LogCheck,
    Refusal,
    SummaryProgress,
    UnknownCallers,
)
from predictions.proof import sealing
from predictions.summaries.keeping import Summariser
from tests.factories import EmployeeFactory, make_user, seed_features
from tests.predictions.tampering import change, without_triggers

HOME = "/admin/"
NOW = timezone.now
NO_BREAK = "\u00a0"


@pytest.fixture
def answer(log_row):
    def write(probability: float, days_ago: int = 0, **changes):
        threshold = changes.setdefault("threshold", 0.33)
        today = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=1)
        return log_row(
            proba_depart=probability,
            prediction=int(probability >= threshold),
            created_at=today - timedelta(days=days_ago),
            **changes,
        )

    return write


@pytest.fixture
def people(answer):
    """So many stored people of a department, each with an answer."""

    def make(department: str, count: int, above: int = 0) -> None:
        for i in range(count):
            person = EmployeeFactory(
                features=seed_features() | {"departement": department}
            )
            answer(0.4 if i < above else 0.1, employee_id=person.pk)

    return make


@pytest.fixture
def page(browser):
    clients = {}

    def get(role: str | None = "HR auditor", language: str = "fr") -> str:
        client = clients.setdefault(role, None) or browser(role, name=f"u{role}")
        clients[role] = client
        got = client.get(HOME, headers={"accept-language": language})
        assert got.status_code == 200
        return unescape(got.content.decode())

    return get


def keep() -> None:
    Summariser().keep()


def text_of(html: str) -> str:
    return re.sub(r"[ \n]+", " ", re.sub(r"<[^>]+>", " ", html)).strip()


def figures(html: str) -> list[tuple[str, int]]:
    """Every number that is a link to a list, with its address."""
    found = re.findall(r'<a href="(/admin/[^"]*\?[^"]*)">([^<]*)</a>', html)
    numbers = [(address, re.match(r"[\d\u00a0]+", words)) for address, words in found]
    return [
        (address, int(number[0].replace(NO_BREAK, "")))
        for address, number in numbers
        if number
    ]


@pytest.fixture
def filled(answer):
    """Two releases over some weeks, above and below, on every edge of a bin."""
    for days_ago in range(0, 60):
        old = {"model_version": "1.0.0", "threshold": 0.5} if days_ago > 20 else {}
        for i in range(1 + days_ago % 3):
            answer(((days_ago + i) % 21) / 20, days_ago, **old)
    for i in range(5):
        Refusal.objects.create(
            route="predict",
            status=422,
            code="not_a_number" if i % 2 else "not_whole",
            request_id=str(i),
            created_at=NOW() - timedelta(days=i * 9),
        )
    UnknownCallers.objects.create(
        day=timezone.localdate(), route="predict", status=401, count=1234
    )
    keep()


def test_the_sums_are_those_of_a_hand_count(answer, page):
    answer(0.4)
    answer(0.1)
    answer(0.4, 6)
    answer(0.4, 7)
    answer(0.1, 29)
    answer(0.4, 30)
    keep()

    html = page()

    section = html[html.index('id="home-sums"') : html.index('id="home-running"')]
    words = text_of(section)
    assert f"Aujourd'hui 2 1 au-dessus du seuil (50,0{NO_BREAK}%)" in words
    assert f"7 derniers jours 3 2 au-dessus du seuil (66,7{NO_BREAK}%)" in words
    assert f"30 derniers jours 5 3 au-dessus du seuil (60,0{NO_BREAK}%)" in words


def test_every_figure_leads_to_as_many_rows(filled, page, client):
    client.force_login(make_user("root"))
    found = figures(page())

    assert len(found) > 40
    for address, number in found:
        listed = client.get(address)
        assert listed.status_code == 200, address
        if "unknowncallers" in address:
            calls = sum(listed.context["cl"].queryset.values_list("count", flat=True))
            assert calls == number
        else:
            assert listed.context["cl"].result_count == number, address


def test_the_histogram_has_every_answer_of_its_release(filled, page):
    found = [
        (address, number) for address, number in figures(page()) if "proba" in address
    ]

    rows = DaySummary.objects.filter(
        model_version="1.1.0", day__gt=timezone.localdate() - timedelta(days=30)
    )
    assert sum(number for _, number in found) == sum(row.count for row in rows)


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_page_says_what_runs(page, db, language):
    words = text_of(page(language=language))

    assert "1.1.0" in words
    expected = {
        "fr": (f"33{NO_BREAK}%", "celui de la version", "une démonstration"),
        "en": ("33%", "the release's own", "a demonstration"),
    }
    for part in expected[language]:
        assert part in words


def test_a_threshold_of_the_operator_is_called_so(page, db, settings):
    settings.MODEL_THRESHOLD = 0.505

    words = text_of(page())

    assert f"50,5{NO_BREAK}%" in words
    assert f"celui de la version est 33{NO_BREAK}%" in words


def test_a_broken_release_leaves_the_page_whole(page, answer, broken_release):
    answer(0.4)
    keep()

    assert "Aucun modèle ne peut répondre" in page()


def test_figures_that_were_never_counted_are_said_to_be_so(page, answer):
    answer(0.4)

    french, english = text_of(page()), text_of(page(language="en"))

    assert "Les chiffres n'ont jamais été comptés." in french
    assert "manage.py summarise_log" in french
    assert "The figures were never counted." in english
    assert "Aujourd'hui" not in french


def test_an_empty_log_has_a_page(page, db):
    keep()

    words = text_of(page())

    assert "Aucune prédiction pour l'instant." in words
    assert "Aucune prédiction dans les six derniers mois." in words
    assert "Aucun scellé n'a encore été vérifié." in words


def test_old_figures_are_said_to_be_old(page, db):
    keep()
    assert "Ils sont anciens" not in page()

    SummaryProgress.objects.filter(log="refusals").update(
        counted_at=NOW() - timedelta(hours=2)
    )

    words = text_of(page())
    assert "Ils sont anciens" in words
    assert "il y a 2" in words


def test_figures_of_this_minute_are_of_just_now(page, db):
    keep()

    words = text_of(page())

    assert "(à l'instant)" in words
    assert "0\u00a0minute" not in words


# Departments


def shown(html: str) -> dict[str, list[str]]:
    part = html[html.index('id="home-departments"') : html.index('id="home-releases"')]
    rows = re.findall(r"<tr><th scope=\"row\".*?</tr>", part, re.DOTALL)
    found = {}
    for row in rows:
        cells = [text_of(c) for c in re.findall(r"<t[hd].*?</t[hd]>", row, re.DOTALL)]
        found[cells[0]] = cells[1:]
    return found


def test_departments_of_ten_are_shown_and_the_others_counted(people, page):
    people("Commercial", 20, above=5)
    people("Consulting", 10, above=1)
    people("Ressources Humaines", 9)
    people("Direction", 1)
    keep()

    html = page()

    percent = f"{NO_BREAK}%"
    assert {name: cells[:3] for name, cells in shown(html).items()} == {
        "Commercial": ["20", "5", f"25,0{percent}"],
        "Consulting": ["10", "1", f"10,0{percent}"],
    }
    assert f"Départements masqués{NO_BREAK}: 2." in html
    assert "Ressources Humaines" not in html
    assert "?department=Commercial" in html


@pytest.mark.parametrize(
    ("sizes", "visible"),
    [
        ({"A": 30, "B": 12, "C": 9}, {"A"}),  # C alone would be what B leaves
        ({"A": 30, "B": 12, "C": 3, "D": 4}, {"A"}),  # seven people are too few
        ({"A": 30, "B": 12, "C": 6, "D": 4}, {"A", "B"}),
        ({"A": 30, "B": 12}, {"A", "B"}),
        ({"A": 9}, set()),
        ({"A": 30, "B": 2}, set()),
    ],
    ids=["one hidden", "few hidden", "ten hidden", "none", "alone", "both"],
)
def test_what_is_hidden_cannot_be_computed_from_a_total(people, sizes, visible):
    for name, count in sizes.items():
        people(name, count)
    keep()

    found, hidden = home_figures.departments()

    assert {one.name for one in found} == visible
    assert hidden == len(sizes) - len(visible)
    rest = sum(sizes.values()) - sum(one.people for one in found)
    assert rest == 0 or hidden == len(sizes) or (rest >= 10 and hidden >= 2)


def test_a_department_is_one_row_whatever_the_releases(people, answer):
    people("A", 12, above=3)
    for row in list(home_figures.Prediction.objects.all())[:4]:
        answer(0.9, employee_id=row.employee_id, model_version="1.0.0", threshold=0.5)
    keep()

    [one], hidden = home_figures.departments()

    assert (one.people, hidden) == (12, 0)


# The line


def day(on: date, version: str, count: int, above: int, threshold: float = 0.33):
    return DaySummary(
        day=on,
        model_version=version,
        count=count,
        above=above,
        bins=[0] * 20,
        lowest_threshold=threshold,
        highest_threshold=threshold,
    )


MONDAY = date(2026, 3, 2)


def test_days_with_few_answers_become_weeks():
    rows = [day(MONDAY + timedelta(days=i), "1", 2, 1) for i in range(14)]
    rows.append(day(MONDAY + timedelta(days=14), "1", 300, 30))

    steps = home_figures.points(rows, MONDAY + timedelta(days=14))

    assert [(p.period.first, p.count, p.above) for [p] in steps] == [
        (MONDAY, 14, 7),
        (MONDAY + timedelta(days=7), 14, 7),
        (MONDAY + timedelta(days=14), 300, 30),
    ]


def test_days_with_many_answers_stay_days():
    rows = [day(MONDAY + timedelta(days=i), "1", 20, 1) for i in range(14)]

    steps = home_figures.points(rows, MONDAY + timedelta(days=14))

    assert len(steps) == 14
    assert steps[0][0].period.last == MONDAY


# The proof


def test_a_seal_that_holds_and_a_log_that_was_verified(page, answer, verify):
    answer(0.4)
    sealing.seal_once(None)
    answer(0.4)
    keep()

    before = text_of(page())
    code, _ = verify()
    after = text_of(page())

    assert code == 0
    assert "Scellé 1" in before
    assert f"Vérifié{NO_BREAK}: rien n'a été modifié." in before
    assert "Jamais vérifié en entier" in before
    assert f"{NO_BREAK}: aucune anomalie." in after
    assert "Lignes en attente d'un scellé 1" in after


def test_a_seal_that_does_not_hold_is_told_by_words_and_a_sign(page, answer, verify):
    row = answer(0.4)
    sealing.seal_once(None)
    with without_triggers():
        change(row.pk, "threshold", 0.2)
    keep()
    verify()

    words = text_of(page())

    assert "✗ N'est plus ce qui a été scellé" in words
    assert f"anomalies{NO_BREAK}: 1." in words
    assert LogCheck.objects.get().findings == 1


# Rights

PARTS = {
    "view_prediction": ("home-sums", "home-running", "home-departments"),
    "view_refusal": ("home-refused",),
    "view_seal": ("home-proof",),
}


@pytest.mark.parametrize("permission", PARTS)
def test_each_part_is_for_whoever_may_see_the_list_behind(filled, client, permission):
    user = make_user("eve", "ML engineer")
    user.user_permissions.add(Permission.objects.get(codename=permission))
    client.force_login(user)

    html = client.get(HOME).content.decode()

    for needed, ids in PARTS.items():
        for part in ids:
            assert (f'id="{part}"' in html) == (needed == permission)
    assert "unknowncallers" not in html


def test_others_keep_the_list_of_pages(filled, page):
    html = page("ML engineer")

    assert 'class="home"' not in html
    assert 'href="/admin/releases/"' in html
    assert "recent-actions-module" not in html


def test_nobody_is_sent_to_the_login(client, db):
    answer = client.get(HOME)

    assert answer.status_code == 302
    assert answer["Location"].startswith("/admin/login/")


# What it costs, and how it is written


def test_the_page_takes_as_many_queries_for_many_rows(
    page, answer, filled, django_assert_num_queries
):
    page()
    with django_assert_num_queries(15) as few:
        page()
    for days_ago in range(0, 120, 2):
        answer(0.4, days_ago, model_version=f"{days_ago % 7}")
    sealing.seal_once(None)
    keep()

    with django_assert_num_queries(len(few) + 1):  # the seal, to say when it was made
        page()


def test_no_script_and_no_style_stands_in_the_page(filled, page):
    html = page()
    main = html[html.index('<div class="home">') : html.index('id="content-related"')]

    assert "style=" not in main
    assert "<script" not in main
    assert "<style" not in main
    assert not re.search(r"\son\w+=", main)


def test_each_chart_has_a_title_a_text_and_a_table(filled, page):
    html = page()

    for name in ("share-above", "distribution"):
        assert f'id="{name}-title"' in html
        text = re.search(rf'id="{name}-text">([^<]+)<', html)[1]
        assert len(text) > 40
    assert html.count("<details>") == 2
    assert html.count('class="part"') >= 2  # it breaks where 1.1.0 begins


def test_the_words_are_never_those_of_a_verdict(filled, page):
    words = text_of(page())

    assert "au-dessus du seuil" in words
    assert "va partir" not in words
