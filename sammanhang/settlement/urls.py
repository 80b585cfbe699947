from django.urls import path

from sammanhang.settlement import views, views_audit

app_name = "settlement"
urlpatterns = [
    path("betalning/", views.latest, name="latest"),
    path("betalning/overenskommelsen/", views.agreement_text, name="agreement"),
    path("betalning/faststallt/", views_audit.totals, name="totals"),
    path("betalning/<int:year>-<int:month>/", views.month, name="month"),
    path("betalning/<int:year>-<int:month>/bokforing.si", views.vouchers, name="vouchers"),
    path("betalning/<int:year>-<int:month>/<str:payer>/", views.payer, name="payer"),
    path(
        "betalning/<int:year>-<int:month>/<str:payer>/<str:file>",
        views.download,
        name="download",
    ),
]
