""".github/deploy_space.sh, against a repository and a server of the tests' own."""

import base64
import os
import shutil
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
TOKEN = "hf_hunter2hunter2"
HAS_LFS = shutil.which("git-lfs") is not None
needs_lfs = pytest.mark.skipif(not HAS_LFS, reason="git-lfs is not installed")


def git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["git", *arguments], cwd=folder, capture_output=True, text=True, check=True
    )
    return done.stdout


@pytest.fixture
def project(tmp_path) -> Path:
    """A small repository with the script, a text and a binary file of an odd name."""
    folder = tmp_path / "project"
    (folder / ".github").mkdir(parents=True)
    shutil.copy(ROOT / ".github" / "deploy_space.sh", folder / ".github")
    (folder / "README.md").write_text("---\nsdk: docker\n---\n")
    (folder / "a picture [1].png").write_bytes(b"\x89PNG\r\n\0\0")
    git(folder, "init", "--quiet", "--initial-branch", "main")
    commit(folder)
    return folder


def commit(folder: Path) -> None:
    who = ["-c", "user.name=ana", "-c", "user.email=ana@example.org"]
    git(folder, "add", "--all")
    git(folder, *who, "commit", "--quiet", "--message", "A change")


@pytest.fixture
def space(tmp_path) -> Path:
    folder = tmp_path / "space.git"
    folder.mkdir()
    git(folder, "init", "--quiet", "--bare", "--initial-branch", "main")
    return folder


def deploy(project: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    given = {"HF_TOKEN": TOKEN, "HF_SPACE": "technova/attrition"} | variables
    return subprocess.run(
        [".github/deploy_space.sh"],
        cwd=project,
        env={"PATH": os.environ["PATH"], "HOME": str(project.parent)} | given,
        capture_output=True,
        text=True,
    )


@needs_lfs
def test_the_space_has_the_tree_and_what_is_binary_by_lfs(project, space):
    done = deploy(project, HF_REMOTE=f"file://{space}")

    assert done.returncode == 0, done.stderr
    names = git(space, "ls-tree", "-r", "--name-only", "main").splitlines()
    assert names == [
        ".gitattributes",
        ".github/deploy_space.sh",
        "README.md",
        "a picture [1].png",
    ]
    assert git(space, "show", "main:README.md") == "---\nsdk: docker\n---\n"
    assert "oid sha256:" in git(space, "show", "main:a picture [1].png")
    [carried] = [path for path in (space / "lfs").rglob("*") if path.is_file()]
    assert carried.read_bytes() == b"\x89PNG\r\n\0\0"
    assert "100755" in git(space, "ls-tree", "main", ".github/deploy_space.sh")


@needs_lfs
def test_a_deployment_replaces_the_one_before_and_twice_is_once(project, space):
    deploy(project, HF_REMOTE=f"file://{space}")
    first = git(space, "rev-parse", "main")
    deploy(project, HF_REMOTE=f"file://{space}")
    assert git(space, "rev-parse", "main") == first

    (project / "README.md").unlink()
    commit(project)
    deploy(project, HF_REMOTE=f"file://{space}")

    assert git(space, "rev-list", "--count", "main") == "1\n"
    assert "README.md" not in git(space, "ls-tree", "-r", "--name-only", "main")
    assert git(project, "rev-parse", "HEAD") in git(space, "log", "--format=%s")
    assert git(project, "status", "--porcelain") == ""


@needs_lfs
def test_the_token_goes_to_the_server_and_stands_nowhere_else(project):
    heard = []

    class Refusing(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            heard.append((self.path, self.headers.get("Authorization")))
            self.send_response(401)
            self.send_header("WWW-Authenticate", 'Basic realm="Hub"')
            self.end_headers()

        def log_message(self, *arguments: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Refusing) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        done = deploy(project, HF_REMOTE=f"http://127.0.0.1:{server.server_port}/space")
        server.shutdown()

    sent = {header for _, header in heard if header}
    assert {base64.b64decode(h.split()[1]).decode() for h in sent} == {
        f"deployment:{TOKEN}"
    }
    assert done.returncode != 0
    assert TOKEN not in done.stdout + done.stderr + "".join(path for path, _ in heard)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("HF_TOKEN", ""),
        ("HF_SPACE", ""),
        ("HF_SPACE", "attrition"),
        ("HF_SPACE", "https://huggingface.co/spaces/technova/attrition"),
    ],
)
def test_a_missing_or_odd_secret_is_one_line_that_names_it(project, name, value):
    done = deploy(project, **{name: value})

    assert done.returncode == 1
    assert done.stderr.startswith(f"deploy_space: {name} ")
    assert done.stderr.count("\n") == 1
    assert TOKEN not in done.stderr
