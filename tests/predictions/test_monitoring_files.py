"""Alarm rules, dashboard and their page speak of the figures that there are."""

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from predictions.models import LogCheck
from predictions.summaries import seals
from tests.predictions.refusals import send
from tests.predictions.test_metrics import (  # noqa: F401
    Figures,
    _with_token,
    scrape,
)
from tests.server import ROOT

FOLDER = ROOT / "docs" / "monitoring"
ALERTS, ALERTS_TEST = FOLDER / "alerts.yml", Path(__file__).parent / "alerts_test.yml"
NAME = re.compile(r"\btechnova_[a-z_]+")
PARTS = ("_bucket", "_sum", "_count")

needs_promtool = pytest.mark.skipif(
    shutil.which("promtool") is None, reason="promtool is not installed"
)


def rules() -> list[dict[str, Any]]:
    document = yaml.safe_load(ALERTS.read_text(encoding="utf-8"))
    return [rule for group in document["groups"] for rule in group["rules"]]


def panels() -> list[dict[str, Any]]:
    return json.loads((FOLDER / "dashboard.json").read_text(encoding="utf-8"))["panels"]


@pytest.fixture
def figures(api, features, numbers, run, scrape) -> Figures:  # noqa: F811
    """A scrape in which nothing is missing because it has not happened yet."""
    send(api, "POST", "/predict", {"features": features})
    send(api, "POST", "/predict", {"features": {}})
    run("summarise_log")
    seals.keep()
    LogCheck.objects.create(
        rows=9, seals=3, waiting=1, findings=0, has_keys=True, has_anchor=False
    )
    return scrape()


@pytest.fixture
def names(figures) -> set[str]:
    return {name for name, _ in figures}


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule["alert"])
def test_a_rule_is_about_figures_and_labels_that_there_are(rule, names, figures):
    used = set(NAME.findall(rule["expr"]))

    assert used <= names
    assert used or rule["expr"].startswith("up{")
    labels = {"instance", "job", "le"} | {
        label for name, having in figures if name in used for label, _ in having
    }
    text = json.dumps(rule)
    for named in re.findall(r"by \(([\w, ]+)\)", text):
        assert set(named.split(", ")) <= labels
    assert set(re.findall(r"\$labels\.(\w+)", text)) <= labels
    assert set(re.findall(r"[{,]\s*(\w+)=~?\"", rule["expr"])) <= labels
    assert rule["labels"]["severity"] in ("critical", "warning")
    assert rule["annotations"].keys() == {"summary", "description"}


@pytest.mark.parametrize("panel", panels(), ids=lambda panel: panel["title"])
def test_a_panel_is_about_figures_and_labels_that_there_are(panel, names, figures):
    expressions = [target["expr"] for target in panel["targets"]]
    used = {name for expr in expressions for name in NAME.findall(expr)}

    assert used
    assert used <= names
    labels = {"instance", "le"} | {
        label for name, having in figures if name in used for label, _ in having
    }
    text = " ".join(target["legendFormat"] for target in panel["targets"])
    assert set(re.findall(r"{{(\w+)}}", text)) <= labels
    for expr in expressions:
        assert set(re.findall(r"[{,](\w+)=~?\"", expr)) <= labels
        assert expr.count("(") == expr.count(")")


def test_no_two_panels_are_in_the_same_place():
    places = [(one["gridPos"]["x"], one["gridPos"]["y"]) for one in panels()]

    assert len(set(places)) == len(places)
    assert len({one["id"] for one in panels()}) == len(places)


def test_the_page_lists_every_figure_and_no_other(names):
    text = (FOLDER / "README.md").read_text(encoding="utf-8")
    table = text.partition("| Metric (`technova_…`) |")[2].partition("\n\n")[0]
    first_column = "".join(line.split("|")[1] for line in table.splitlines()[2:])
    listed = {f"technova_{name}" for name in re.findall(r"`([a-z_]+)", first_column)}

    def whole(name: str) -> str:
        for part in PARTS:
            name = name.removesuffix(part)
        return name

    assert listed == {whole(name) for name in names}


@needs_promtool
def test_prometheus_takes_the_rules():
    done = subprocess.run(
        ["promtool", "check", "rules", ALERTS], capture_output=True, text=True
    )

    assert done.returncode == 0, done.stdout + done.stderr


@needs_promtool
def test_each_alarm_goes_off_when_it_should_and_not_before():
    done = subprocess.run(
        ["promtool", "test", "rules", ALERTS_TEST], capture_output=True, text=True
    )

    assert done.returncode == 0, done.stdout + done.stderr
    tried = ALERTS_TEST.read_text(encoding="utf-8")
    assert [r["alert"] for r in rules() if r["alert"] not in tried] == []


@needs_promtool
def test_prometheus_finds_nothing_to_say_of_a_scrape(anonymous, figures):
    sent = {"Authorization": "Bearer a-token-of-the-tests"}
    text = anonymous.get("/metrics", headers=sent).content

    done = subprocess.run(
        ["promtool", "check", "metrics"], input=text, capture_output=True
    )

    assert done.returncode == 0, done.stdout + done.stderr
