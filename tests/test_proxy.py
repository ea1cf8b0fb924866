"""The proxy that ships, before a real server: what it passes on and refuses."""

import http.client
import json
import re
import ssl
from collections.abc import Iterator
from contextlib import ExitStack
from http.cookies import SimpleCookie
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest

from predictions.admin.upload_limit import LARGEST
from predictions.api.base import BATCH_BYTES
from predictions.api.batches import FILE_BYTES
from technova.settings import MAX_BODY_BYTES
from tests import nginx, space_proxy
from tests.attack.server import connected, many, status_of
from tests.factories import seed_features
from tests.nginx import FOLDER, Proxy
from tests.server import PASSWORD, SECRET, Server, free_port, until

pytestmark = nginx.is_there
CONFIGURATION = (FOLDER / "technova.conf").read_text(encoding="utf-8")
IMPORT = "/admin/attrition/employee/import/"
LOGIN = "/admin/login/"
GET = b"GET /history/669 HTTP/1.1\r\nHost: localhost\r\n"


@pytest.fixture(scope="module")
def server(tmp_path_factory) -> Iterator[Server]:
    found = Server(
        tmp_path_factory.mktemp("behind"), workers=1, TRUST_PROXY_HEADER="true"
    )
    yield found
    found.stop()


@pytest.fixture(scope="module")
def proxy(server, tmp_path_factory) -> Iterator[Proxy]:
    with nginx.in_front_of(server, tmp_path_factory.mktemp("proxy")) as found:
        yield found


def shape(body: bytes) -> tuple[str, str]:
    """The one code of a refusal, and its sentence. Fails for another shape."""
    found = json.loads(body)
    [error] = found["errors"]
    assert found.keys() == {"detail", "errors"}
    assert error == {"field": None, "code": error["code"], "message": found["detail"]}
    return error["code"], found["detail"]


@pytest.mark.parametrize(
    ("sent", "status", "code"),
    [
        (b"nonsense\r\n\r\n", 400, "bad_request"),
        (GET + b"Host: other\r\n\r\n", 400, "bad_request"),
        (GET.replace(b"/669", b"/" + b"9" * 9000) + b"\r\n", 414, "bad_request"),
        (GET + b"X-API-Key: " + b"k" * 9000 + b"\r\n\r\n", 431, "bad_request"),
        (GET.replace(b"GET", b"TRACE") + b"\r\n", 405, "bad_request"),
        (GET + b"Transfer-Encoding: gzip\r\n\r\n", 501, "bad_request"),
        (GET + b"Content-Length: 3000000\r\n\r\n", 413, "body_too_large"),
        (GET.replace(b"history/669", b".refused-json") + b"\r\n", 404, "bad_request"),
    ],
    ids=["nonsense", "hosts", "line", "header", "method", "coding", "body", "page"],
)
def test_what_it_refuses_has_the_shape_of_all_refusals(proxy, sent, status, code):
    with connected(proxy) as connection:
        connection.sendall(sent)
        with http.client.HTTPResponse(connection) as answer:
            answer.begin()
            body = answer.read()

    assert answer.status == status
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.headers["Server"] == "nginx"  # and not which
    assert shape(body)[0] == code


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("", "Le service ne répond pas pour le moment : réessayez bientôt."),
        ("fr-CH, en;q=0.8", "Le service ne répond pas pour le moment : réessayez"),
        ("en-GB, fr;q=0.5", "The service does not answer at the moment: try again"),
    ],
)
def test_a_service_that_is_away_is_503_and_to_be_asked_again(
    tmp_path, language, sentence
):
    proxy = Proxy(f"http://127.0.0.1:{free_port()}", tmp_path)
    status, headers, body = ask(proxy, "GET", "/history", Accept_Language=language)
    of_page = ask(proxy, "GET", "/admin/", Accept_Language=language, Accept="text/html")
    proxy.stop()

    assert status == of_page[0] == 503
    assert shape(body)[0] == "unavailable"
    assert shape(body)[1].startswith(sentence)
    assert headers["Retry-After"] == of_page[1]["Retry-After"] == "5"
    assert of_page[1]["Content-Type"] == "text/html; charset=utf-8"
    assert f"<p>{sentence}" in of_page[2].decode()
    assert f'lang="{language[:2] or "fr"}"' in of_page[2].decode()


