"""Settings, read from the environment. Production is the default; nothing unsafe is on unless requested.

The variables are documented in docs/operations.md ("Configure").
"""

import sys
import tomllib
from pathlib import Path
from typing import Any

import environ

from config import mail, private, proxies

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()


def required(name: str) -> str:
    """Return the variable's value, or exit with a message if it is missing; never guess."""
    value = env.str(name, "")
    if not value:
        hint = "`make run` sets it for a trial (docs/operations.md, “Configure”)"
        sys.exit(f"{name} is not set. Production needs it; {hint}.")
    return value


DEBUG = env.bool("DEBUG", False)
DATA_DIR = Path(env.str("DATA_DIR", str(BASE_DIR / "var"))).resolve()
private.keep(DATA_DIR)
SECRET_KEY = env.str("SECRET_KEY", "") or ("debug-only" if DEBUG else required("SECRET_KEY"))
TOKEN_KEY = env.str("TOKEN_KEY", "") or (SECRET_KEY if DEBUG else required("TOKEN_KEY"))
TOKEN_KEY_FALLBACKS = env.list("TOKEN_KEY_FALLBACKS", default=[])
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[]) or (
    ["localhost", "127.0.0.1"] if DEBUG else required("ALLOWED_HOSTS").split(",")
)
BASE_URL = env.str("BASE_URL", f"https://{ALLOWED_HOSTS[0]}").rstrip("/")
HTTPS = BASE_URL.startswith("https://")
VERSION = tomllib.loads((BASE_DIR / "pyproject.toml").read_text())["project"]["version"]
OPERATOR_EMAIL = env.str("OPERATOR_EMAIL", "operator@localhost")

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "django_htmx",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "config",
    "base",
    "accounts",
    "contacts",
    "funnel",
    "pipeline",
    "intake",
    "demo",
    "help",
    "procrastinate.contrib.django",  # after ours, whose command `procrastinate` takes precedence
]
MIDDLEWARE = [
    "config.logs.RequestLine",
    "config.middleware.AnyHostForProbes",
    "config.proxies.TrustedProxies",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "config.compression.Compression",
    "config.middleware.ContentSecurityPolicy",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "config.middleware.RefuseLargeBodies",
    "config.middleware.RefuseBrokenText",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "base.unavailable.UnavailableMiddleware",
    "base.refusals.RefusalMiddleware",
]
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
LOADED = ("filesystem", "app_directories")
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "loaders": [("base.quick.loader.Loader", [f"django.template.loaders.{of}.Loader" for of in LOADED])],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "base.context.page",
            ],
        },
    }
]

