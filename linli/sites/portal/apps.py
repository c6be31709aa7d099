from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "linli.sites.portal"
    label = "portal"
