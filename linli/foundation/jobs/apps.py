from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "linli.foundation.jobs"
    label = "jobs"