@pytest.mark.parametrize(
    ("path", "most"),
    [
        ("/predict", MAX_BODY_BYTES),
        ("/employees/669", MAX_BODY_BYTES),
        ("/predict/batch", BATCH_BYTES),
        ("/employees/", BATCH_BYTES),
        ("/batches", FILE_BYTES),
        (IMPORT, 3 * LARGEST),
    ],
)
def test_whatever_the_service_takes_comes_to_it_and_not_much_more(proxy, path, most):
    def status(length: int) -> int | None:
        with connected(proxy) as connection:
            head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue"
            connection.sendall(f"{head}\r\nContent-Length: {length}\r\n\r\n".encode())
            return status_of(connection.recv(4096))

    assert status(most + 1) == 100  # go on
    assert status(most * 2 + 1) == 413


def test_the_service_says_itself_what_is_a_little_too_large(proxy):
    headers = {"Content_Type": "application/json", "X_API_Key": SECRET}
    sent = b" " * (MAX_BODY_BYTES + 1)

    status, _, body = ask(
        proxy, "POST", "/predict", sent, Accept_Language="en", **headers
    )

    assert status == 413
    assert shape(body)[1] == f"The body is larger than {MAX_BODY_BYTES} bytes."


def test_a_refusal_comes_through_whatever_it_left_unread(proxy):
    sent = b" " * 300_000  # gunicorn by itself hangs up on that

    answers = [ask(proxy, "POST", "/predict", sent) for _ in range(40)]

    assert {status for status, _, _ in answers} == {401}


def test_one_address_may_ask_so_much_at_once_and_the_next_as_well(proxy):
    half = GET.replace(b"GET", b"POST") + b"Content-Length: 9\r\n"
    half += b"Expect: 100-continue\r\n\r\n"
    with ExitStack() as stack:
        for _ in range(32):
            held = stack.enter_context(connected(proxy, source="127.0.0.9"))
            held.sendall(half)
            assert status_of(held.recv(4096)) == 100  # it is counted
        with connected(proxy, source="127.0.0.9") as one, many(proxy, 1, half):
            one.sendall(half)
            head, _, body = one.recv(4096).partition(b"\r\n\r\n")
        assert status_of(head) == 429
        assert b"\r\nRetry-After: 5" in head
        assert shape(body)[0] == "throttled"
        assert ask(proxy, "GET", "/health")[0] == 200


def ask(
    proxy: Proxy,
    method: str,
    path: str,
    body: bytes | None = None,
    source: str = "127.0.0.1",
    **headers: str,
) -> tuple[int, http.client.HTTPMessage, bytes]:
    address = urlsplit(proxy.address)
    connection = http.client.HTTPConnection(
        address.hostname, address.port, 30, source_address=(source, 0)
    )
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    try:
        connection.request(method, path, body, named)
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read()
    finally:
        connection.close()


def log_in(proxy: Proxy, source: str, password: str, forged: str) -> int:
    """The status of a login from `source`, which says that it is `forged`."""
    _, headers, page = ask(proxy, "GET", LOGIN, source=source)
    cookie = SimpleCookie(headers["Set-Cookie"])["csrftoken"].value
    [token] = set(re.findall(r'csrfmiddlewaretoken" value="(\w+)"', page.decode()))
    form = {"username": "auditor", "password": password, "next": "/admin/"}
    return ask(
        proxy,
        "POST",
        LOGIN,
        urlencode(form | {"csrfmiddlewaretoken": token}).encode(),
        source=source,
        Content_Type="application/x-www-form-urlencoded",
        Cookie=f"csrftoken={cookie}",
        X_Forwarded_For=forged,
    )[0]


def test_wrong_passwords_count_for_the_address_that_called(proxy):
    guesses = [log_in(proxy, "127.0.0.2", "a guess", f"192.0.2.{n}") for n in range(5)]

    assert guesses[:4] == [200] * 4
    assert log_in(proxy, "127.0.0.2", PASSWORD, "192.0.2.9") == 429
    assert log_in(proxy, "127.0.0.3", PASSWORD, "127.0.0.2") == 302


def test_one_address_tries_to_log_in_so_often(proxy):
    tries = [
        ask(proxy, "POST", "/session/login/", b"", source="127.0.0.4")
        for _ in range(30)
    ]

    statuses = [status for status, _, _ in tries]
    assert statuses[:21] == [403] * 21  # the service's: without its form's token
    assert 429 in statuses
    assert ask(proxy, "GET", "/session/login/", source="127.0.0.4")[0] == 200


