"""Says that a port is taken before anything else is done: `make serve` asks first."""

import errno
import socket
import sys


def is_taken(host: str, port: int) -> bool:
    """Whatever else is wrong with them is gunicorn's to say."""
    try:
        socket.create_server((host, port)).close()
    except OSError as error:
        return error.errno == errno.EADDRINUSE
    return False


if __name__ == "__main__":
    _, host, port = sys.argv
    if is_taken(host, int(port)):
        sys.exit(f"PORT {port} is taken: PORT=… make serve takes another.")
