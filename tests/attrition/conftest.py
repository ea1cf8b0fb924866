import dataclasses
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.utils.translation import override
from sklearn.pipeline import Pipeline

from attrition import features, releases
from attrition.compiling import compile_scorecard
from attrition.recipe import Recipe, new_pipeline, recipe_for
from attrition.scorecard import Scorecard
from attrition.training_set import TrainingSet
from tests.attrition.generated import Extracts, generate, training_data
from tests.attrition.release_folder import ReleaseFolder


@dataclass(frozen=True)
class Fitted:
    """A recipe fitted on invented people, and the scorecard made of it."""

    data: TrainingSet
    recipe: Recipe
    pipeline: Pipeline
    scorecard: Scorecard


@pytest.fixture(scope="session")
def fitted() -> Fitted:
    data = training_data(400, blanks=0.05)
    data.X.loc[:4, "poste"] = "Doreur"  # too few to have a weight
    found = recipe_for(data.X, features.TRAINING_COLUMNS)
    # Invented counts are too many to be read as counts by themselves.
    counts = {"nombre_participation_pee": (0.0, 10.0)}
    # As if few had 4 or the most.
    common = {"nombre_participation_pee": (0, 1, 2, 3, 5, 6, 7, 8, 9)}
    recipe = dataclasses.replace(
        found, clipped=found.clipped | counts, values=found.values | common
    )
    pipeline = new_pipeline(recipe).fit(data.X, data.y)
    return Fitted(data, recipe, pipeline, compile_scorecard(pipeline))


@pytest.fixture
def release(settings, tmp_path) -> ReleaseFolder:
    """The release that serves, in a copy of ml_artifacts."""
    copy = tmp_path / "ml_artifacts"
    shutil.copytree(settings.MODEL_DIR, copy)
    settings.MODEL_DIR = copy
    return ReleaseFolder(copy / releases.current_version())


@pytest.fixture
def english():
    """Sentences as their source has them."""
    with override("en"):
        yield


@pytest.fixture
def tables() -> Extracts:
    """Extracts of ten invented people; employee n stands on line n + 1."""
    return generate(10)


@pytest.fixture
def folder(tmp_path) -> Path:
    """Where a test writes its extracts."""
    return tmp_path / "extracts"
