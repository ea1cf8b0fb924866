"""The WSGI application that gunicorn serves."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "technova.settings")

application = get_wsgi_application()

from attrition.startup import announce  # noqa: E402  (Django must be set up before)

announce()
