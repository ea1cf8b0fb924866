"""Heads of requests that a proxy and the server could read differently."""

import urllib.request
from collections.abc import Iterator

import pytest

from tests.attack.server import answer_to, connected, status_of
from tests.server import SECRET, Server

GET = b"GET /history HTTP/1.1\r\nHost: localhost\r\n"
POST = (
    b"POST /predict HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
)
KEY = b"X-API-Key: %k\r\n"
BODY = b'{"features": {"revenu_mensuel": 3000}}'
LENGTH = b"Content-Length: %d\r\n" % len(BODY)
CHUNK = b"%x\r\n%b\r\n0\r\n\r\n" % (len(BODY), BODY)
HIDDEN = b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n"


@pytest.fixture(scope="module")
def server(tmp_path_factory) -> Iterator[Server]:
    found = Server(tmp_path_factory.mktemp("smuggling"))
    yield found
    found.stop()


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (KEY, 200),
        (b"Authorization: Api-Key %k\r\n", 200),
        (KEY + KEY, 401),
        (KEY + b"X-API-Key: wrong\r\n", 401),
        (b"X-API-Key: wrong\r\n" + KEY, 401),
        (b"X-API-Key: wrong\r\nAuthorization: Api-Key %k\r\n", 401),
        (b"X_API_Key: %k\r\n", 401),
        (b"X-API-Key: %k\r\nX_API_Key: wrong\r\n", 200),
        (b"X-API-Key:\r\n %k\r\n", 400),
        (b"X-API-Key : %k\r\n", 400),
        (b" X-API-Key: %k\r\n", 400),
        (b"X-API-Key: %k\x00\r\n", 400),
        (b"X-API-Key: %k\rX: y\r\n", 400),
        (KEY + b"X: " + b"x" * 9000 + b"\r\n", 431),
        (KEY + b"X: y\r\n" * 200, 431),
        (KEY + b"Host: evil.example\r\n", 400),
    ],
    ids=[
        *("one key", "in Authorization", "the key twice", "the right one first"),
        *("the right one last", "another in Authorization", "an underscore"),
        *("an underscore besides", "folded", "a blank before the colon", "indented"),
        *("a NUL", "a bare return", "a long header", "many headers", "two hosts"),
    ],
)
def test_a_key_is_one_header_or_none(server, head, status):
    assert status_of(answer_to(server, GET + head + b"\r\n")) == status


@pytest.mark.parametrize(
    ("head", "body"),
    [
        (LENGTH + LENGTH.replace(b": ", b": 1"), BODY),
        (LENGTH + b"Content-Length: 0\r\n", BODY + HIDDEN),
        (b"Content-Length: %d, 0\r\n" % len(BODY), BODY),
        (b"Content-Length: +%d\r\n" % len(BODY), BODY),
        (b"Content-Length: 0x10\r\n", BODY),
        (LENGTH + b"Transfer-Encoding: chunked\r\n", CHUNK + HIDDEN),
        (b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n", CHUNK + HIDDEN),
        (b"Transfer-Encoding: chunked\r\nTransfer-Encoding: x\r\n", CHUNK + HIDDEN),
        (b"Transfer-Encoding: xchunked\r\n", CHUNK + HIDDEN),
        (b"Transfer-Encoding: chunked, identity\r\n", CHUNK + HIDDEN),
        (b"Transfer-Encoding:\x0bchunked\r\n", CHUNK + HIDDEN),
        (b"Transfer-Encoding\t: chunked\r\n", CHUNK + HIDDEN),
        (b"Transfer-Encoding: chunked\r\n", b"0;\n\r\n" + HIDDEN),
        (b"Transfer-Encoding: chunked\r\n", b"-1\r\n" + CHUNK),
        (b"Transfer-Encoding: chunked\r\n", b"ffffffffffffffffff\r\n" + CHUNK),
    ],
    ids=[
        *(
            "two lengths",
            "a length and 0",
            "a list of lengths",
            "a plus",
            "hexadecimal",
        ),
        *("length and chunks", "a short length and chunks", "two codings", "no coding"),
        *("chunked is not last", "a vertical tab", "a tab before the colon"),
        *("a bare line feed", "a negative chunk", "an endless chunk"),
    ],
)
def test_of_two_ways_to_read_a_body_neither_is_taken(server, head, body):
    before = server.call("/history?limit=500")

    answer = answer_to(server, POST + KEY + head + b"\r\n" + body)

    assert status_of(answer) in (400, 422, 501)
    assert b'"status":"ok"' not in answer  # what was hidden in it is not answered
    assert server.call("/history?limit=500") == before


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Forwarded-Host": "evil.example"},
        {"X-Forwarded-Proto": "https", "X-Forwarded-Port": "99"},
        {"Forwarded": "host=evil.example;proto=https"},
        {"X-Original-URL": "/admin/", "X-Rewrite-URL": "/admin/"},
        {"X-HTTP-Method-Override": "DELETE"},
        {"SCRIPT_NAME": "/evil", "PATH_INFO": "/health"},
    ],
    ids=lambda headers: next(iter(headers)),
)
def test_what_only_a_proxy_may_say_changes_no_answer(server, headers):
    def links(more: dict[str, str]) -> tuple[int, str | None]:
        request = urllib.request.Request(
            f"{server.address}/employees?limit=1",
            headers={"X-API-Key": SECRET, **more},
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, answer.headers["Link"]

    assert links(headers) == links({})
    assert links({})[1].startswith("<http://127.0.0.1:")


@pytest.mark.parametrize("host", [b"evil.example", b"localhost@evil", b"a b", b""])
def test_a_host_that_is_not_ours_is_refused(server, host):
    request = GET.replace(b"localhost", host) + KEY + b"\r\n"

    answer = answer_to(server, request)

    assert status_of(answer) == 400
    assert b"evil" not in answer


def test_an_upload_that_is_too_large_is_refused_before_it_comes(server):
    head = POST.replace(b"/predict", b"/batches").replace(
        b"application/json", b"text/csv"
    )
    length = b"Content-Length: %d\r\nExpect: 100-continue\r\n" % (200 * 1024 * 1024)

    answer = answer_to(server, head + KEY + length + b"\r\n" + b"age\n30\n")

    assert b" 413 " in answer
    assert b"body_too_large" in answer
    assert server.call("/health") == {"status": "ok"}


def test_a_file_where_none_is_asked_for_is_refused_before_it_comes(server):
    token = b"x" * 64
    part = b'--b\r\nContent-Disposition: form-data; name="a"; filename="a"\r\n\r\nbytes'
    head = (
        b"POST /admin/login/ HTTP/1.1\r\nHost: localhost\r\n"
        b"Content-Type: multipart/form-data; boundary=b\r\n"
        b"Cookie: csrftoken=%b\r\nContent-Length: 10000000000\r\n\r\n" % token
    )

    with connected(server) as connection:
        connection.sendall(head + part + b"x" * 100_000)
        answer = connection.makefile("rb").readline()

    assert b" 413 " in answer
