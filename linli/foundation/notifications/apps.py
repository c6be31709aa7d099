from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "linli.foundation.notifications"
    label = "notifications"
