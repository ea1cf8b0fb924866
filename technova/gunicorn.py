"""How gunicorn serves; addresses and the number of workers stand on its command line.

No access log: its lines would hold paths, and paths hold employees' numbers.
`predictions.request_log` writes one line a request instead.
"""

import contextlib
import logging
import subprocess
import sys
from pathlib import Path

from technova import env

BASE_DIR = Path(__file__).resolve().parent.parent

worker_class = "gthread"
threads = 4
keepalive = 5  # seconds
timeout = 30  # seconds until a hanging worker is replaced
graceful_timeout = 20  # seconds that requests in flight get at the end
accesslog = None
control_socket_disable = True  # nothing outside the project folder


def without_what_was_sent(record: logging.LogRecord) -> bool:
    """Cut gunicorn's "Invalid request from ip=…: …" before it quotes a header."""
    if isinstance(record.msg, str) and record.msg.startswith("Invalid request"):
        record.msg = record.msg.partition(": ")[0]
    return True


sealers: list[subprocess.Popen[bytes]] = []


def when_ready(server: object) -> None:
    """Seal the log beside the workers, where nothing else does (`SEAL_EVERY`)."""
    env.read_files(BASE_DIR)
    seconds = env.whole("SEAL_EVERY", 0, 86_400, default=0)
    if seconds:
        command = [sys.executable, "manage.py", "seal_log", "--every", str(seconds)]
        sealers.append(subprocess.Popen(command, cwd=BASE_DIR))


def on_exit(server: object) -> None:
    for sealer in sealers:
        sealer.terminate()
        sealer.wait()


def worker_exit(server: object, worker: object) -> None:
    """Calls of unknown callers that are counted and not yet in the table."""
    from django.db import Error

    from predictions.refusals import unknown_callers

    with contextlib.suppress(Error):  # the text log has a line for each
        unknown_callers.flush()


def on_starting(server: object) -> None:
    logging.getLogger("gunicorn.error").addFilter(without_what_was_sent)
