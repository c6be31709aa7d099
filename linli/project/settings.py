"""One settings file for every installation; what differs comes from the environment (docs/operations.md)."""

from pathlib import Path

import dj_database_url
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from linli import __version__
from linli.project import environment, secrets

PACKAGE = Path(__file__).resolve().parent.parent

LINLI_HOME = environment.home()
LINLI_VERSION = __version__
LINLI_DEMO = environment.flag("LINLI_DEMO", default=False)
LINLI_DEMO_PUBLIC = environment.flag("LINLI_DEMO_PUBLIC", default=False)
DEBUG = environment.flag("LINLI_DEBUG", default=False)

SECRET_KEY = environment.text("LINLI_SECRET_KEY") or secrets.secret_key(LINLI_HOME)
LINLI_KEYRING = Path(environment.text("LINLI_KEYRING", str(LINLI_HOME / "keyring.json")))

ALLOWED_HOSTS = environment.names("LINLI_HOSTS", "*" if LINLI_DEMO else "localhost,127.0.0.1,[::1]")
CSRF_TRUSTED_ORIGINS = environment.names("LINLI_ORIGINS")
LINLI_HTTPS = environment.flag("LINLI_HTTPS", default=False)

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_tasks",
    "django_tasks_db",
    "csp",
    "ninja",
    "linli.ui",
    "linli.foundation.areas",
    "linli.foundation.audit",
    "linli.foundation.rules",
    "linli.foundation.accounts",
    "linli.foundation.files",
    "linli.foundation.notifications",
    "linli.foundation.jobs",
    "linli.foundation.imports",
    "linli.register.homes",
    "linli.register.people",
    "linli.spine.catalogue",
    "linli.spine.cases",
    "linli.apps.incidents",
    "linli.apps.visits",
    "linli.apps.admission",
    "linli.apps.certificates",
    "linli.insight.dashboards",
    "linli.insight.ledgers",
    "linli.insight.population",
    "linli.insight.burden",
    "linli.insight.forms",
    "linli.sites.desk",
    "linli.sites.register",
    "linli.sites.portal",
    "linli.sites.api",
    "linli.project",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "linli.project.middleware.FailSoft",
    "linli.project.middleware.RequestSize",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "linli.foundation.accounts.middleware.ActorMiddleware",
    "linli.foundation.accounts.middleware.DefaultDeny",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

# `linli bench` adds bare pages to measure ours against.
LINLI_BENCH = environment.flag("LINLI_BENCH", default=False)
ROOT_URLCONF = "linli.project.bench.urls" if LINLI_BENCH else "linli.project.urls"
WSGI_APPLICATION = "linli.project.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.csrf",
                "django.template.context_processors.i18n",
                "django.contrib.messages.context_processors.messages",
                "linli.ui.context.display",
                "linli.foundation.accounts.context.actor",
                "linli.sites.desk.nav.desk_nav",
                "linli.project.context.installation",
            ],
        },
    },
]

DATABASES = {
    "default": dj_database_url.parse(
        environment.text("DATABASE_URL", f"sqlite:///{LINLI_HOME / 'linli.sqlite3'}"), conn_max_age=None
    )
}
LINLI_SQLITE = DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3"
if LINLI_SQLITE:
    # Write-ahead log and immediate transactions: readers never wait, writers queue (docs/adr/0003).
    # case_sensitive_like lets `area_id LIKE '320105%'` use the primary key's index.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 10,
        "init_command": (
            "PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL;PRAGMA foreign_keys=ON;"
            "PRAGMA case_sensitive_like=ON;PRAGMA cache_size=-65536;PRAGMA temp_store=MEMORY;"
        ),
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "accounts.User"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "linli.foundation.accounts.passwords.RuleSetValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "accounts:sign_in"
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LINLI_HTTPS
SECURE_SSL_REDIRECT = False
SECURE_HSTS_SECONDS = 31_536_000 if LINLI_HTTPS else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if LINLI_HTTPS else None
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "linli.project.errors.csrf_failure"

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:", "blob:", *environment.names("LINLI_TILE_HOSTS")],
        "connect-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("Simplified Chinese")), ("en", _("English")), ("zh-hant", _("Traditional Chinese"))]
LOCALE_PATHS = [PACKAGE / "locale"]
LANGUAGE_COOKIE_NAME = "linli_language"
LANGUAGE_COOKIE_SAMESITE = "Lax"
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"

STATIC_URL = "static/"
STATIC_ROOT = LINLI_HOME / "static"
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": str(LINLI_HOME / "files")},
    },
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage",
    },
}
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
# Nobody waits for source maps; compressing them takes most of the first start.
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = ("jpg", "jpeg", "png", "webp", "gz", "br", "woff2", "map")

# A form with nine phone photos, already shrunk by the browser, fits; half a gigabyte does not.
LINLI_REQUEST_LIMIT = 64 * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 4 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 4 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000

TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}

# How a text message leaves the house: a dotted path (docs/operations.md).
LINLI_SMS_GATEWAY = environment.text(
    "LINLI_SMS_GATEWAY",
    "linli.foundation.notifications.gateways.FileGateway"
    if LINLI_DEMO
    else "linli.foundation.notifications.gateways.NoGateway",
)
# How many proxies of ours stand in front and may be believed about the visitor's address.
LINLI_PROXIES = environment.number("LINLI_PROXIES", 0)
LINLI_TILE_URL = environment.text("LINLI_TILE_URL")
LINLI_FONTS = environment.names("LINLI_FONTS")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "plain": {"()": "linli.project.logs.OneLine", "format": "{asctime} {levelname} {name}: {message}", "style": "{"}
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": environment.text("LINLI_LOG_LEVEL", "WARNING").upper()},
}
SILENCED_SYSTEM_CHECKS = ["security.W008"]  # TLS ends at the proxy that stands before Linli.
