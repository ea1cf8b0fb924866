"""Whether the server answers: the image's HEALTHCHECK, without curl.

Any answer shows that it is alive, a refusal of this host's name and a redirect to TLS
included: neither says that it should be started again.
"""

import http.client
import os
import sys

PORT = int(os.environ.get("PORT", "7860"))

connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=4)
connection.request("GET", "/health")
sys.exit(connection.getresponse().status >= 500)
