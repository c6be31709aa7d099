from django.apps import AppConfig


class DashboardsConfig(AppConfig):
    name = "linli.insight.dashboards"
    label = "dashboards"
