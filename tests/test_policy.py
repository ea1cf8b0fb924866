"""What a browser is told that our pages may load and do."""

import re
from pathlib import Path

import pytest
from django.test import Client

TEMPLATES = Path(__file__).parent.parent / "templates"
USUAL = {
    "default-src": ["'self'"],
    "object-src": ["'none'"],
    "base-uri": ["'self'"],
    "form-action": ["'self'"],
    "frame-ancestors": ["'none'"],
}
ANSWERS = {
    "JSON": ("/health", {}),
    "a refusal": ("/history", {}),
    "nothing there": ("/nowhere", {}),
    "a page": ("/admin/login/", {}),
    "a way to another page": ("/", {}),
    "a style sheet": ("/static/predictions/admin.css", {}),
    "a host that is not ours": ("/health", {"host": "elsewhere.example"}),
}


def policy_of(answer) -> dict[str, list[str]]:
    header = answer.headers["Content-Security-Policy"]
    return {words[0]: words[1:] for words in map(str.split, header.split(";"))}


@pytest.mark.parametrize(("path", "headers"), ANSWERS.values(), ids=ANSWERS)
def test_every_answer_has_the_policy_and_no_exception(db, path, headers):
    answer = Client().get(path, headers=headers)
    answer.close()  # of a file

    assert policy_of(answer) == USUAL


def test_a_score_has_it_too(api, features):
    answer = api.post("/predict", {"features": features}, format="json")

    assert answer.status_code == 200
    assert policy_of(answer) == USUAL


def test_a_browsable_page_needs_no_exception(auditor, client):
    client.force_login(auditor)

    answer = client.get("/history", headers={"accept": "text/html"})

    assert answer.status_code == 200
    assert policy_of(answer) == USUAL
    assert "<style" not in answer.text


def test_docs_may_show_the_icons_of_their_style_sheet_and_nothing_else(client):
    answer = client.get("/docs")

    assert policy_of(answer) == USUAL | {"img-src": ["'self'", "data:"]}


def test_a_browser_tells_nobody_where_it_came_from(client):
    answer = client.get("/health")

    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert "camera=()" in answer.headers["Permissions-Policy"]


INLINE = re.compile(r"""<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=["']""")


def test_no_template_has_an_inline_script_or_style():
    found = [
        template.name
        for template in TEMPLATES.rglob("*.html")
        if INLINE.search(template.read_text(encoding="utf-8"))
    ]

    assert found == []


@pytest.mark.parametrize(
    "text", ["<script>", "<style>", '<p style="x">', "<a onclick='x'>"]
)
def test_an_inline_script_or_style_would_be_seen(text):
    assert INLINE.search(text)
