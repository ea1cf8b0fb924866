"""`python -m tests.screenshots.manage COMMAND`: manage.py, on the first invented day,
when the first release served."""

import os
import sys

from tests.screenshots import clock
from tests.shipped import VERSIONS

if __name__ == "__main__":
    clock.turn_to(clock.FIRST_DAY)
    os.environ["MODEL_VERSION"] = VERSIONS[0]
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "technova.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)
