"""One settings file, filled from the environment; `.env.example` lists it all."""

import logging
from datetime import timedelta
from pathlib import Path

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from technova import env, env_urls
from technova.caches import caches
from technova.logs import FORMATTERS
from technova.production import refuse_open_doors

BASE_DIR = Path(__file__).resolve().parent.parent

env.read_files(BASE_DIR)

# What must outlive a process: SQLite's database, and secrets made at a first start
DATA_DIR = env.folder("DATA_DIR", "var", BASE_DIR)
env.read_kept(DATA_DIR)

# Security. In a Space of Hugging Face, which names itself, behind their proxy
SPACE_HOST = env.like("SPACE_HOST", env.HOST, "a host's name (hr.example.org)")
SECRET_KEY = env.secret("SECRET_KEY", 50)
SECRET_KEY_FALLBACKS = env.secrets("SECRET_KEY_FALLBACKS", 50)
DEBUG = env.flag("DEBUG")
ALLOWED_HOSTS = env.each(
    "ALLOWED_HOSTS",
    env.SERVED,
    "names of hosts (hr.example.org)",
    f"localhost,127.0.0.1,[::1],{SPACE_HOST}",
)
CSRF_TRUSTED_ORIGINS = env.each(
    "CSRF_TRUSTED_ORIGINS",
    env.ORIGIN,
    "origins (https://hr.example.org)",
    SPACE_HOST and f"https://{SPACE_HOST}",
)
refuse_open_doors(DEBUG, ALLOWED_HOSTS)
SECURE_SSL_REDIRECT = env.flag("SECURE_SSL_REDIRECT")
SECURE_HSTS_SECONDS = env.whole("SECURE_HSTS_SECONDS", 0, 10**9, default=0)
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = SECURE_HSTS_SECONDS > 0
if env.flag("TRUST_PROXY_HEADER", default=bool(SPACE_HOST)):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
X_FRAME_OPTIONS = "DENY"
FRAME_ANCESTORS = env.origins(
    "FRAME_ANCESTORS", SPACE_HOST and "https://huggingface.co"
)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = env.flag(
    "COOKIE_SECURE", default=bool(SPACE_HOST or FRAME_ANCESTORS)
)
# In a frame of another site, browsers send no cookie that is not "None" and secure.
COOKIE_SAMESITE = "None" if FRAME_ANCESTORS else "Lax"
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = COOKIE_SAMESITE
if FRAME_ANCESTORS and not SESSION_COOKIE_SECURE:
    raise ImproperlyConfigured(
        "COOKIE_SECURE must be true where FRAME_ANCESTORS names anybody."
    )
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [SELF, *FRAME_ANCESTORS] if FRAME_ANCESTORS else [NONE],
    }
}
SILENCED_SYSTEM_CHECKS = env.each(
    "SILENCED_SYSTEM_CHECKS", env.CHECK_ID, "ids of checks (attrition.W001)"
)

# The model
MODEL_DIR = BASE_DIR / env.text("MODEL_DIR", "ml_artifacts")
MODEL_VERSION = env.text("MODEL_VERSION", "")  # empty: what ml_artifacts/CURRENT says
MODEL_THRESHOLD = env.number("MODEL_THRESHOLD", 0, 1)  # None: the model card's

# The first key, which `bootstrap` makes
API_KEY = env.sent("API_KEY")

# The first logins, whose passwords `bootstrap` reads
for _name in ("ADMIN_PASSWORD", "AUDITOR_PASSWORD", "MANAGER_PASSWORD"):
    env.secret(_name, env.WEAK, "")

# The invented employees and a first score, for whoever looks at a service of nobody's
DEMO = env.flag("DEMO", default=bool(SPACE_HOST))

# The log's seals: an Ed25519 key (32 bytes in base64), and the public keys of earlier
# ones that verify_log trusts besides. Without a key, seals are not signed.
SEAL_SIGNING_KEY = env.key("SEAL_SIGNING_KEY")
SEAL_PUBLIC_KEYS = env.keys("SEAL_PUBLIC_KEYS")

# Read by what starts the server, which would answer odd ones with a traceback
env.whole("PORT", 1, 65_535, default=7860)
env.whole("WEB_CONCURRENCY", 1, 64, default=2)
env.whole("WEB_THREADS", 1, 64, default=4)
env.whole("DATABASE_WAIT", 1, 86_400, default=60)

# The commit that the image was built from: a label of the figures
REVISION = env.like(
    "REVISION", r"[A-Za-z0-9._/+-]{1,100}", "letters, digits and . _ / + -", "unknown"
)

# What Prometheus sends to read /metrics, which is closed without
METRICS_TOKEN = env.sent("METRICS_TOKEN")

