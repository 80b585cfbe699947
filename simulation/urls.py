"""The service's pages, with another way in: one chooses whom to be."""

from __future__ import annotations

from django.urls import include, path

from sammanhang.site.urls import handler403, handler404, handler500
from simulation import sign_in

__all__ = ["handler403", "handler404", "handler500", "urlpatterns"]

urlpatterns = [
    path("logga-in/", sign_in.choose),
    path("logga-in/igen/", sign_in.again),
    path("", include("sammanhang.site.urls")),
]
