"""Says that a port is taken before anything else is done: `make serve` asks first."""

import errno
import socket
import sys


def is_taken(host: str, port: str) -> bool:
    """Whatever else is wrong with them is said by what reads them to serve."""
    try:
        socket.create_server((host, int(port))).close()
    except OSError as error:
        return error.errno == errno.EADDRINUSE
    except (ValueError, OverflowError):  # no number, or none of a port
        return False
    return False


if __name__ == "__main__":
    _, host, port = sys.argv
    if is_taken(host, port):
        sys.exit(f"PORT {port} is taken: PORT=… make serve takes another.")
