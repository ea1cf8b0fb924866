"""How log lines look, whoever writes them: for people, or an object each as JSON.

Their times are UTC in ISO 8601: lines of several processes, and of a proxy's or a
database's log, can be put in one order, also when the clocks go back in autumn.
"""

import json
import logging
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import orjson

LINE = "%(asctime)s %(levelname)s %(name)s %(message)s"
FORMATTERS: dict[str, dict[str, Any]] = {
    "line": {"()": "technova.logs.LineFormatter"},
    "json": {"()": "technova.logs.JSONFormatter"},
}
WITH_FIELDS = "technova.requests"


class LineFormatter(logging.Formatter):
    converter = staticmethod(time.gmtime)
    default_time_format = "%Y-%m-%dT%H:%M:%S"
    default_msec_format = "%s.%03dZ"

    def __init__(self) -> None:
        super().__init__(LINE)


class JSONFormatter(logging.Formatter):
    """`message`, or, of our own requests' lines, the fields that they name.

    Other libraries name arguments too, and those can hold anything: they stay within
    the message.
    """

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC),
            "level": record.levelname,
            "logger": record.name,
            "pid": record.process,
        }
        if record.name == WITH_FIELDS and isinstance(record.args, Mapping):
            line |= record.args
        else:
            line["message"] = record.getMessage()
        if record.exc_info:
            line["exception"] = record.exc_text or self.formatException(record.exc_info)
        try:
            return orjson.dumps(line, option=orjson.OPT_UTC_Z).decode()
        except orjson.JSONEncodeError:  # half a character, out of an odd file name
            return json.dumps(line, default=str)
