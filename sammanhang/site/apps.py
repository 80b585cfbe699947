from django.apps import AppConfig


class SiteConfig(AppConfig):
    name = "sammanhang.site"
    label = "site"
