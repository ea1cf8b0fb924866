"""Who may frame us, and what the cookies then look like; a Space's defaults."""

import json
from http.cookies import SimpleCookie

import pytest
from django.test import RequestFactory

from technova.frames import PartitionedCookiesMiddleware
from tests.test_settings import manage

HUB = "https://huggingface.co"
SPACE = "technova-attrition.hf.space"
SCRIPT = """
import json
from django.conf import settings as s
from technova.policy import PolicyMiddleware
policy = dict(line.split(" ", 1) for line in PolicyMiddleware(print).usual.split("; "))
print(json.dumps({
    "hosts": s.ALLOWED_HOSTS, "origins": s.CSRF_TRUSTED_ORIGINS,
    "proxy": s.SECURE_PROXY_SSL_HEADER,
    "secure": [s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.LANGUAGE_COOKIE_SECURE],
    "samesite": [s.SESSION_COOKIE_SAMESITE, s.CSRF_COOKIE_SAMESITE,
                 s.LANGUAGE_COOKIE_SAMESITE],
    "frames": policy["frame-ancestors"],
    "x-frame-options": any("XFrame" in name for name in s.MIDDLEWARE),
}))
"""
# What tests' own environment says is not what these are about.
UNSET = dict.fromkeys(("ALLOWED_HOSTS", "COOKIE_SECURE"), "")


def read(**variables: str) -> dict:
    found = manage("shell", "--verbosity", "0", "-c", SCRIPT, **UNSET | variables)
    assert found.returncode == 0, found.stderr
    return json.loads(found.stdout)


def test_a_space_suits_its_proxy_and_its_frame():
    assert read(SPACE_HOST=SPACE) == {
        "hosts": ["localhost", "127.0.0.1", "[::1]", SPACE],
        "origins": [f"https://{SPACE}"],
        "proxy": ["HTTP_X_FORWARDED_PROTO", "https"],
        "secure": [True] * 3,
        "samesite": ["None"] * 3,
        "frames": f"'self' {HUB}",
        "x-frame-options": False,
    }


def test_elsewhere_nobody_frames_us():
    assert read() == {
        "hosts": ["localhost", "127.0.0.1", "[::1]"],
        "origins": [],
        "proxy": None,
        "secure": [False] * 3,
        "samesite": ["Lax"] * 3,
        "frames": "'none'",
        "x-frame-options": True,
    }


def test_each_default_of_a_space_can_be_overridden():
    found = read(
        SPACE_HOST=SPACE,
        ALLOWED_HOSTS="hr.example.org",
        CSRF_TRUSTED_ORIGINS="https://hr.example.org",
        TRUST_PROXY_HEADER="false",
        COOKIE_SECURE="false",
        FRAME_ANCESTORS="none",
    )

    assert found == read() | {
        "hosts": ["hr.example.org"],
        "origins": ["https://hr.example.org"],
    }


def test_a_frame_elsewhere_makes_cookies_secure():
    found = read(FRAME_ANCESTORS="https://intranet.example.org, https://*.example.com")

    assert found["frames"] == (
        "'self' https://intranet.example.org https://*.example.com"
    )
    assert found["secure"] == [True] * 3
    assert found["samesite"] == ["None"] * 3


def test_cookies_that_are_not_secure_are_refused_for_a_frame():
    found = manage("check", FRAME_ANCESTORS=HUB, COOKIE_SECURE="false")

    assert found.returncode == 1
    assert found.stderr.count("\n") == 1
    assert "COOKIE_SECURE" in found.stderr


def test_a_space_passes_the_checks_of_production():
    found = manage(
        *("check", "--deploy", "--fail-level", "WARNING"),
        SPACE_HOST=SPACE,
        SILENCED_SYSTEM_CHECKS="attrition.W001",
    )

    assert found.returncode == 0, found.stderr


@pytest.mark.parametrize("path", ["/set", "/forget"])
def test_cookies_are_kept_apart_when_set_and_when_forgotten(path):
    from django.http import HttpResponse

    def view(request):
        response = HttpResponse()
        if path == "/set":
            response.set_cookie("sessionid", "a b", secure=True, samesite="None")
        else:
            response.delete_cookie("sessionid", samesite="None")
        return response

    answer = PartitionedCookiesMiddleware(view)(RequestFactory().get(path))

    written = answer.cookies["sessionid"].OutputString()
    assert written.endswith("; Partitioned")
    assert "SameSite=None" in written
    read_again = SimpleCookie(written.removesuffix("; Partitioned"))
    assert read_again["sessionid"].value == ("a b" if path == "/set" else "")
