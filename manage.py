#!/usr/bin/env python
"""Django's command line for this project."""

import os
import signal
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line
from django.db import OperationalError, ProgrammingError


def main() -> None:
    """Run the command; what an operator can mend is one line, not a traceback."""
    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        sys.exit(f"manage.py: {error}")
    except (OperationalError, ProgrammingError) as error:
        # The first line says what is wrong; those behind it can hold a row.
        first = str(error).strip().split("\n", 1)[0]
        sys.exit(
            f"manage.py: the database: {first}. Check that it runs, DATABASE_URL, and "
            "that its tables are there (manage.py migrate)."
        )
    except KeyboardInterrupt:
        sys.exit(128 + signal.SIGINT)
    except BrokenPipeError:
        # Whoever read the output has had enough; flushing it again would fail too.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "technova.settings")
    main()
