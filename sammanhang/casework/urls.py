from django.urls import path

from sammanhang.casework import views, views_admit, views_blocks, views_case

app_name = "casework"
urlpatterns = [
    path("tavla/", views.board, name="board"),
    path("direkt/", views.changes, name="live"),
    path("skriv-in/", views_admit.find, name="admit"),
    path("skriv-in/<uuid:resident>/", views_admit.admit, name="admit-person"),
    path("enheter/", views_admit.units, name="units"),
    path("sparr/", views_blocks.lift, name="lift"),
    path("arende/<int:number>/", views_case.case, name="case"),
    path("arende/<int:number>/visa/", views_case.unmask, name="unmask"),
    path("arende/<int:number>/sparr/", views_blocks.block, name="block"),
    path("arende/<int:number>/oppna/", views_blocks.opening, name="opening"),
    path("arende/<int:number>/gor/<str:act>/", views_case.act, name="act"),
    path("arende/<int:number>/utkast/<str:act>/", views_case.draft, name="draft"),
    path("arende/<int:number>/bilaga/<uuid:file>/", views_case.attachment, name="attachment"),
]