DATABASES = {"default": env.db("DATABASE_URL", f"postgres://postgres@/postgres?host={DATA_DIR}/pg")}
# Each thread keeps its connection and has it checked with each request: a restart of the database costs no request,
# and while it is away the answer comes at once. A pool would wait, and find its dead connections one after the other.
DATABASES["default"] |= {"CONN_MAX_AGE": None, "CONN_HEALTH_CHECKS": True}
DATABASES["default"]["ENGINE"] = "base.postgresql"
# The statements of base/sql.py are prepared when a connection sees them for the third time.
PREPARE_AFTER = 2 if env.bool("PREPARED_STATEMENTS", True) else None
DATABASES["default"]["OPTIONS"] = {"connect_timeout": 3, "prepare_threshold": PREPARE_AFTER} | DATABASES["default"].get(
    "OPTIONS", {}
)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
# In the database, because the limits on logins must hold across all web processes. Nothing else uses it.
CACHES = {"default": {"BACKEND": "accounts.counters.Counters", "LOCATION": "accounts_cache"}}
# Several, so that short periodic jobs never wait for an import.
PROCRASTINATE_WORKER_DEFAULTS = {"concurrency": 10}

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["accounts.backends.AccountBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS: list[dict[str, Any]] = [
    {"NAME": "accounts.passwords.MinimumLength", "OPTIONS": {"min_length": 10}},
    {"NAME": "accounts.passwords.NotCommon"},
    {"NAME": "accounts.passwords.NotAboutOneself"},
]
PASSWORD_RESET_TIMEOUT = 3 * 24 * 60 * 60  # seconds; invitations use it as well
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "pipeline:home"
ACCOUNT_LOGOUT_REDIRECT_URL = LOGIN_URL  # without `next`: drafts.js recognises a logout by it

ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""  # the default is the Host header of the request
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_FORMS = {"login": "accounts.forms.SignInForm", "reset_password": "accounts.forms.ResetForm"}
ACCOUNT_RATE_LIMITS = {
    "api_read": "600/m/key",
    "api_refused": "60/m/key",  # of requests that cannot be understood; what is taken in has limits of its own
    "api_unknown": "60/m/ip",  # of requests without a key
    "form": "10/m/ip,60/h/ip",  # of submissions of public forms
    "form_address": "10/d/key",
    "form_office": "500/h/key",
    "form_suspicious": "200/d/key",
    "objection": "5/m/ip,30/h/ip",
    "invitation": "5/d/key",
    "invitations": "40/d/key",
    "login": "120/m/ip",  # for an entire office on a Monday; the limit on failures is stricter
    "login_failed_again": "10/300s/key",
    "lost_links": "3/d/key",
    "reset_password": "20/m/ip,5/m/key,20/d/key",
    "test_mail": "10/h/user",
}  # besides the library's own for logins
MFA_ADAPTER = "accounts.adapter.SecondFactorAdapter"
MFA_FORMS = {
    "activate_totp": "accounts.second_factor.ActivateForm",
    "authenticate": "accounts.second_factor.CodeForm",
    "reauthenticate": "accounts.second_factor.CodeAgainForm",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not HTTPS  # browsers treat http://localhost as a secure context
MFA_TOTP_TOLERANCE = 1  # a time step to each side: clocks of phones differ (RFC 6238, 5.2)
MFA_TOTP_ISSUER = "Kontakte-Pipeline"
USERSESSIONS_TRACK_ACTIVITY = False  # would write a row on every request

SESSION_ENGINE = "accounts.session_store"
NEWS_NUMBER = "pipeline.columns.waiting.NUMBER"  # SQL, read with each session
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_AGE = 14 * 24 * 60 * 60
SECURE_SSL_REDIRECT = HTTPS and env.bool("SSL_REDIRECT", True)
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS and env.bool("HSTS_SUBDOMAINS", False)
SECURE_HSTS_PRELOAD = HTTPS and env.bool("HSTS_PRELOAD", False)
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]  # other sites of the domain are not ours to decide on
SECURE_REFERRER_POLICY = "same-origin"
TRUSTED_PROXIES = env.list("TRUSTED_PROXIES", default=[])
try:
    proxies.networks(TRUSTED_PROXIES)
except proxies.Unusable as fault:
    sys.exit(str(fault))
if TRUSTED_PROXIES:
    SECURE_PROXY_SSL_HEADER = (
        "HTTP_X_FORWARDED_PROTO",
        "https",
    )  # config.proxies drops it unless a trusted proxy sent it
CSRF_TRUSTED_ORIGINS = [BASE_URL]
CSRF_FAILURE_VIEW = "base.refusals.csrf_failure"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_500_000

LANGUAGE_CODE = "de"
LANGUAGES = [("de", "Deutsch"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "Europe/Berlin"
USE_TZ = True
FORMAT_MODULE_PATH = None

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = DATA_DIR / "static"
MEDIA_ROOT = DATA_DIR / "uploads"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "config.static_files.StaticFiles"},
}
FILE_UPLOAD_PERMISSIONS = 0o600

EMAIL_URL = env.str("EMAIL_URL", "")
EMAIL_TIMEOUT = 20  # seconds
MAIL_PROVIDER = MAIL_STREAM = ""
ANYMAIL: dict[str, Any] = {}
if EMAIL_URL:
    try:
        secret = mail.checked_secret(env.str("WEBHOOK_SECRET", ""))
        vars().update(mail.settings_of(EMAIL_URL, secret=secret, timeout=EMAIL_TIMEOUT))
    except mail.Unusable as fault:
        sys.exit(str(fault))
else:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = DATA_DIR / "mail"
MAIL_IN = env.str("MAIL_IN", "")
if MAIL_IN and not mail.is_mailbox(MAIL_IN):
    sys.exit("MAIL_IN is not of the form local@domain (docs/operations.md, “Configure”).")
AUTHSERV_ID = env.str("AUTHSERV_ID", "")
IMAP_URL = env.str("IMAP_URL", "")
WEB_PUSH = env.bool("WEB_PUSH", False)  # vendors of browsers carry it
META_URL = env("META_URL", default="https://graph.facebook.com")
PRIVATE_NETWORKS = env.list("PRIVATE_NETWORKS", default=[])
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.str("MAIL_FROM", "Kontakte-Pipeline <noreply@localhost>")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"no_path": {"()": "config.logs.NoPath"}},
    "formatters": {"line": {"()": "config.logs.Lines", "as_json": env.str("LOG_FORMAT", "text") == "json"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["no_path"]}},
    "root": {"handlers": ["stderr"], "level": env.str("LOG_LEVEL", "WARNING")},
    "loggers": {"pipeline": {"level": "INFO" if env.bool("LOG_LINES", True) else "ERROR"}},
}
