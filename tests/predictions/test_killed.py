"""What a client was told is in the log, whatever is killed: workers, the database.

gunicorn and its sealer on a PostgreSQL of the tests' own, 32 clients, and a worker
killed every now and then, all along. The figures stand at the end of pytest's output.
"""

import base64
import os
import random
import signal
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass

import pytest

from tests.clients import Asked, Clients
from tests.postgres_cluster import Cluster, needs_postgres
from tests.server import Server, until

pytestmark = [
    needs_postgres,
    pytest.mark.skipif(
        sys.platform != "linux", reason="only Linux tells the children of a process"
    ),
]

WORKERS = 4
KILL_EVERY = (0.2, 1.2)  # seconds, from … to; a new worker takes one to start
REFUSED = 50  # answers, before the database comes back
UNAVAILABLE = {"log_unavailable", "database_unavailable"}

Row = tuple[int, float]
"""Its id and the probability, as the table has them."""


@dataclass(frozen=True)
class Size:
    """Of each proof; both at least."""

    requests: int
    kills: int


sizes = pytest.mark.parametrize(
    "size",
    [
        pytest.param(Size(300, 6), id="short"),
        pytest.param(Size(10_000, 60), id="long", marks=pytest.mark.long),
    ],
)
restarts = pytest.mark.parametrize(
    "restarts",
    [(), ("immediate", "fast")],
    ids=["workers killed", "and PostgreSQL restarted twice"],
)


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    found = Cluster()
    yield found
    found.remove()


@pytest.fixture(scope="module")
def server(cluster, tmp_path_factory) -> Iterator[Server]:
    found = Server(
        tmp_path_factory.mktemp("killed"),
        workers=WORKERS,
        DATABASE_URL=cluster.url,
        SEAL_EVERY="1",
        SEAL_SIGNING_KEY=base64.b64encode(b"k" * 32).decode(),
    )
    yield found
    found.stop()


class Trouble:
    """Kills a worker at random every now and then."""

    def __init__(self, server: Server, cluster: Cluster, clients: Clients) -> None:
        self.kills = 0
        self._server, self._cluster, self._clients = server, cluster, clients

    def kill(self) -> None:
        time.sleep(random.uniform(*KILL_EVERY))
        self._clients.check()
        # It may have ended since, and all may be about to be started again.
        if workers := self._server.workers():
            with suppress(ProcessLookupError):
                os.kill(random.choice(workers), signal.SIGKILL)
                self.kills += 1

    def restart_database(self, how: str) -> None:
        """It stays away until many clients were told so."""
        before = self._clients.refused
        self._cluster.stop(how)
        while self._clients.refused < before + REFUSED:
            self.kill()
        self._cluster.start()


@pytest.fixture
def ask(server, cluster, record_property) -> Callable[..., list[Asked]]:
    """Have the clients ask amid the trouble; what became of their requests."""

    def run(size: Size, restarts: tuple[str, ...], *, keys: bool) -> list[Asked]:
        [[last]] = cluster.rows("SELECT coalesce(max(employee_id), 0) FROM predictions")
        with Clients(server.address, first_id=last + 1, keys=keys) as clients:
            trouble = Trouble(server, cluster, clients)
            for number, how in enumerate(restarts, 1):
                while len(clients.asked) < size.requests * number / (len(restarts) + 1):
                    trouble.kill()
                trouble.restart_database(how)
            while len(clients.asked) < size.requests or trouble.kills < size.kills:
                trouble.kill()
        asked = clients.asked
        record_property("requests", len(asked))
        record_property("kills", trouble.kills)
        record_property("broken connections", sum(each.broken for each in asked))
        record_property("refused", clients.refused)
        record_property("answered", sum(bool(each.answers) for each in asked))
        return asked

    return run


def rows_of(cluster: Cluster, asked: list[Asked]) -> dict[int, list[Row]]:
    """By the number of the request."""
    found = defaultdict(list)
    for employee_id, pk, probability in cluster.rows(
        "SELECT employee_id, id, proba_depart FROM predictions WHERE employee_id >= %s",
        min(each.employee_id for each in asked),
    ):
        found[employee_id].append((pk, probability))
    return found


def answered(each: Asked) -> set[Row]:
    return {(answer["db_id"], answer["proba_depart"]) for answer in each.answers}


def check_refusals(asked: list[Asked], *, expected: bool) -> None:
    """Each is a 503 in the one shape, and holds nothing of a score."""
    refusals = [refusal for each in asked for refusal in each.refusals]
    assert bool(refusals) == expected
    for status, body in refusals:
        assert (status, body.keys()) == (503, {"detail", "errors"})
        [error] = body["errors"]
        assert error.keys() == {"field", "code", "message"}
        assert error["code"] in UNAVAILABLE


def check_seals(server: Server, cluster: Cluster) -> None:
    """The sealer has gone on all the while, and nothing is wrong."""
    waiting = (
        "SELECT count(*) FROM predictions WHERE NOT EXISTS (SELECT FROM "
        "prediction_seal_rows WHERE prediction_id = predictions.id)"
    )
    until(lambda: cluster.rows(waiting) == [(0,)])
    server.manage("verify_log")  # it ends with 0


@sizes
@restarts
def test_every_answer_is_a_row_of_the_log(
    ask, server, cluster, record_property, size, restarts
):
    asked = ask(size, restarts, keys=False)

    logged = rows_of(cluster, asked)
    missing = [
        each for each in asked if not answered(each) <= set(logged[each.employee_id])
    ]
    record_property("rows", sum(map(len, logged.values())))
    record_property("missing", len(missing))
    assert missing == []
    assert max(map(len, logged.values())) == 1
    assert sum(each.broken for each in asked) > 0
    check_refusals(asked, expected=bool(restarts))
    check_seals(server, cluster)


@sizes
@restarts
def test_a_request_that_is_sent_until_answered_is_one_row(
    ask, server, cluster, record_property, size, restarts
):
    asked = ask(size, restarts, keys=True)

    logged = rows_of(cluster, asked)
    wrong = [
        each
        for each in asked
        if len(logged[each.employee_id]) != 1
        or answered(each) != set(logged[each.employee_id])
    ]
    record_property("rows", sum(map(len, logged.values())))
    record_property("answers that only a retry got", sum(a.was_lost for a in asked))
    record_property("missing or more than one", len(wrong))
    assert wrong == []
    assert sum(each.broken for each in asked) > 0
    check_refusals(asked, expected=bool(restarts))
    check_seals(server, cluster)
