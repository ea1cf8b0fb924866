"""How gunicorn serves; addresses and the number of workers stand on its command line.

No access log: its lines would hold paths, and paths hold employees' numbers.
`predictions.request_log` writes one line a request instead.
"""

import contextlib
import logging
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

from technova import env

BASE_DIR = Path(__file__).resolve().parent.parent

worker_class = "gthread"
threads = 4
keepalive = 5  # seconds
timeout = 30  # seconds until a hanging worker is replaced
graceful_timeout = 20  # seconds that requests in flight get at the end
accesslog = None
control_socket_disable = True  # nothing outside the project folder
LOOK_EVERY = 5  # seconds: whether the sealer still runs


def without_what_was_sent(record: logging.LogRecord) -> bool:
    """Cut gunicorn's "Invalid request from ip=…: …" before it quotes a header."""
    if isinstance(record.msg, str) and record.msg.startswith("Invalid request"):
        record.msg = record.msg.partition(": ")[0]
    return True


class Sealer:
    """`seal_log` beside the workers: one that died is started again.

    By an alarm in gunicorn's only thread. In a second one, a worker that is forked
    while a sealer starts would hold the pipe by which `Popen` knows that it has.
    """

    def __init__(self, every: int, log: logging.Logger) -> None:
        self.command = [sys.executable, "manage.py", "seal_log"]
        self.command += ["--every", str(every), "--parent", str(os.getpid())]
        self.log = log
        self._start()
        signal.signal(signal.SIGALRM, self._look_after)
        signal.alarm(LOOK_EVERY)

    def _start(self) -> None:
        # In a group of its own: a terminal's Ctrl-C comes to it through gunicorn.
        self.process = subprocess.Popen(self.command, cwd=BASE_DIR, process_group=0)

    def _look_after(self, *signal_and_frame: object) -> None:
        if self.process.poll() is not None:
            self.log.error("The sealer has ended; it is started again.")
            self._start()
        signal.alarm(LOOK_EVERY)

    def end(self) -> None:
        """After the seal that it makes, if that does not take too long."""
        signal.alarm(0)
        self.process.terminate()
        try:
            self.process.wait(graceful_timeout)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


sealers: list[Sealer] = []


def when_ready(server: Any) -> None:
    """Seal the log beside the workers, where nothing else does (`SEAL_EVERY`)."""
    env.read_files(BASE_DIR)
    seconds = env.whole("SEAL_EVERY", 0, 86_400, default=0)
    if seconds:
        sealers.append(Sealer(seconds, server.log))


def on_exit(server: object) -> None:
    for sealer in sealers:
        sealer.end()


def worker_exit(server: object, worker: object) -> None:
    """Calls of unknown callers that are counted and not yet in the table."""
    from django.apps import apps

    if not apps.ready:  # told to end while it was still starting
        return
    from django.db import Error

    from predictions.refusals import unknown_callers

    with contextlib.suppress(Error):  # the text log has a line for each
        unknown_callers.flush()


def on_starting(server: object) -> None:
    logging.getLogger("gunicorn.error").addFilter(without_what_was_sent)
