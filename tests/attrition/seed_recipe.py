"""The proof of concept's model, rebuilt from its description with all its faults.

Its strength and encoding were never published: other choices flag other shares.

The misspelt pay rise is lost, travel is ordered by the alphabet, the classes are
weighted as if half had left, and age, gender and marital status are scored.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import RepeatedStratifiedKFold
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from attrition.evaluation import MEASURES, REPEATS, SPLITS
from attrition.training_set import TrainingSet


@dataclass(frozen=True)
class Measured:
    """`by_repeat`: a row of probabilities a repeat; `means`: of each measure."""

    by_repeat: Any
    means: dict[str, float]


def out_of_fold(
    data: TrainingSet, *, strength: float = 1.0, orders_travel: bool = True
) -> Measured:
    """As releases are measured, on the same folds."""
    X = _columns(data.X)
    if not orders_travel:
        X = X.assign(frequence_deplacement=data.X["frequence_deplacement"])
    folds = RepeatedStratifiedKFold(n_splits=SPLITS, n_repeats=REPEATS, random_state=0)
    by_repeat = np.zeros((REPEATS, len(data.y)))
    found: dict[str, list[float]] = {name: [] for name in MEASURES}
    for i, (train, test) in enumerate(folds.split(X, data.y)):
        fitted = _pipeline(X, strength).fit(X.iloc[train], data.y[train])
        p = fitted.predict_proba(X.iloc[test])[:, 1]
        by_repeat[i // SPLITS, test] = p
        for name, measure in MEASURES.items():
            found[name].append(measure(data.y[test], p))
    return Measured(by_repeat, {name: float(np.mean(f)) for name, f in found.items()})


def _columns(X: pd.DataFrame) -> pd.DataFrame:
    X = X.drop(columns="augementation_salaire_precedente")
    alphabet = sorted(X["frequence_deplacement"].dropna().unique())
    travel = X["frequence_deplacement"].map(alphabet.index)
    adult_years = (X["age"] - 18).clip(lower=1)
    employers = X["nombre_experiences_precedentes"]
    experience = X["annee_experience_totale"]
    in_role = X["annees_dans_le_poste_actuel"]
    return X.assign(
        frequence_deplacement=travel.astype(float),
        changement_poste=(X["annees_dans_l_entreprise"] != in_role).astype(float),
        evolution_note=X["note_evaluation_actuelle"] - X["note_evaluation_precedente"],
        proba_chgt_experience_par_an=employers / experience.clip(lower=1),
        proba_chgt_experience_par_an_adulte=employers / adult_years,
        ratio_experience_vie_adulte=experience / adult_years,
    )


def _pipeline(X: pd.DataFrame, strength: float) -> Pipeline:
    names = [name for name in X if X[name].dtype == object]
    numbers = [name for name in X if name not in names]
    columns = ColumnTransformer(
        [
            ("numbers", StandardScaler(), numbers),
            ("names", OneHotEncoder(handle_unknown="ignore"), names),
        ]
    )
    model = LogisticRegression(
        C=strength, class_weight="balanced", solver="newton-cholesky"
    )
    return make_pipeline(columns, model)
