from django.apps import AppConfig


class AccessConfig(AppConfig):
    name = "sammanhang.access"
    label = "access"
