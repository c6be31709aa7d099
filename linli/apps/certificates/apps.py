from django.apps import AppConfig


class CertificatesConfig(AppConfig):
    name = "linli.apps.certificates"
    label = "certificates"
