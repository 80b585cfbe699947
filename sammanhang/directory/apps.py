from django.apps import AppConfig


class DirectoryConfig(AppConfig):
    name = "sammanhang.directory"
    label = "directory"
