"""Every page of the service."""

from django.urls import include, path
from django.views.i18n import set_language

from sammanhang.access.requires import open_to_all
from sammanhang.site import views

urlpatterns = [
    path("", views.home),
    path("tjansten/", views.service, name="state"),
    path("", include("sammanhang.access.urls")),
    path("", include("sammanhang.casework.urls")),
    path("", include("sammanhang.governance.urls")),
    path("", include("sammanhang.interop.urls")),
    path("", include("sammanhang.settlement.urls")),
    path("sprak/", open_to_all(set_language), name="set_language"),
]

handler403 = "sammanhang.site.views.forbidden"
handler404 = "sammanhang.site.views.not_found"
handler500 = "sammanhang.site.views.server_error"
