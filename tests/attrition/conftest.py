import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.utils.translation import override
from sklearn.pipeline import Pipeline

from attrition import extracts, releases, training
from attrition.compiling import compile_scorecard
from attrition.scorecard import Scorecard
from attrition.training import TrainingSet
from tests.attrition.generated import Extracts, generate
from tests.attrition.release_folder import ReleaseFolder


@dataclass(frozen=True)
class Fitted:
    """The recipe fitted on invented people, and the scorecard made of it."""

    data: TrainingSet
    pipeline: Pipeline
    scorecard: Scorecard


@pytest.fixture(scope="session")
def fitted(tmp_path_factory) -> Fitted:
    folder = generate(400, blanks=0.05).write(tmp_path_factory.mktemp("extracts"))
    people = extracts.read(folder, with_outcome=True).people
    data = training.training_set(people)
    pipeline = training.new_pipeline().fit(data.X, data.y)
    return Fitted(data, pipeline, compile_scorecard(pipeline))


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
