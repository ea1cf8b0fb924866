"""The floor: the least that answers over HTTP and writes the request down.

A bare WSGI function: no framework, no key, no validation, no model. It is served as the
service is (the same class of worker, as many threads) and inserts the seed's columns.
What the service takes longer is what all the rest costs.
"""

import os
import threading

import orjson
import psycopg

INSERT = """
INSERT INTO floor_predictions
    (employee_id, input_payload, proba_depart, prediction, threshold, model_version)
VALUES (%s, %s, %s, %s, %s, %s) RETURNING id
"""
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
    values = (None, payload, 0.5, 1, 0.5, "floor")
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
