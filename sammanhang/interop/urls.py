from django.urls import path

from sammanhang.interop import views

app_name = "interop"
urlpatterns = [
    path("riktlinjer/<str:key>/som/<str:form>/", views.document, name="document"),
    path("utkast/<int:draft>/som/<str:form>/", views.draft, name="draft"),
]
