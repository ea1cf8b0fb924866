"""What a role may not open, by docs/permissions.md, is neither offered nor told."""

import re
from html import unescape
from urllib.parse import urljoin, urlsplit
from uuid import uuid4

import pytest
from django.http import HttpResponse
from django.urls import resolve

from tests.predictions import permission_records as given
from tests.predictions.permission_table import PEOPLE, pages, shape

OPENED = [row for row in pages() if row.method == "GET"]
DONE = [row for row in pages() if row.method == "POST"]
FORM = re.compile(r'(<form[^>]*\bmethod="post"[^>]*>)(.*?)</form>', re.I | re.S)
BUTTON = re.compile(r'<button\b[^>]*>|<input\b[^>]*type="submit"[^>]*>', re.I)
LIST = re.compile(
    r"/admin/(attrition|auth|predictions)/\w+/|/admin/(glossary|releases)/"
)
LINK = re.compile(r'<a\b[^>]*\bhref="([^"#][^"]*)"', re.I)


@pytest.fixture
def records(db) -> dict[str, object]:
    return given.make()


def shape_of(path: str) -> str:
    """Of the address in the table that this path is one of."""
    listed = {row.shape for row in OPENED}
    return path if path in listed else shape(f"/{resolve(path).route}")


def leads_to(answer: HttpResponse) -> set[str]:
    """The shapes of the back-office's addresses that a page links to."""
    at = answer.request["PATH_INFO"]
    links = (urljoin(at, unescape(link)) for link in LINK.findall(answer.text))
    paths = {urlsplit(link).path for link in links}
    return {shape_of(path) for path in paths if path.startswith("/admin/")}


def sends_to(answer: HttpResponse) -> set[tuple[str, str]]:
    """The shapes that a page's buttons do something at, and the actions of its list."""
    at = answer.request["PATH_INFO"]
    found = set()
    for form, content in FORM.findall(answer.text):
        usual = re.search(r'action="([^"]*)"', form)
        for button in BUTTON.findall(content):
            target = re.search(r'formaction="([^"]*)"', button) or usual
            path = urljoin(at, unescape(target[1])) if target else at
            place = shape_of(urlsplit(path).path)
            found |= {(place, action) for action in _actions(content) or [""]}
    return found


def _actions(content: str) -> list[str]:
    select = re.search(r'<select name="action".*?</select>', content, re.S)
    return re.findall(r'<option value="(\w+)">', select[0]) if select else []


@pytest.mark.parametrize("role", PEOPLE)
def test_no_page_offers_what_the_role_may_not(records, role):
    client = given.log_in(role, records)
    may_open = {row.shape for row in OPENED if row.says[role] == "yes"}
    may_do = {(row.shape, row.action) for row in DONE if row.says[role] == "yes"}

    for row in OPENED:
        answer = given.opened(client, row.path(records))

        if answer.get("Content-Type", "").startswith("text/html"):
            assert leads_to(answer) <= may_open, row
            assert sends_to(answer) <= may_do, row


@pytest.mark.parametrize("role", PEOPLE)
def test_the_home_page_leads_to_each_list_that_the_role_may_open(records, role):
    client = given.log_in(role, records)
    lists = {
        row.shape
        for row in OPENED
        if row.says[role] == "yes" and LIST.fullmatch(row.address)
    }

    assert lists <= leads_to(given.opened(client, "/admin/"))


@pytest.mark.parametrize("role", PEOPLE)
def test_no_address_tells_whether_a_record_exists(records, role):
    client = given.log_in(role, records)
    kind, there, nothing = (
        records[name] for name in ("content type", "prediction", "nothing")
    )

    found, missing = (
        given.opened(client, f"/admin/r/{kind}/{number}/")
        for number in (there, nothing)
    )

    assert (found.status_code, missing.status_code) == (404, 404)
    assert _without_address(found) == _without_address(missing)


def _without_address(answer: HttpResponse) -> str:
    """And without the tokens of its forms."""
    text = answer.text.replace(answer.request["PATH_INFO"], "")
    return re.sub(r'value="\w{64}"', "", text)


@pytest.mark.parametrize("role", PEOPLE)
def test_who_may_not_open_a_record_does_not_learn_whether_it_exists(records, role):
    client = given.log_in(role, records)
    missing = dict.fromkeys(records, records["nothing"])
    missing["waiting import"] = uuid4()

    for row in OPENED:
        if row.says[role] == "no":
            assert given.opened(client, row.path(missing)).status_code == 403, row
