"""What the seed does with a request, by its README: FastAPI, a pipeline, an INSERT.

The features are aligned with the expected ones, become a DataFrame of one row, and go
through the release's scikit-learn pipeline; the row is committed and the answer given.
A connection a thread is kept open, which is kind to it.
"""

import os
import threading
from typing import Annotated, Any

import django
import numpy as np
import pandas as pd
import psycopg
from fastapi import FastAPI, Header, HTTPException
from psycopg.types.json import Jsonb
from pydantic import BaseModel

django.setup()

from attrition import pickled, releases  # noqa: E402  (Django is set up before)

INSERT = """
INSERT INTO seed_predictions
    (employee_id, input_payload, proba_depart, prediction, threshold, model_version)
VALUES (%s, %s, %s, %s, %s, %s) RETURNING id
"""

release = releases.current()
pipeline = pickled.open_pipeline(release)
app = FastAPI()
_of_thread = threading.local()


class Asked(BaseModel):
    features: dict[str, Any]


def connection() -> psycopg.Connection:
    if not hasattr(_of_thread, "connection"):
        _of_thread.connection = psycopg.connect(os.environ["DATABASE_URL"])
    return _of_thread.connection


def probability(features: dict[str, Any]) -> float:
    aligned = {name: features.get(name, np.nan) for name in release.scorecard.names}
    rise = aligned["augementation_salaire_precedente"]
    if isinstance(rise, str):
        aligned["augementation_salaire_precedente"] = float(rise.rstrip(" %"))
    return float(pipeline.predict_proba(pd.DataFrame([aligned]))[0, 1])


@app.get("/health")
def health() -> dict[str, str]:
    return {"status": "ok"}


@app.post("/predict")
def predict(asked: Asked, x_api_key: Annotated[str, Header()]) -> dict[str, Any]:
    if x_api_key != os.environ["API_KEY"]:
        raise HTTPException(401)
    found = probability(asked.features)
    threshold = release.threshold
    row = (
        None,
        Jsonb(asked.features),
        found,
        int(found >= threshold),
        threshold,
        release.version,
    )
    with connection().transaction():
        [db_id] = connection().execute(INSERT, row).fetchone()
    return {
        "proba_depart": found,
        "prediction": row[3],
        "threshold": threshold,
        "model_version": release.version,
        "stored": True,
        "db_id": db_id,
    }
