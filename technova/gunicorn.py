"""How gunicorn serves; addresses and the number of workers stand on its command line.

No access log: its lines would hold paths, and paths hold employees' numbers.
`predictions.request_log` writes one line a request instead.
"""

import contextlib
import logging
import os
import runpy
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured

from technova import env

BASE_DIR = Path(__file__).resolve().parent.parent

worker_class = "gthread"
threads = 4
keepalive = 5  # seconds
timeout = 30  # seconds until a hanging worker is replaced
graceful_timeout = 20  # seconds that requests in flight get at the end
accesslog = None
control_socket_disable = True  # nothing outside the project folder
LOOK_EVERY = 5  # seconds: whether the commands beside the workers still run


def refuse_odd_variables() -> dict[str, int]:
    """Raise ImproperlyConfigured; return the commands beside and their seconds.

    Before the first worker: one that can't read the settings would be a traceback.
    Not imported, or a reload of the workers would find the settings of before.
    """
    settings = runpy.run_path(str(BASE_DIR / "technova" / "settings.py"))
    folder, version = settings["MODEL_DIR"], settings["MODEL_VERSION"]
    if not folder.is_dir():
        raise ImproperlyConfigured(f"MODEL_DIR must be a folder of releases: {folder}.")
    there = sorted(path.name for path in folder.iterdir() if path.is_dir())
    if version:
        env.choice("MODEL_VERSION", tuple(there), version)
    seconds = {
        "seal_log": env.whole("SEAL_EVERY", 0, 86_400, default=0),
        "summarise_log": env.whole("SUMMARISE_EVERY", 0, 86_400, default=0),
    }
    return {name: every for name, every in seconds.items() if every}


try:
    COMMANDS = refuse_odd_variables()
except ImproperlyConfigured as error:
    sys.exit(f"gunicorn: {error}")


def without_what_was_sent(record: logging.LogRecord) -> bool:
    """Cut gunicorn's "Invalid request from ip=…: …" before it quotes a header."""
    if isinstance(record.msg, str) and record.msg.startswith("Invalid request"):
        record.msg = record.msg.partition(": ")[0]
    return True


class Beside:
    """Commands beside the workers: one that died is started again.

    By an alarm in gunicorn's only thread. In a second one, a worker that is forked
    while a command starts would hold the pipe by which `Popen` knows that it has.
    """

    def __init__(self, commands: dict[str, int], log: logging.Logger) -> None:
        """`commands` are to be repeated after so many seconds."""
        self.commands, self.log = commands, log
        self.processes = {name: self._start(name) for name in commands}
        signal.signal(signal.SIGALRM, self._look_after)
        signal.alarm(LOOK_EVERY)

    def _start(self, name: str) -> "subprocess.Popen[bytes]":
        command = [sys.executable, "manage.py", name]
        command += ["--every", str(self.commands[name]), "--parent", str(os.getpid())]
        # In a group of its own: a terminal's Ctrl-C comes to it through gunicorn.
        return subprocess.Popen(command, cwd=BASE_DIR, process_group=0)

    def _look_after(self, *signal_and_frame: object) -> None:
        for name, process in self.processes.items():
            if process.poll() is not None:
                self.log.error("%s has ended; it is started again.", name)
                self.processes[name] = self._start(name)
        signal.alarm(LOOK_EVERY)

    def end(self) -> None:
        """After what they are doing, if that does not take too long."""
        signal.alarm(0)
        for process in self.processes.values():
            process.terminate()
        last = time.monotonic() + graceful_timeout
        for process in self.processes.values():
            try:
                process.wait(max(last - time.monotonic(), 0))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


beside: list[Beside] = []


def when_ready(server: Any) -> None:
    """Start what seals the log and sums it up, where nothing else does."""
    if COMMANDS:
        beside.append(Beside(COMMANDS, server.log))


def on_exit(server: object) -> None:
    for commands in beside:
        commands.end()


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
