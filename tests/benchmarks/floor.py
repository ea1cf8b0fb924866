"""The floor: the least that answers over HTTP and writes the same row down.

A bare WSGI function: no framework, key, validation, model or digest. It writes
a row with all of the log's columns into the log's own table, whose indexes and checks
are as much PostgreSQL's work as they are the service's.
"""

import os
import threading
from datetime import UTC, datetime

import orjson
import psycopg

VALUES = {
    "employee_id": None,
    "proba_depart": 0.5,
    "prediction": 1,
    "threshold": 0.5,
    "model_version": "floor",
    "artifact_sha256": "0" * 64,
    "missing_features": "[]",
    "warnings": '[{"code": "demonstration_model", "fields": []}]',
    "source": "api",
    "key_prefix": "abcdefgh",
    "key_owner": "floor",
    "user_name": "",
    "request_id": "0" * 32,
    "payload_salt": "0" * 32,
    "payload_digest": "0" * 64,
    "schema_version": 2,
}
COLUMNS = ("created_at", "input_payload", *VALUES)
INSERT = (
    f"INSERT INTO predictions ({', '.join(COLUMNS)}) "
    f"VALUES ({', '.join(['%s'] * len(COLUMNS))}) RETURNING id"
)
JSON = [("Content-Type", "application/json")]

_of_thread = threading.local()


def connection():
    if not hasattr(_of_thread, "connection"):
        # One statement is a transaction of its own.
        url = os.environ["DATABASE_URL"]
        _of_thread.connection = psycopg.connect(url, autocommit=True)
    return _of_thread.connection


def application(environ, start_response):
    length = int(environ["CONTENT_LENGTH"])
    features = orjson.loads(environ["wsgi.input"].read(length))["features"]
    payload = orjson.dumps(features).decode()
    values = (datetime.now(UTC), payload, *VALUES.values())
    [db_id] = connection().execute(INSERT, values, prepare=True).fetchone()
    answer = {
        "proba_depart": 0.5,
        "prediction": 1,
        "threshold": 0.5,
        "model_version": "floor",
        "stored": True,
        "db_id": db_id,
    }
    body = orjson.dumps(answer)
    start_response("200 OK", [*JSON, ("Content-Length", str(len(body)))])
    return [body]
