import pytest

from tests.documents.place import Place


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    served = Place(tmp_path_factory.mktemp("place"))
    yield served
    served.stop()
