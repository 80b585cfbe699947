from django.apps import AppConfig


class SettlementConfig(AppConfig):
    name = "sammanhang.settlement"
    label = "settlement"
