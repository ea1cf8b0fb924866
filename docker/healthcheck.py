"""Whether the server answers: the image's HEALTHCHECK, without curl.

Any answer shows that it is alive, a redirect to TLS included: that does not say that it
should be started again.
"""

import http.client
import os
import sys

PORT = int(os.environ.get("PORT") or 7860)
# By a name that it serves: each refusal would be a line in its log.
ALLOWED = os.environ.get("ALLOWED_HOSTS", "").split(",")
NAMES = [name.strip().lstrip(".") for name in ALLOWED]
HOST = next((name for name in NAMES if name not in ("", "*")), "localhost")

connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=4)
connection.request("GET", "/health", headers={"Host": HOST})
sys.exit(connection.getresponse().status >= 500)
