"""How gunicorn serves the pictures: as ever, on the last invented day."""

from technova.gunicorn import *  # noqa: F403
from tests.screenshots import clock

clock.turn_to(clock.TODAY)
