"""Who may make the server keep a file: nobody but where a file is asked for."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.files.uploadhandler import (
    MemoryFileUploadHandler,
    TemporaryFileUploadHandler,
)
from django.test import Client

from tests.factories import make_user

LARGE = 5 * 1024 * 1024  # Django keeps what is larger than 2.5 MiB on the disk
TOKEN = "x" * 64
OPEN = ["/admin/login/", "/session/login/", "/i18n/setlang/"]


@pytest.fixture
def kept(monkeypatch) -> list[int]:
    """How many bytes of files Django's own handlers were given, each time."""
    found: list[int] = []
    for handler in (MemoryFileUploadHandler, TemporaryFileUploadHandler):
        keep = handler.receive_data_chunk

        def count(self, raw_data, start, keep=keep):
            found.append(len(raw_data))
            return keep(self, raw_data, start)

        monkeypatch.setattr(handler, "receive_data_chunk", count)
    return found


@pytest.mark.parametrize("size", [0, 1, LARGE])
@pytest.mark.parametrize("path", OPEN)
def test_a_stranger_fills_no_disk(db, kept, path, size):
    # Whether a form is forged is looked up in it: all of it is read for that.
    client = Client(enforce_csrf_checks=True)
    client.get("/admin/login/")
    file = SimpleUploadedFile("a", b"x" * size)

    answer = client.post(path, {"csrfmiddlewaretoken": TOKEN, "a": file})

    assert answer.status_code == 413
    assert kept == []


def test_nor_does_who_is_logged_in_where_no_file_is_asked_for(client, db, kept):
    client.force_login(make_user("bob", "HR manager"))
    file = SimpleUploadedFile("a", b"x")

    answer = client.post("/admin/attrition/employee/add/", {"a": file})

    assert answer.status_code == 413
    assert kept == []
