"""Hostile values of every part of a request, and where to send them."""

METHODS = [
    *("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT"),
    *("PROPFIND", "get"),
]
VALUES = [
    *("0", "-1", "1", "669", "+669", "1e3", "1.0", "9223372036854775807"),
    *("9223372036854775808", "9" * 400, "abc", "None", "null", "NaN", "", " "),
    *("%00", "%ff", "%", "%zz", "..%2f..%2fetc%2fpasswd", "%2e%2e", "%0d%0aX-A:b"),
    *("1;DROP TABLE predictions", "' OR 1=1--", "<script>alert(1)</script>", "{{7*7}}"),
    *("${jndi:ldap://x}", "\u0663", "\U0001f600", "e\u0301", "\u202e", "a" * 3000),
    *("0b1e1f2a-3c4d-5e6f-8a9b-0c1d2e3f4a5b", "0b1e1f2a3c4d5e6f8a9b0c1d2e3f4a5b"),
    *("true", "false", "TRUE", "api", "2026-01-31", "0001-01-01T00:00:00+14:00"),
    *("9999-12-31T23:59:59-14:00", "2026-02-30", "2026-01-31T09:30:00Z_1", "[]", "-0"),
]
NAMES = [
    *("limit", "cursor", "prediction", "model_version", "source", "since", "until"),
    *("explain", "on_error", "format", "q", "p", "o", "all", "e", "next", "_popup"),
    *("created_at__gte", "source__exact", "limit[]", "a" * 200, "\0", "", "__proto__"),
]
ADMIN = [
    *("/admin/", "/admin/login/", "/admin/logout/", "/admin/password_change/"),
    *("/admin/jsi18n/", "/admin/autocomplete/", "/admin/glossary/", "/admin/releases/"),
    *(
        f"/admin/{name}/{page}"
        for name in (
            *("predictions/prediction", "predictions/batch", "predictions/apikey"),
            *("predictions/access", "predictions/refusal", "predictions/seal"),
            *("attrition/employee", "attrition/employeeimport", "auth/user"),
        )
        for page in ("", "add/", "{}/change/", "{}/history/", "{}/delete/", "{}/")
    ),
    *("/admin/attrition/employee/{}/score/", "/admin/predictions/apikey/{}/revoke/"),
    *("/admin/attrition/employee/import/", "/admin/predictions/prediction/export/"),
    *("/admin/predictions/prediction/{}/reveal/", "/admin/releases/{}/"),
    *("/session/login/", "/i18n/setlang/", "/admin/r/{}/{}/"),
]
OPEN = [
    *("/", "/docs", "/openapi.json", "/metrics", "/static/{}", "/favicon.ico", "/{}"),
    *("/history/{}/{}", "//predict", "/predict//", "/../etc/passwd", "/.env", "/.git/"),
]
TYPES = [
    *("application/json", "APPLICATION/JSON; charset=utf-8", "application/json;x=\xff"),
    *("application/json; charset=utf-16", "text/csv", "application/x-ndjson", "text/"),
    *("multipart/form-data", "multipart/form-data; boundary=x", "", "a/b/c", ";"),
    *("multipart/form-data; boundary=" + "x" * 300, "application/jsonl", "text/xml"),
    "application/x-www-form-urlencoded",
]
HEADERS = [
    *(("X-API-Key", value) for value in ("wrong", "", " ", "\xe9", "x" * 6000, "\t")),
    *(("Authorization", "Api-Key " + value) for value in ("", "wrong", "\xff", "a b")),
    *(("Authorization", value) for value in ("Basic YTpi", "Bearer", "Api-Key", "é")),
    *(("Accept", value) for value in ("text/html", "a", "*/*;q=x", ";", "text/csv")),
    *(("Accept-Language", value) for value in ("xx", "fr;q=a", "-" * 500, "en-\xff")),
    *(("Idempotency-Key", value) for value in ("k", "", '"', "\xff", "x" * 999, '"a"')),
    *(("X-Request-ID", value) for value in ("a", "a\tb", "x" * 500, "<b>", "\xff")),
    *(("X-Forwarded-For", value) for value in ("127.0.0.1", "a, b", "::1", "," * 99)),
    *(("X-Forwarded-Proto", "https"), ("X-Forwarded-Host", "evil.example")),
    *(("X-HTTP-Method-Override", "DELETE"), ("X-Original-URL", "/admin/")),
    *(("Host", value) for value in ("evil.example", "", "a b", "localhost:99999999")),
    *(("Cookie", value) for value in ("sessionid=x", "a" * 4000, "=;=", "a=\xff")),
    *(("Expect", "100-continue"), ("Expect", "a"), ("Range", "bytes=0-"), ("TE", "x")),
    *(("Content-Encoding", "gzip"), ("Transfer-Encoding", "gzip"), ("Upgrade", "h2c")),
    *(("If-None-Match", "*"), ("If-Modified-Since", "a"), ("Connection", "close")),
    *(("Origin", "null"), ("Referer", "\xff"), ("X_API_Key", "y"), ("Via", "x" * 999)),
    *(("Content-Length", value) for value in ("-1", "a", "1, 2", "99", "\xb2", "+3")),
    *(("Transfer-Encoding", value) for value in ("chunked", "chunked, x", "\tchunked")),
]
FILES = [
    b"", b"\n", b"age\n", b"age;poste\n30;Manager\n", b"age,age\n1,2\n", b"PK\x03\x04x",
    b"\xff\xfea\0", b"age\n" + b"9" * 5000, b'age\n"', b"\r\r\r", b"{}\n", b"[1]\n",
    b'{"features":{"age":1}}\n{', b"employee_id,age\n1,30\n1,30\n", b"age\n\0\n",
    b"--x\r\nContent-Disposition: form-data; name=file; filename=a.csv\r\n\r\nage\n",
    b'--x\r\nContent-Disposition: form-data; name="file"; filename="../a.csv"\r\n\r\n'
    b"age,revenu_mensuel\n30,2000\r\n--x--\r\n",
    b"--x\r\nContent-Disposition: form-data; name=\xff\r\n\r\n\r\n--x--\r\n",
]  # fmt: skip