def next_page(proxy: Proxy, **headers: str) -> str:
    status, found, _ = ask(
        proxy, "GET", "/employees?limit=1", X_API_Key=SECRET, **headers
    )
    assert status == 200
    return found["Link"]


def test_no_client_says_that_it_came_by_tls(proxy):
    link = next_page(proxy, X_Forwarded_Proto="https", Forwarded="proto=https")

    assert link.startswith(f"<{proxy.address}/employees?")


def test_behind_another_proxy_it_says_what_that_one_says(server, tmp_path):
    changes = {
        "# set_real_ip_from 192.0.2.1": "set_real_ip_from 127.0.0.1",
        "# real_ip_header": "real_ip_header",
        "Proto $scheme": "Proto $http_x_forwarded_proto",
    }
    with nginx.in_front_of(server, tmp_path, changes) as proxy:
        link = next_page(proxy, X_Forwarded_Proto="https")
        stranger = {"X_Forwarded_For": "10.0.0.1, 127.0.0.8"}
        tries = [
            ask(proxy, "POST", "/session/login/", b"", **stranger)[0] for _ in range(30)
        ]
        other = ask(proxy, "POST", "/session/login/", b"", X_Forwarded_For="127.0.0.9")

    assert link.startswith("<https://")
    assert 429 in tries
    assert other[0] == 403


def test_it_ends_tls_where_its_comments_are_made_settings(server, tmp_path):
    certificate = space_proxy.certificate(tmp_path)
    port = free_port()
    changes = {
        "# listen 8443": f"listen 127.0.0.1:{port}",
        "# ssl_protocols": "ssl_protocols",
        "# ssl_certificate ": "ssl_certificate ",
        "# ssl_certificate_key": "ssl_certificate_key",
        "/etc/nginx/tls/fullchain.pem": str(certificate),
        "/etc/nginx/tls/privkey.pem": str(certificate),
    }
    context = ssl.create_default_context(cafile=str(certificate))
    with nginx.in_front_of(server, tmp_path, changes):
        connection = http.client.HTTPSConnection("127.0.0.1", port, context=context)
        # The certificate's name is another than the address's.
        context.check_hostname = False
        headers = {"X-API-Key": SECRET, "X-Forwarded-Proto": "http"}
        connection.request("GET", "/employees?limit=1", headers=headers)
        answer = connection.getresponse()
        answer.read()
        connection.close()

    assert answer.headers["Link"].startswith(f"<https://127.0.0.1:{port}/employees?")


def test_its_log_has_a_line_a_request_without_path_address_or_key(proxy):
    odd = proxy.log.read_text().count('"method":"?"')
    body = json.dumps({"features": seed_features()}).encode()
    headers = {"Content_Type": "application/json", "X_API_Key": SECRET}

    ask(proxy, "E_669", "/history/669")
    ask(proxy, "POST", "/predict?explain=true", body, **headers, X_Request_ID="a-b.c")

    until(lambda: '"a-b.c"' in proxy.log.read_text())
    until(lambda: proxy.log.read_text().count('"method":"?"') > odd)
    text = proxy.log.read_text()
    [line] = [json.loads(each) for each in text.splitlines() if '"a-b.c"' in each]
    assert (line["method"], line["status"], line["upstream"]) == ("POST", "200", "200")
    for word in ("127.0.0", "predict", "history", SECRET, "E_669"):
        assert word not in text


def test_it_is_alive_where_the_service_is_not(tmp_path):
    proxy = Proxy(f"http://127.0.0.1:{free_port()}", tmp_path)
    status, _, _ = ask(proxy, "GET", "/.alive")
    proxy.stop()

    assert status == 204
    assert '"status"' not in proxy.log.read_text()


def test_a_connection_to_gunicorn_is_given_up_by_it_first():
    [idle] = re.findall(r"^    keepalive_timeout (\d)s;", CONFIGURATION, re.MULTILINE)
    served = (Path(FOLDER).parent.parent / "technova/gunicorn.py").read_text()

    assert int(idle) < int(re.search(r"^keepalive = (\d+)", served, re.MULTILINE)[1])