# Applications
INSTALLED_APPS = [
    "attrition",
    "predictions",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "technova.back_office.BackOfficeConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "axes",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "django_otp.plugins.otp_static",
]
MIDDLEWARE = [
    "predictions.request_log.RequestLogMiddleware",
    "technova.policy.PolicyMiddleware",
    "predictions.refusals.RefusalMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "technova.language.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "predictions.logins.sessions.LoginMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "technova.errors.NotAllowedMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
if FRAME_ANCESTORS:
    # X-Frame-Options can't name them: the policy's frame-ancestors alone counts.
    MIDDLEWARE.remove("django.middleware.clickjacking.XFrameOptionsMiddleware")
    SILENCED_SYSTEM_CHECKS.append("security.W002")
    MIDDLEWARE.insert(0, "technova.frames.PartitionedCookiesMiddleware")
ROOT_URLCONF = "technova.urls"
WSGI_APPLICATION = "technova.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]
FIXTURE_DIRS = [BASE_DIR / "fixtures"]

# Database
DEFAULT_DATABASE = DATA_DIR / "technova.sqlite3"
DATABASES = {
    "default": env_urls.database(
        "DATABASE_URL", f"sqlite:///{DEFAULT_DATABASE}", BASE_DIR
    )
}
if DATABASES["default"]["NAME"] == str(DEFAULT_DATABASE):
    DATA_DIR.mkdir(exist_ok=True)
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["OPTIONS"] = {
        # A writer waits for the lock when it begins, never in the middle of its work.
        "transaction_mode": "IMMEDIATE",
        "timeout": 5,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
    }
else:
    # A request waits for no server that is silent: `predictions.database.patience`.
    DATABASES["default"]["ENGINE"] = "predictions.database.engine"
    # Nor does anything else wait for ever; sslmode and others stand in the URL.
    DATABASES["default"]["OPTIONS"] = {
        "connect_timeout": 5,  # seconds
        "tcp_user_timeout": 30_000,  # ms until what was sent must have arrived
        "keepalives_idle": 30,  # seconds of silence until the other end is asked
        "keepalives_interval": 10,
        "keepalives_count": 3,
        **DATABASES["default"].get("OPTIONS", {}),
    }
DATABASES["default"]["CONN_MAX_AGE"] = 60  # seconds; to open one takes milliseconds
# No CONN_HEALTH_CHECKS: they ask `SELECT 1` a request; `database.liveness` only looks.

if env.text("DATABASE_OWNER_URL", ""):
    # Owns the tables and migrates them; DATABASE_URL's role then only serves.
    DATABASES["owner"] = env_urls.database("DATABASE_OWNER_URL", "", BASE_DIR)
    DATABASES["owner"]["TEST"] = {"MIRROR": "default"}

# Batches on many machines: without a broker a thread of the web process scores them
CELERY_BROKER_URL = env_urls.broker("CELERY_BROKER_URL")
CELERY_TASK_DEFAULT_QUEUE = env.like(
    "CELERY_QUEUE", r"[A-Za-z0-9._-]{1,100}", "letters, digits, . _ and -", "technova"
)
CELERY_TASK_IGNORE_RESULT = True  # what became of a batch stands in the database
# A worker that dies leaves its message to the next.
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# Who asks for a batch is told within seconds that the broker is away.
CELERY_BROKER_CONNECTION_TIMEOUT = 2
CELERY_TASK_PUBLISH_RETRY = False
if CELERY_BROKER_URL.startswith("redis"):
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "socket_connect_timeout": 2,
        # Redis does not notice that a worker died: how long its message waits. A
        # message is one chunk, which takes a second.
        "visibility_timeout": 60,
    }
CELERY_WORKER_HIJACK_ROOT_LOGGER = False  # LOGGING below is for workers too

# People who log in
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "admin:login"
LOGIN_REDIRECT_URL = "admin:index"
CSRF_FAILURE_VIEW = "technova.errors.csrf_failure"
AUTHENTICATION_BACKENDS = [
    "predictions.logins.backends.LockoutBackend",
    "predictions.logins.backends.TwoStepBackend",
]
ADMIN_TOTP_REQUIRED = env.flag("ADMIN_TOTP_REQUIRED")
OTP_TOTP_ISSUER = "TechNova Attrition"
if SESSION_COOKIE_SECURE:
    # No other host of the domain can set a cookie of this name.
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-sessionid", "__Host-csrftoken"
SESSION_COOKIE_AGE = 60 * env.whole("SESSION_IDLE_MINUTES", 5, 1440, default=60)
SESSION_LASTS = 3600 * env.whole("SESSION_HOURS", 1, 168, default=12)  # seconds

