"""Hugging Face in front of a Space: TLS ends here, and a page of theirs frames ours."""

import datetime
import http.client
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

SPACE = "technova-attrition.hf.space"
HUB = "huggingface.co"
STRANGER = "elsewhere.example"
PAGE = f"""<title>A page around it</title>
<iframe src="https://{SPACE}/admin/" width="1200" height="1500"></iframe>"""
HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length"}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    upstream: tuple[str, int]

    def do_GET(self) -> None:
        if self.headers["Host"] == SPACE:
            self.pass_on()
        else:
            self.answer(200, [("Content-Type", "text/html")], PAGE.encode())

    def do_POST(self) -> None:
        self.pass_on()

    def pass_on(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        sent = {k: v for k, v in self.headers.items() if k.lower() not in HOP_BY_HOP}
        sent["X-Forwarded-Proto"] = "https"
        connection = http.client.HTTPConnection(*self.upstream, timeout=60)
        try:
            connection.request(self.command, self.path, body, sent)
            got = connection.getresponse()
            self.answer(got.status, got.getheaders(), got.read())
        finally:
            connection.close()

    def answer(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        self.send_response(status)
        for name, value in headers:
            if name.lower() not in HOP_BY_HOP:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments: object) -> None:
        """Says nothing."""


class Proxy(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """A browser that hangs up is no event."""


@contextmanager
def proxied(address: str, folder: Path) -> Iterator[list[str]]:
    """The browser's arguments, by which it finds these names here."""
    host, _, port = address.removeprefix("http://").partition(":")
    handler = type("Bound", (Handler,), {"upstream": (host, int(port))})
    server = Proxy(("127.0.0.1", 0), handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate(folder))
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    here = f"127.0.0.1:{server.server_port}"
    rules = ",".join(f"MAP {name}:443 {here}" for name in (SPACE, HUB, STRANGER))
    try:
        yield [f"--host-resolver-rules={rules}", "--ignore-certificate-errors"]
    finally:
        server.shutdown()
        server.server_close()


def certificate(folder: Path) -> Path:
    """Signed by itself, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, SPACE)])
    now = datetime.datetime.now(datetime.UTC)
    names = [x509.DNSName(n) for n in (SPACE, HUB, STRANGER)]
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = folder / "certificate.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return path
