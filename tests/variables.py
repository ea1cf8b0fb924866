"""Nonsense for every variable of `.env.example`: a new variable gets a row here.

Short marks in what is allowed to be said keep the table readable: each is a part of the
one line with which the start stops.
"""

from dataclasses import dataclass

PASSED = "hunter2"  # stands in secrets: no line may hold it


@dataclass(frozen=True)
class Refused:
    """What a variable does not take; each of `values` is refused with `allowed`."""

    allowed: str
    values: tuple[str, ...]
    may_be_empty: bool = True


def refused(allowed: str, *values: str, **options: bool) -> Refused:
    return Refused(allowed, values, **options)


FLAG = refused("'true' or 'false'", "maybe", "1", "oui", "true false")
SECONDS = refused("from 0 to 86400", "soon", "-1", "86401", "nan", "1_0", "٣", "60 s")
SENT = refused(
    "16 characters", PASSED, f"{PASSED} {PASSED} {PASSED}", f"{PASSED}-clé-secrète"
)
RATE = refused("600/min", "600", "0/min", "-1/s", "30/day", "1.5/s", "min", "1/60s")
PASSWORD = refused("8 characters or more", PASSED)
DATABASE = refused(
    "postgresql://",
    f"mysql://root:{PASSED}@db/x",
    f"root:{PASSED}@db/x",
    f"//root:{PASSED}@db/x",
    f"postgresql://user:{PASSED}@db:port/x",
    f"postgresql://user:{PASSED}@db:99999/x",
    f"postgresql://user:12/{PASSED}@db:5432/x",  # of a password that has a /
    f"postgresql://user:a@1/{PASSED}@db:5432/x",
    f"postgresql://user:12/{PASSED}#x@db:5432/x",
)

TABLE = {
    "SECRET_KEY": refused("50 characters", PASSED, PASSED * 7, may_be_empty=False),
    "SECRET_KEY_FALLBACKS": refused(
        "50 characters", PASSED, f"{PASSED * 8},{PASSED}", f"{PASSED},{PASSED * 8}", ","
    ),
    "API_KEY": SENT,
    "DATABASE_URL": DATABASE,
    "DATABASE_OWNER_URL": DATABASE,
    "MODEL_VERSION": refused("1.1.0", "9.9.9", "../1.1.0", "1.1.0/", "latest"),
    "MODEL_THRESHOLD": refused("from 0 to 1", "half", "1.5", "-0.1", "nan", "0,5", "½"),
    "MODEL_DIR": refused("a folder", "nowhere", "manage.py", "/nonexistent/models"),
    "ALLOWED_HOSTS": refused(
        "names of hosts",
        "https://hr.example.org",
        "hr.example.org:443",
        "a b",
        ",",
        "-",
        "*",
        "hr.example.org,*",
    ),
    "CSRF_TRUSTED_ORIGINS": refused(
        "origins",
        "hr.example.org",
        "https://hr.example.org/",
        "ftp://a",
        "https://",
        ",",
    ),
    "DEMO": FLAG,
    "SECURE_SSL_REDIRECT": FLAG,
    "SECURE_HSTS_SECONDS": refused("0 to 1000000000", "a year", "1.5", "-1", "1e10"),
    "COOKIE_SECURE": FLAG,
    "TRUST_PROXY_HEADER": FLAG,
    "ADMIN_TOTP_REQUIRED": FLAG,
    "LOGIN_FAILURES": refused("from 2 to 100", "many", "0", "1", "101", "2.5"),
    "LOGIN_FAILURES_PER_USER": refused("from 5 to 1000", "4", "1001", "-1", "x"),
    "LOGIN_LOCKED_MINUTES": refused("from 1 to 1440", "0", "1441", "15 min", "0.5"),
    "SESSION_IDLE_MINUTES": refused("from 5 to 1440", "4", "0", "1441", "an hour"),
    "SESSION_HOURS": refused("from 1 to 168", "0", "0.5", "169", "12h"),
    "DEBUG": FLAG,
    "SILENCED_SYSTEM_CHECKS": refused(
        "ids of checks", "W001", "attrition", "attrition.W001 security.W004", ","
    ),
    "SEAL_SIGNING_KEY": refused(
        "32 bytes in base64", PASSED, "aHVudGVyMg==", "é" * 44, "A" * 43, "A" * 88
    ),
    "SEAL_PUBLIC_KEYS": refused(
        "32 bytes in base64", "none", "A" * 43, "A" * 43 + "=,x"
    ),
    "SEAL_EVERY": SECONDS,
    "SUMMARISE_EVERY": SECONDS,
    "CELERY_BROKER_URL": refused(
        "redis://HOST:6379/0",
        f"http://user:{PASSED}@queue",
        f"redis://user:{PASSED}@",
        f"redis://user:{PASSED}@queue:port/0",
        f"redis://user:{PASSED}@queue:6379/first",
        f"amqp://user:{PASSED}@queue:99999//",
        "localhost:6379",
    ),
    "CELERY_QUEUE": refused("letters, digits", "two words", "a/b", "x" * 101),
    "THROTTLE_KEY": RATE,
    "THROTTLE_FAILED_KEYS": RATE,
    "CACHE_URL": refused(
        "redis://HOST:6379/1",
        f"memcached://:{PASSED}@cache",
        f"redis://:{PASSED}@",
        f"redis://:{PASSED}@cache:port/0",
        f"redis://:{PASSED}@cache:6379/first",
    ),
    "LANGUAGE_CODE": refused("fr, en", "de", "FR", "fr,en"),
    "TIME_ZONE": refused("Europe/Paris", "Paris", "+01:00", "CEST", "../etc/passwd"),
    "ADMIN_PASSWORD": PASSWORD,
    "AUDITOR_PASSWORD": PASSWORD,
    "MANAGER_PASSWORD": PASSWORD,
    "DOTENV": FLAG,
    "PORT": refused("from 1 to 65535", "http", "0", "65536", "80.5"),
    "WEB_CONCURRENCY": refused("from 1 to 64", "auto", "0", "65", "-2"),
    "WEB_THREADS": refused("from 1 to 64", "many", "0", "65", "2.5"),
    "DATABASE_WAIT": refused("from 1 to 86400", "long", "0", "86401", "60 s"),
    "DATA_DIR": refused("a folder", "manage.py"),
    "SPACE_HOST": refused("a host's name", "https://a-b.hf.space", "a b", "-"),
    "FRAME_ANCESTORS": refused(
        "origins", "huggingface.co", "https://a;script-src *", "none,https://a", ","
    ),
    "REVISION": refused("letters, digits", "two words", 'a"b', "x" * 101),
    "METRICS_TOKEN": SENT,
    "LOG_FORMAT": refused("line, json", "xml", "JSON"),
}

# What the service does not read: docker compose and the script of its database do.
COMPOSE = {"POSTGRES_PASSWORD", "OWNER_PASSWORD", "APP_PASSWORD", "BIND"}

# No variable takes these.
NO_TEXT = {
    "a control character": f"{PASSED}\x1b[31m",
    "two lines": f"{PASSED}\n{PASSED}",
    "a byte that is no UTF-8": f"{PASSED}\udcff",
    "too long": PASSED * 2000,
}
