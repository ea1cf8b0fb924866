"""How gunicorn serves; addresses and the number of workers stand on its command line.

No access log: its lines would hold paths, and paths hold employees' numbers.
`predictions.request_log` writes one line a request instead.
"""

import contextlib
import logging
import os
import runpy
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from gunicorn.glogging import Logger
from gunicorn.http.errors import ParseException

from technova import env, logs, production

BASE_DIR = Path(__file__).resolve().parent.parent

worker_class = "gthread"
# What a proxy says of its client: only Django believes it, with TRUST_PROXY_HEADER.
forwarded_allow_ips = ""
forwarder_headers = ""
secure_scheme_headers: dict[str, str] = {}
keepalive = 5  # seconds
timeout = 30  # seconds until a hanging worker is replaced
graceful_timeout = 20  # seconds that requests in flight get at the end
accesslog = None
access_log_format = "%(m)s %(s)s %(M)sms"  # no path either, where somebody wants one
control_socket_disable = True  # nothing outside the project folder
FIGURES = "PROMETHEUS_MULTIPROC_DIR"  # prometheus_client reads it
PIECE = 1024  # bytes
REST = 5  # seconds that the rest of a refused body may take
LOOK_EVERY = 5  # seconds: whether the commands beside the workers still run


def refuse_odd_variables() -> dict[str, int]:
    """Raise ImproperlyConfigured; return the commands beside and their seconds.

    Before the first worker: one that can't read the settings would be a traceback.
    Not imported, or a reload of the workers would find the settings of before.
    """
    settings = runpy.run_path(str(BASE_DIR / "technova" / "settings.py"))
    production.refuse_known_secret("SECRET_KEY", settings["SECRET_KEY"])
    for secret in settings["SECRET_KEY_FALLBACKS"]:
        production.refuse_known_secret("SECRET_KEY_FALLBACKS", secret)
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
threads = env.whole("WEB_THREADS", 1, 64, default=4)  # of each worker


def without_what_was_sent(record: logging.LogRecord) -> bool:
    """Cut gunicorn's lines before they quote a header, a path or what was raised."""
    text = str(record.msg)
    if text.startswith("Invalid request"):
        record.msg = text.partition(": ")[0]
    if text.startswith("Error handling request"):
        record.msg, record.args = "Error handling request", ()
        if record.exc_info:
            kind, _, trace = record.exc_info
            frames = "".join(traceback.format_tb(trace))
            record.exc_text = f"{frames}{kind.__name__ if kind else '?'}"
    return True


class ServersLog(Logger):
    """gunicorn's own lines, as LOG_FORMAT says; made anew when it reloads."""

    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        self.error_log.addFilter(without_what_was_sent)
        try:
            env.read_files(BASE_DIR)
            log_format = env.choice("LOG_FORMAT", tuple(logs.FORMATTERS), "line")
        except ImproperlyConfigured as error:
            sys.exit(f"gunicorn: {error}")
        formatter: logging.Formatter
        formatter = (
            logs.JSONFormatter() if log_format == "json" else logs.LineFormatter()
        )
        for handler in self.error_log.handlers:
            handler.setFormatter(formatter)


logger_class = ServersLog


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
        # Without the folder of the workers' figures: theirs are not among those.
        environment = {k: v for k, v in os.environ.items() if k != FIGURES}
        return subprocess.Popen(command, cwd=BASE_DIR, process_group=0, env=environment)

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


def on_starting(server: Any) -> None:
    try:
        production.refuse_tracebacks_for_others(env.flag("DEBUG"), server.cfg.address)
    except ImproperlyConfigured as error:
        sys.exit(f"gunicorn: {error}")


def when_ready(server: Any) -> None:
    """Before the first worker: a new folder for what they count, and the commands that
    seal the log and sum it up, where nothing else does."""
    os.environ[FIGURES] = tempfile.mkdtemp(prefix="technova-figures-")
    # Kept by the server: a reload reads this file anew, and forgets what stood in it.
    server.beside = Beside(COMMANDS, server.log)


def on_reload(server: Any) -> None:
    on_starting(server)
    if server.beside.commands != COMMANDS:
        server.beside.end()
        server.beside = Beside(COMMANDS, server.log)


def on_exit(server: Any) -> None:
    if hasattr(server, "beside"):  # else it ends before it was ready
        server.beside.end()
    if FIGURES in os.environ:
        shutil.rmtree(os.environ.pop(FIGURES), ignore_errors=True)


def child_exit(server: object, worker: Any) -> None:
    """What a worker that is gone has counted stays; its connections do not."""
    # Not before: which kind of figures there are is decided as it is imported.
    from prometheus_client.multiprocess import mark_process_dead

    mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]


def post_request(worker: object, request: object, environ: Any, answer: object) -> None:
    """Behind a proxy, which has the whole body: take what a refusal left unread.

    gunicorn takes 64 KB and hangs up on the rest; nginx, still sending, would then give
    its client a 502 in the place of what was answered. Another proxy may send
    as slowly, and as much, as its client does: it has a thread for REST seconds.
    """
    from django.conf import settings

    if settings.SECURE_PROXY_SSL_HEADER and (body := environ.get("wsgi.input")):
        last = time.monotonic() + REST
        # A chunk that is none, or a proxy that is gone or silent: there is no rest.
        with contextlib.suppress(OSError, ParseException):
            environ["gunicorn.socket"].settimeout(REST)  # until gunicorn sets its own
            while time.monotonic() < last and body.read(PIECE):
                pass


def worker_exit(server: object, worker: object) -> None:
    """Calls of unknown callers that are counted and not yet in the table."""
    from django.apps import apps

    if not apps.ready:  # told to end while it was still starting
        return
    from django.db import Error

    from predictions.refusals import unknown_callers

    with contextlib.suppress(Error):  # the text log has a line for each
        unknown_callers.flush()