# Too many wrong passwords (django-axes, see predictions.logins.lockout)
AXES_FAILURE_LIMIT = env.whole("LOGIN_FAILURES", 2, 100, default=5)
LOGIN_FAILURES_PER_USER = env.whole(
    "LOGIN_FAILURES_PER_USER", AXES_FAILURE_LIMIT, 1000, default=4 * AXES_FAILURE_LIMIT
)
AXES_COOLOFF_TIME = timedelta(
    minutes=env.whole("LOGIN_LOCKED_MINUTES", 1, 1440, default=15)
)
AXES_HANDLER = "predictions.logins.lockout.LockoutHandler"
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"], "username"]
AXES_CLIENT_IP_CALLABLE = "predictions.logins.address.client_address"
# Who is locked out and tries on is not locked out for longer, and writes nothing.
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_RESET_ON_SUCCESS = True
# Nothing of people stays: no list of logins, no names and addresses in the text log.
AXES_DISABLE_ACCESS_LOG = True
AXES_VERBOSE = False
AXES_SENSITIVE_PARAMETERS = ["username", "ip_address", "otp_token"]
AXES_ENABLE_ADMIN = False  # the list of logins says who is locked out
# Its middleware would run for each call of the API: the login page does its work.
SILENCED_SYSTEM_CHECKS.append("axes.W002")

# Language and time: what people see. The API answers in UTC.
LANGUAGES = [("fr", _("French")), ("en", _("English"))]
LANGUAGE_CODE = env.choice("LANGUAGE_CODE", ("fr", "en"), "fr")
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600  # a choice lasts
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = COOKIE_SAMESITE
LANGUAGE_COOKIE_SECURE = SESSION_COOKIE_SECURE
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = env.time_zone("TIME_ZONE", "Europe/Paris")
USE_TZ = True

# Static files come from the installed packages, served by WhiteNoise.
STATIC_URL = "/static/"
WHITENOISE_USE_FINDERS = True

# No form has a file, but where a view takes it.
FILE_UPLOAD_HANDLERS = ["technova.uploads.NoFiles"]

# Throttling: how often a key may call, and an address send keys that are none. All
# processes count together in a Redis, or each by itself
THROTTLE_KEY = env.rate("THROTTLE_KEY")
THROTTLE_FAILED_KEYS = env.rate("THROTTLE_FAILED_KEYS")
CACHES = caches(env_urls.redis("CACHE_URL"))

# The API
MAX_BODY_BYTES = 1024 * 1024
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "predictions.api.authentication.ApiKeyAuthentication",
        "predictions.api.authentication.LoginAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["predictions.api.permissions.HasScope"],
    "DEFAULT_PARSER_CLASSES": ["predictions.api.parsers.StrictJSONParser"],
    "DEFAULT_RENDERER_CLASSES": [
        "predictions.api.renderers.JSONRenderer",
        "predictions.api.renderers.BrowsableAPIRenderer",
    ],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "predictions.api.negotiation.Negotiation",
    "DEFAULT_SCHEMA_CLASS": "predictions.api.schema.Schema",
    "EXCEPTION_HANDLER": "predictions.api.handlers.exception_handler",
    "DEFAULT_METADATA_CLASS": None,
    "URL_FORMAT_OVERRIDE": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "TechNova Attrition",
    "VERSION": "1.0.0",
    "OAS_VERSION": "3.1.0",
    "DESCRIPTION": _(
        "How likely is this employee to leave, and why? Every answer is recorded "
        "before it is given. A score is never a decision on its own."
    ),
    "SCHEMA_PATH_PREFIX": "/",
    "SERVE_INCLUDE_SCHEMA": False,
    "PREPROCESSING_HOOKS": ["predictions.api.urls.without_slash"],
    "POSTPROCESSING_HOOKS": ["predictions.api.components.add_components"],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SWAGGER_UI_SETTINGS": {
        # Left alone, it sends the schema's address to a validator on the internet.
        "validatorUrl": None,
        "persistAuthorization": False,
    },
}

# Text logs: `predictions.request_log` writes one line a request, without values.
# Django's own request logger is off because it writes paths, and paths hold ids.
# What the lines don't hold is not collected either (Python's logging HOWTO,
# "Optimization"): a twentieth of a prediction's time. gunicorn's hold the process.
LOG_FORMAT = env.choice("LOG_FORMAT", tuple(FORMATTERS), "line")
logging.captureWarnings(LOG_FORMAT == "json")
logging._srcfile = None
logging.logThreads = logging.logMultiprocessing = logging.logAsyncioTasks = False
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": FORMATTERS,
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": LOG_FORMAT}
    },
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        "axes": {"level": "WARNING"},
        "django": {"handlers": [], "propagate": True},
        "django.request": {"level": "CRITICAL", "propagate": False},
        # It quotes what was sent: a host that is not ours, with a traceback each.
        "django.security": {"level": "CRITICAL", "propagate": False},
        "django.server": {"level": "CRITICAL", "propagate": False},
    },
}
