from django.apps import AppConfig


class ResidentsConfig(AppConfig):
    name = "sammanhang.residents"
    label = "residents"
