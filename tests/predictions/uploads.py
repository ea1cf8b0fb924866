"""The three extracts as a browser uploads them."""

import csv
import io
import re
from html import unescape

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from attrition.field import Extract
from tests.attrition.generated import Extracts, generate

UPLOAD = reverse("admin:import_extracts")


def contents(tables: Extracts, delimiter: str = ",") -> dict[Extract, bytes]:
    found = {}
    for extract, lines in tables.lines.items():
        text = io.StringIO()
        csv.writer(text, delimiter=delimiter).writerows(lines)
        found[extract] = text.getvalue().encode()
    return found


def first(count: int, of: int = 40) -> Extracts:
    """The extracts of this many people, the same whoever else there is."""
    tables = generate(of)
    for lines in tables.lines.values():
        del lines[count + 1 :]
    return tables


def upload(client: Client, sent: Extracts | dict, language: str = "en", **fields):
    files = uploaded(contents(sent) if isinstance(sent, Extracts) else sent)
    return client.post(
        UPLOAD, files | fields, follow=True, headers={"accept-language": language}
    )


def uploaded(sent: dict[Extract, bytes]) -> dict[str, SimpleUploadedFile]:
    return {
        str(e): SimpleUploadedFile(f"{e} of today.csv", content, "text/csv")
        for e, content in sent.items()
    }


def confirm(client: Client, page, language: str = "en", **fields):
    """Press the button of a preview."""
    text = page.content.decode()
    action = re.search(r'action="([^"]*/confirm/)"', text)[1]
    digest = re.search(r'name="digest" value="(\w+)"', text)[1]
    return client.post(
        action,
        {"digest": digest} | fields,
        follow=True,
        headers={"accept-language": language},
    )


def counts(page) -> dict[str, str]:
    """What the preview says of how many people."""
    found = re.findall(r"<dt>([^<]*)</dt><dd>([^<]*)</dd></div>", page.content.decode())
    return dict(found)


def text_of(page) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", unescape(page.content.decode())).split())
