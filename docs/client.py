"""A client of the API that needs Python 3.9 or newer and nothing else: copy it.

    api = Client("https://hr.example.org", "the key")
    print(api.predict_by_id(669)["proba_depart"])

A scoring call carries an `Idempotency-Key`, so that it is safe to send it again when
the answer was lost: nobody is scored, or recorded, twice.
"""

import json
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid

ATTEMPTS = 3
WAIT = 5  # seconds, where the service does not say how long


class Refused(Exception):
    """The service said no: `status`, its sentence, and `errors`, one a problem."""

    def __init__(self, status, body):
        super().__init__(f"{status}: {body.get('detail')}")
        self.status = status
        self.errors = body.get("errors", [])


class Client:
    def __init__(self, address, key, language="en", timeout=60):
        self.address = address.rstrip("/")
        self.timeout = timeout
        self.headers = {"X-API-Key": key, "Accept-Language": language}

    def health(self):
        return self.call("GET", "/health")

    def ready(self):
        return self.call("GET", "/ready")

    # Scores

    def predict(self, features, employee_id=None, **parameters):
        body = {"features": features}
        if employee_id is not None:
            body["employee_id"] = employee_id
        return self.score("/predict", body, parameters)

    def predict_by_id(self, employee_id, **parameters):
        return self.score(f"/predict_by_id/{employee_id}", None, parameters)

    def predict_batch(self, people, **parameters):
        """`people` is `{"records": […]}` or `{"employee_ids": […]}`."""
        return self.score("/predict/batch", people, parameters)

    def start_batch(self, people, **parameters):
        """`people` is `{"all": True}` or `{"employee_ids": […]}`."""
        return self.score("/batches", people, parameters)

    def start_batch_of_file(self, content, media_type="text/csv", **parameters):
        """`content` is the bytes of a CSV or NDJSON file."""
        return self.score("/batches", content, parameters, media_type)

    def batches(self, **filters):
        return self.pages("/batches", filters)

    def batch(self, id):
        return self.call("GET", f"/batches/{id}")

    def wait_for_batch(self, id, every=1):
        """The batch once nothing of it is left to do."""
        while (found := self.batch(id))["state"] in ("queued", "running"):
            time.sleep(every)
        return found

    def batch_results(self, id):
        """Each row that was answered or refused, one after the other."""
        with self.open("GET", f"/batches/{id}/results") as lines:
            yield from map(json.loads, lines)

    def cancel_batch(self, id):
        return self.call("POST", f"/batches/{id}/cancel")

    # The log

    def history(self, employee_id=None, **filters):
        path = "/history" if employee_id is None else f"/history/{employee_id}"
        return self.pages(path, filters)

    def prediction(self, id, **parameters):
        return self.call("GET", f"/predictions/{id}", parameters=parameters)

    def replay(self, id):
        return self.call("POST", f"/predictions/{id}/replay")

    # Employees

    def employees(self, **filters):
        return self.pages("/employees", filters)

    def employee(self, employee_id):
        return self.call("GET", f"/employees/{employee_id}")

    def put_employee(self, employee_id, features):
        return self.call("PUT", f"/employees/{employee_id}", {"features": features})

    def change_employee(self, employee_id, features):
        """Changes the fields that are given; None takes a value away."""
        return self.call("PATCH", f"/employees/{employee_id}", {"features": features})

    def put_employees(self, employees):
        """`employees` is `[{"employee_id": 669, "features": {…}}, …]`."""
        return self.call("PUT", "/employees", {"employees": employees})

    # How

    def score(self, path, body, parameters=None, media_type="application/json"):
        # The same key at each attempt: that makes them one request.
        headers = {"Idempotency-Key": str(uuid.uuid4())}
        return self.call("POST", path, body, parameters, media_type, headers)

    def pages(self, path, filters):
        """Every row of a list, as far as you go on; it follows the `Link` header."""
        following = self.url(path, filters)
        while following:
            with self.open("GET", following) as answer:
                rows, link = json.load(answer), answer.headers["Link"]
            yield from rows
            following = link.partition(">")[0].lstrip("<") if link else None

    def call(self, method, path, *body_and_more, **parameters):
        with self.open(method, path, *body_and_more, **parameters) as answer:
            return json.load(answer)

    def open(
        self,
        method,
        path,
        body=None,
        parameters=None,
        media_type="application/json",
        headers=None,
    ):
        """The answer as it comes. Raises Refused, or OSError where nobody answers."""
        headers = {**self.headers, **(headers or {})}
        if body is not None:
            headers["Content-Type"] = media_type
            body = body if isinstance(body, bytes) else json.dumps(body).encode()
        request = urllib.request.Request(
            self.url(path, parameters), body, headers, method=method
        )
        # A replay is recorded each time; any other call may be sent again.
        attempts = 1 if path.endswith("/replay") else ATTEMPTS
        for attempt in range(1, attempts + 1):
            try:
                return urllib.request.urlopen(request, timeout=self.timeout)
            except urllib.error.HTTPError as error:
                with error:
                    refused = Refused(error.code, _json(error.read()))
                if error.code not in (429, 503) or attempt == attempts:
                    raise refused from None
                time.sleep(int(error.headers.get("Retry-After", WAIT)))
            except OSError:
                if attempt == attempts:
                    raise
                time.sleep(WAIT)

    def url(self, path, parameters=None):
        address = path if path.startswith("http") else self.address + path
        words = {
            name: str(value).lower() if isinstance(value, bool) else value
            for name, value in (parameters or {}).items()
        }
        return f"{address}?{urllib.parse.urlencode(words)}" if words else address


def _json(content):
    """What a refusal says; a proxy's own page is none of ours."""
    try:
        found = json.loads(content)
    except ValueError:
        found = None
    return found if isinstance(found, dict) else {"detail": "no answer of the service"}
