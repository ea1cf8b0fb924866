"""The proof of concept's model, rebuilt from its description with all its faults.

The misspelt pay rise is lost, travel is ordered by the alphabet, the classes are
weighted as if half had left, and age, gender and marital status are scored.
"""

from typing import Any

import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import RepeatedStratifiedKFold
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from attrition.evaluation import REPEATS, SPLITS
from attrition.training_set import TrainingSet


def out_of_fold(data: TrainingSet) -> Any:
    """Each person's mean probability over the repeats, as releases are measured."""
    X = _columns(data.X)
    folds = RepeatedStratifiedKFold(n_splits=SPLITS, n_repeats=REPEATS, random_state=0)
    total = np.zeros(len(data.y))
    for train, test in folds.split(X, data.y):
        fitted = _pipeline(X).fit(X.iloc[train], data.y[train])
        total[test] += fitted.predict_proba(X.iloc[test])[:, 1]
    return total / REPEATS


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


def _pipeline(X: pd.DataFrame) -> Pipeline:
    names = [name for name in X if X[name].dtype == object]
    numbers = [name for name in X if name not in names]
    columns = ColumnTransformer(
        [
            ("numbers", StandardScaler(), numbers),
            ("names", OneHotEncoder(handle_unknown="ignore"), names),
        ]
    )
    model = LogisticRegression(class_weight="balanced", solver="newton-cholesky")
    return make_pipeline(columns, model)
