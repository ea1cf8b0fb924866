"""A new user's first minutes: clone, `make serve`, first prediction."""

import json
import os
import re
import signal
import subprocess
import time
import urllib.error
import urllib.request
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.parse import urlencode

import pytest

from tests.factories import seed_features
from tests.server import free_port

ROOT = Path(__file__).parent.parent
PASSED_ON = ("PATH", "LANG", "PYENV_ROOT", "PIP_")  # no setting of ours

pytestmark = pytest.mark.long


class Served:
    """A clone in an empty home, as `make serve` sets it up."""

    def __init__(self, folder: Path) -> None:
        self.clone = folder / "clone"
        home = folder / "home"
        home.mkdir()
        subprocess.run(["git", "clone", "-q", ROOT, self.clone], check=True)
        passed_on = {k: v for k, v in os.environ.items() if k.startswith(PASSED_ON)}
        self.environment = {
            **passed_on,
            "HOME": str(home),
            "AUDITOR_PASSWORD": "une-auditrice-attentive",
        }

    def start(self) -> None:
        port = free_port()
        self.address = f"http://127.0.0.1:{port}"
        self.log = self.clone.parent / "serve.log"
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                ["make", "serve", f"PORT={port}"],
                cwd=self.clone,
                env=self.environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.wait()

    def wait(self) -> None:
        for _ in range(600):
            assert self.process.poll() is None, self.log.read_text()
            try:
                urllib.request.urlopen(f"{self.address}/health").close()
            except urllib.error.URLError:
                time.sleep(0.5)
            else:
                return
        raise AssertionError(self.log.read_text())

    def interrupt(self) -> int:
        """Ctrl-C, as a terminal sends it: to the whole group."""
        os.killpg(self.process.pid, signal.SIGINT)
        return self.process.wait(timeout=60)

    def call(self, path: str, body: object = None, method: str | None = None):
        data = None if body is None else json.dumps(body).encode()
        headers = {"X-API-Key": self.key, "Content-Type": "application/json"}
        request = urllib.request.Request(
            self.address + path, data, headers, method=method
        )
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)

    @property
    def key(self) -> str:
        return re.search(r"^API_KEY=(\w+)$", self.dot_env, re.MULTILINE)[1]

    @property
    def dot_env(self) -> str:
        return (self.clone / ".env.local").read_text()

    def manage(self, *arguments: str) -> str:
        done = subprocess.run(
            [".venv/bin/python", "manage.py", *arguments],
            cwd=self.clone,
            env=self.environment,
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout

    def page_as_auditor(self, path: str) -> str:
        cookies = urllib.request.HTTPCookieProcessor(CookieJar())
        browser = urllib.request.build_opener(cookies)
        form = browser.open(f"{self.address}/admin/login/").read().decode()
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', form)[1]
        login = urlencode(
            {
                "username": "auditor",
                "password": self.environment["AUDITOR_PASSWORD"],
                "csrfmiddlewaretoken": token,
                "next": path,
            }
        )
        return (
            browser.open(f"{self.address}/admin/login/", login.encode()).read().decode()
        )


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    found = Served(tmp_path_factory.mktemp("fresh"))
    found.start()
    yield found
    if found.process.poll() is None:
        found.interrupt()


def test_the_first_prediction_is_answered_recorded_and_shown(served):
    answer = served.call("/predict", {"features": seed_features()})

    assert answer["stored"] is True
    row = served.call("/history?limit=1")[0]
    assert row["id"] == answer["db_id"]
    assert row["proba_depart"] == answer["proba_depart"]
    page = served.page_as_auditor(f"/admin/predictions/prediction/{row['id']}/change/")
    assert row["request_id"] in page


def test_the_readmes_examples_work_as_they_stand(served):
    readme = (served.clone / "README.md").read_text(encoding="utf-8")
    section = readme.split("## First prediction")[1].split("\n## ")[0]
    section = section.replace("http://localhost:8000", served.address)
    [curl] = re.findall(r"```bash\n(.*?)```", section, re.DOTALL)
    [script] = re.findall(r"```python\n(.*?)```", section, re.DOTALL)
    (served.clone.parent / "example.py").write_text(script, encoding="utf-8")

    done = subprocess.run(
        ["bash", "-euc", f"{curl}\n.venv/bin/python ../example.py"],
        cwd=served.clone,
        env=served.environment,
        capture_output=True,
        text=True,
    )

    assert done.returncode == 0, done.stderr
    answer, row = json.JSONDecoder().raw_decode(done.stdout)
    assert answer["stored"] is True
    assert "thin_evidence" not in [warning["code"] for warning in answer["warnings"]]
    assert len(done.stdout[row:].strip().splitlines()) == 4


def test_every_way_of_asking_gives_the_same_probability_to_the_last_bit(served):
    posted = served.call("/predict", {"features": seed_features()})
    by_id = served.call("/predict_by_id/669", method="POST")
    [scored] = json.loads(served.manage("score_employee", "669", "--format", "json"))

    assert posted["proba_depart"] == by_id["proba_depart"] == scored["proba_depart"]


def test_the_key_is_printed_and_no_password_where_no_terminal_is(served):
    log = served.log.read_text()

    assert "/docs" in log
    assert "ADMIN_PASSWORD" in log
    assert served.environment["AUDITOR_PASSWORD"] not in log
    assert served.key in log


def test_running_it_again_changes_nothing_and_loses_nothing(served):
    count = ["shell", "-v", "0", "-c", COUNTS]
    before = (served.manage(*count), served.dot_env)

    ended = served.interrupt()
    stopped = served.log.read_text()
    served.start()

    # make ends by the signal that it got; gunicorn let its requests finish first.
    assert ended in (0, -signal.SIGINT)
    assert "Shutting down: Master" in stopped
    assert "Traceback" not in stopped
    assert (served.manage(*count), served.dot_env) == before


COUNTS = (
    "from attrition.models import *; from predictions.models import *; "
    "from django.contrib.auth.models import User; "
    "print([m.objects.count() for m in (Employee, Prediction, ApiKey, User)])"
)


def test_with_a_broken_release_it_starts_and_only_scoring_is_refused(served):
    served.interrupt()
    current = served.clone / "ml_artifacts" / "CURRENT"
    version = current.read_text()
    current.write_text("9.9.9")
    try:
        served.start()

        assert served.call("/employees/669")
        with pytest.raises(urllib.error.HTTPError) as caught:
            served.call("/predict", {"features": seed_features()})
        caught.value.close()
    finally:
        current.write_text(version)

    assert caught.value.code == 503
    assert "9.9.9" in served.log.read_text()


def test_the_service_writes_nothing_outside_the_clone(served):
    home = Path(served.environment["HOME"])

    # pip keeps a cache, and asks rustc for its version, which leaves .rustup.
    found = {path.name for path in home.iterdir()} - {".cache", ".rustup"}

    assert found == set()
