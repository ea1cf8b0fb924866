"""docker-compose.yml, as far as it can be judged without Docker."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests import nginx
from tests.image import DOCKERFILE
from tests.server import ROOT
from tests.variables import TABLE

FILE = ROOT / "docker-compose.yml"
TEXT = FILE.read_text(encoding="utf-8")
CONFIGURATION = (nginx.FOLDER / "technova.conf").read_text(encoding="utf-8")
ALIVE = "/.alive"
SERVICES = yaml.safe_load(TEXT)["services"]
OURS = ["web", "worker", "sealer"]
NETWORKS = {"web": ["inside", "front"], "proxy": ["front", "outside"]}


def test_it_fits_the_compose_specification():
    done = subprocess.run(
        [
            Path(sys.executable).parent / "check-jsonschema",
            *("--builtin-schema", "vendor.compose-spec", FILE),
        ],
        capture_output=True,
        text=True,
    )

    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("name", SERVICES)
def test_each_service_is_bounded_and_changes_only_its_volumes(name):
    service = SERVICES[name]

    assert re.fullmatch(r"[a-z-]+:[0-9][0-9.]*", service["image"])
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert {"mem_limit", "cpus", "pids_limit", "tmpfs"} <= service.keys()
    assert service["networks"] == NETWORKS.get(name, ["inside"])


def test_the_proxy_alone_is_reached_from_outside_and_the_server_believes_it():
    listens = re.findall(r"^    listen (\d+);", CONFIGURATION, re.MULTILINE)
    [asked] = re.findall(r"^    server (\S+);", CONFIGURATION, re.MULTILINE)
    [port] = SERVICES["proxy"]["ports"]

    assert [n for n, s in SERVICES.items() if "ports" in s] == ["proxy"]
    assert port.rpartition(":")[2] in listens
    assert asked == f"web:{SERVICES['web']['environment']['PORT']}"
    assert SERVICES["web"]["environment"]["TRUST_PROXY_HEADER"] == "true"
    networks = yaml.safe_load(TEXT)["networks"]
    assert [n for n, found in networks.items() if not found] == ["outside"]


def test_the_proxy_starts_as_the_tests_start_theirs():
    [volume] = SERVICES["proxy"]["volumes"]
    folder, target, _ = volume.split(":")
    places = {"prefix": "/tmp/", "file": f"{target}/nginx.conf"}
    words = [word.format_map(places) for word in nginx.COMMAND]

    assert SERVICES["proxy"]["command"] == ["nginx", *words, "daemon off;"]
    assert (ROOT / folder) == nginx.FOLDER
    assert places["prefix"] == SERVICES["proxy"]["tmpfs"][0].partition(":")[0] + "/"
    assert f"http://127.0.0.1:8080{ALIVE}" in SERVICES["proxy"]["healthcheck"]["test"]
    assert f"location = {ALIVE} {{" in CONFIGURATION


@pytest.mark.parametrize("name", OURS)
def test_ours_start_by_the_entrypoint_when_the_database_is_ready(name):
    command = SERVICES[name]["command"][0]
    cases = re.findall(
        r"^  (\w+)\)$", (ROOT / "docker/entrypoint.sh").read_text(), re.MULTILINE
    )

    assert command == name
    assert command in cases
    [needed] = {"web": {"db"}}.get(name, {"web"}) & SERVICES[name]["depends_on"].keys()
    assert SERVICES[name]["depends_on"][needed]["condition"] == "service_healthy"
    assert "healthcheck" in SERVICES["db"]


def test_the_log_is_sealed_and_summed_up_by_one_each():
    def every(variable: str) -> dict[str, str]:
        return {n: SERVICES[n]["environment"].get(variable, "") for n in OURS}

    assert every("SEAL_EVERY") == {"web": "0", "worker": "", "sealer": "60"}
    assert every("SUMMARISE_EVERY") == {"web": "60", "worker": "", "sealer": ""}


@pytest.mark.parametrize(
    ("variable", "holders"),
    [
        ("SEAL_SIGNING_KEY", ["sealer"]),
        ("DATABASE_OWNER_URL", ["web", "backup"]),
        ("API_KEY", ["web"]),
    ],
)
def test_a_secret_is_where_it_is_needed_and_nowhere_else(variable, holders):
    found = [n for n, s in SERVICES.items() if variable in s.get("environment", {})]

    assert found == holders


def test_backups_are_made_with_the_server_s_own_version():
    version = SERVICES["db"]["image"].partition(":")[2]

    assert SERVICES["backup"]["profiles"]  # not started with the others
    assert SERVICES["backup"]["build"]["target"] == "backup"
    [stage] = re.findall(r"\nFROM serve AS backup\n(.*?)\nFROM ", DOCKERFILE, re.DOTALL)
    assert f"postgresql-client-{version} " in stage
    assert re.findall("^USER (.*)$", stage, re.MULTILINE)[-1] == "1000"


# Why the server of compose does not get it.
NOT_PASSED_ON = {
    "SEAL_SIGNING_KEY": "the sealer's alone",
    "DATA_DIR": "the server writes to the database alone",
    "REVISION": "the image's own",
    "DOTENV": "the entrypoint's",
    "DEBUG": "development only",
    "SPACE_HOST": "Hugging Face's",
}


def test_the_server_gets_every_variable_that_the_service_reads():
    passed_on = SERVICES["web"]["environment"].keys()

    assert TABLE.keys() - passed_on == NOT_PASSED_ON.keys()


@pytest.mark.parametrize("name", ["web", "worker"])
def test_whoever_writes_to_the_queue_and_reads_it_means_the_same(name):
    assert SERVICES[name]["environment"]["CELERY_QUEUE"] == "${CELERY_QUEUE:-technova}"


def test_no_secret_has_a_default():
    for name in ("SECRET_KEY", "POSTGRES_PASSWORD", "OWNER_PASSWORD", "APP_PASSWORD"):
        assert re.search(rf"\$\{{{name}:\?", TEXT)
        assert not re.search(rf"\$\{{{name}:-.", TEXT)


def test_each_volume_is_named_and_used():
    used = {
        volume.split(":")[0]
        for service in SERVICES.values()
        for volume in service.get("volumes", [])
        if not volume.startswith(".")
    }

    assert used == set(yaml.safe_load(TEXT)["volumes"])
    assert used == {"database", "releases", "anchors", "keys", "backups"}
