"""Log lines as JSON, and gunicorn's own without what was sent."""

import json
import logging
import os
import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest

from technova import gunicorn
from technova.gunicorn import without_what_was_sent
from technova.logs import JSONFormatter, LineFormatter
from tests.server import ROOT, Server, until

TIME = re.compile(r'^(?:\{"time":")?(\d{4}-\d\d-\d\dT[\d:.]+Z)[ "]')
FIELDS = {"method": "GET", "status": 200, "request_id": "r-1"}


def record(message: str, *arguments: object, name: str = "predictions", **more: object):
    place = ("", 0)
    return logging.LogRecord(
        name, logging.INFO, *place, message, arguments, more.get("exc_info")
    )


def written(line: logging.LogRecord) -> dict[str, object]:
    text = JSONFormatter().format(line)
    assert "\n" not in text
    return json.loads(text)


def raised(text: str):
    try:
        raise ValueError(text)
    except ValueError:
        return sys.exc_info()


def test_a_line_is_an_object_with_its_time_in_utc():
    found = written(record("%s rows", 3))

    assert found.keys() == {"time", "level", "logger", "pid", "message"}
    assert found["time"].endswith("Z")
    assert (found["level"], found["logger"]) == ("INFO", "predictions")
    assert found["message"] == "3 rows"


def test_a_request_is_its_fields():
    found = written(record("%(method)s", FIELDS, name="technova.requests"))

    assert found.items() >= FIELDS.items()
    assert "message" not in found


def test_what_other_libraries_name_stays_within_the_message():
    found = written(record("%(method)s", FIELDS, name="celery.app.trace"))

    assert found["message"] == "GET"
    assert "request_id" not in found


@pytest.mark.parametrize("message", ['"', "a\nb", "\u2028", "é", "\ud800", "%"])
def test_whatever_is_said_is_one_line_of_json(message):
    assert written(record(message))["message"] == message


def test_an_exception_is_a_field():
    found = written(record("it broke", exc_info=raised("why")))

    assert "ValueError: why" in found["exception"]


@pytest.mark.parametrize("formatter", [JSONFormatter(), LineFormatter()])
@pytest.mark.parametrize(
    ("message", "arguments"),
    [
        ("Error handling request %s %s", ("GET", "/history/669")),
        ("Error handling request %s", ("/history/669",)),
        ("Error handling request", ()),
        ("Invalid request from ip=127.0.0.1: X-API-Key hunter2", ()),
    ],
)
def test_gunicorn_quotes_no_path_no_header_and_no_text_of_an_exception(
    formatter, message, arguments
):
    line = record(message, *arguments, exc_info=raised("employee 669 earns 3447"))
    if message.startswith("Invalid"):
        line.exc_info = None

    assert without_what_was_sent(line)

    text = formatter.format(line)
    assert message.split(" %")[0].partition(":")[0] in text
    assert not [word for word in ("669", "3447", "hunter2") if word in text]
    assert ("in raised" in text) == (line.exc_info is not None)


@pytest.mark.parametrize(
    ("log_format", "zone"), [("line", "Europe/Paris"), ("json", "America/New_York")]
)
def test_every_line_has_its_time_in_utc_whoever_wrote_it(tmp_path, log_format, zone):
    """gunicorn's master, a worker and a command beside them."""
    variables = {"TZ": zone, "TIME_ZONE": zone, "LOG_FORMAT": log_format}
    began = datetime.now(UTC) - timedelta(seconds=1)
    server = Server(tmp_path, workers=1, SEAL_EVERY="1", **variables)
    try:
        until(lambda: "repeating" in server.log.read_text(encoding="utf-8"))
    finally:
        server.stop()

    said = server.log.read_text(encoding="utf-8").splitlines()
    times = [TIME.search(line) for line in said]
    assert [line for line, time in zip(said, times, strict=True) if not time] == []
    read = [datetime.fromisoformat(time[1]) for time in times if time]
    assert [time for time in read if not began <= time <= datetime.now(UTC)] == []
    for writer in ("gunicorn.error", "technova.requests", "repeating"):
        assert any(writer in line for line in said)


def test_an_odd_format_is_one_line_of_gunicorn_too():
    command = ["gunicorn", "technova.wsgi", "--config", "technova/gunicorn.py"]

    done = subprocess.run(
        [sys.executable, "-m", *command, "--bind", "127.0.0.1:0"],
        cwd=ROOT,
        env=os.environ | {"LOG_FORMAT": "xml"},
        capture_output=True,
        text=True,
    )

    assert done.returncode == 1
    assert done.stderr == "gunicorn: LOG_FORMAT must be one of: line, json.\n"


def test_an_access_log_would_hold_no_path_and_no_header():
    assert gunicorn.accesslog is None
    assert set(re.findall(r"\((.*?)\)", gunicorn.access_log_format)) == {*"msM"}


def test_an_access_log_of_a_real_request_holds_no_path(tmp_path):
    arguments = "--access-logfile -"
    server = Server(tmp_path, workers=1, GUNICORN_CMD_ARGS=arguments)
    try:
        server.call("/history/669")
    finally:
        server.stop()

    said = server.log.read_text(encoding="utf-8")
    lines = re.findall(r"^(GET \d+) \d+ms$", said, re.MULTILINE)
    assert lines == ["GET 200"] * 2  # the first one asked whether it is up
    assert "history/669" not in said
    # As a word: a process or a port may have these digits.
    assert not re.search(r"(?<![\d.:\[])669(?![\d.\]])", said)


def test_what_keeps_gunicorn_from_starting_is_said():
    line = record("Exception in worker process", exc_info=raised("no SECRET_KEY"))

    without_what_was_sent(line)

    assert "ValueError: no SECRET_KEY" in LineFormatter().format(line)
