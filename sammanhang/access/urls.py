from django.urls import path

from sammanhang.access import views

app_name = "access"
urlpatterns = [
    path("logga-in/", views.sign_in, name="sign-in"),
    path("byt-enhet/", views.switch, name="switch"),
    path("logga-ut/", views.sign_out, name="sign-out"),
]
