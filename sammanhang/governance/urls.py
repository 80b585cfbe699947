from django.urls import path

from sammanhang.governance import views

app_name = "governance"
urlpatterns = [
    path("riktlinjer/", views.documents, name="list"),
    path("riktlinjer/<str:key>/", views.document, name="document"),
    path("riktlinjer/<str:key>/diagram/", views.diagram, name="diagram"),
    path("riktlinjer/<str:key>/avsnitt/<str:number>/", views.paragraph, name="paragraph"),
]
