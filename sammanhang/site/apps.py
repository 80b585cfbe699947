from django.apps import AppConfig


class SiteConfig(AppConfig):
    name = "sammanhang.site"
    label = "site"

    def ready(self) -> None:
        from sammanhang.site import demands  # noqa: F401 (registers its check)
