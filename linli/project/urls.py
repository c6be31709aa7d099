"""Every address. URL prefix = app = namespace = template folder."""

from django.urls import include, path
from django.views.i18n import set_language

from linli.foundation.accounts.access import mark
from linli.project import health

handler400 = "linli.project.errors.bad_request"
handler403 = "linli.project.errors.forbidden"
handler404 = "linli.project.errors.not_found"
handler500 = "linli.project.errors.server_error"

urlpatterns = [
    path("", include("linli.sites.portal.urls")),
    path("desk/", include("linli.sites.desk.urls")),
    path("api/", include("linli.sites.api.urls")),
    path("accounts/", include("linli.foundation.accounts.urls")),
    path("messages/", include("linli.foundation.notifications.urls")),
    path("dashboards/", include("linli.insight.dashboards.urls")),
    path("register/", include("linli.sites.register.urls")),
    path("admission/", include("linli.apps.admission.urls")),
    path("certificates/", include("linli.apps.certificates.urls")),
    path("visits/", include("linli.apps.visits.urls")),
    path("ledgers/", include("linli.insight.ledgers.urls")),
    path("population/", include("linli.insight.population.urls")),
    path("forms/", include("linli.insight.forms.urls")),
    path("burden/", include("linli.insight.burden.urls")),
    path("ui/", include("linli.ui.urls")),
    path("i18n/", mark(set_language, "public"), name="set_language"),
    path("healthz", health.live, name="healthz"),
    path("readyz", health.ready, name="readyz"),
]
