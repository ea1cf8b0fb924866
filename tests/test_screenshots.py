"""`make screenshots` takes the pictures of the guide from a product that runs."""

import os
import struct
import subprocess
import sys
from pathlib import Path

import pytest

from tests import browser
from tests.screenshots.camera import WIDTH
from tests.server import ROOT

PNG = b"\x89PNG\r\n\x1a\n"


def take(*names: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tests.screenshots", *names],
        cwd=ROOT,
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
    )


def size(picture: Path) -> tuple[int, int]:
    content = picture.read_bytes()
    assert content.startswith(PNG)
    return struct.unpack(">II", content[16:24])


@pytest.mark.browser
@browser.is_there
def test_a_picture_is_taken_of_what_is_asked_for_alone(tmp_path):
    done = take("accueil", FOLDER=str(tmp_path))

    assert done.returncode == 0, done.stderr
    assert [file.name for file in tmp_path.iterdir()] == ["accueil.png"]
    width, height = size(tmp_path / "accueil.png")
    assert width == WIDTH
    assert 400 < height < 900


@pytest.mark.parametrize(
    ("names", "variables", "said"),
    [
        (["acceuil"], {}, "No picture acceuil; there are connexion, accueil"),
        (["accueil"], {"LANGUAGE": "en"}, "FOLDER="),
    ],
    ids=["unknown name", "another language into the guide"],
)
@pytest.mark.browser
@browser.is_there
def test_what_cannot_be_taken_is_refused_in_words(names, variables, said):
    done = take(*names, **variables)

    assert done.returncode == 1
    assert said in done.stderr
