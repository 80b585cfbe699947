from django.apps import AppConfig


class GovernanceConfig(AppConfig):
    name = "sammanhang.governance"
    label = "governance"
