"""How gunicorn serves; addresses and the number of workers stand on its command line.

No access log: its lines would hold paths, and paths hold employees' numbers.
`predictions.request_log` writes one line a request instead.
"""

worker_class = "gthread"
threads = 4
keepalive = 5  # seconds
timeout = 30  # seconds until a hanging worker is replaced
graceful_timeout = 20  # seconds that requests in flight get at the end
accesslog = None
control_socket_disable = True  # nothing outside the project folder
