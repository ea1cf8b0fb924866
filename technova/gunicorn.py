"""How gunicorn serves; addresses and the number of workers stand on its command line.

No access log: its lines would hold paths, and paths hold employees' numbers.
`predictions.request_log` writes one line a request instead.
"""

import logging

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


def on_starting(server: object) -> None:
    logging.getLogger("gunicorn.error").addFilter(without_what_was_sent)
