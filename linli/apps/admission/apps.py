from django.apps import AppConfig


class AdmissionConfig(AppConfig):
    name = "linli.apps.admission"
    label = "admission"
