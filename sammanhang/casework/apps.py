from django.apps import AppConfig


class CaseworkConfig(AppConfig):
    name = "sammanhang.casework"
    label = "casework"
