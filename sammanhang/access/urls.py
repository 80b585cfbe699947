from django.urls import path

from sammanhang.access import (
    views,
    views_administration,
    views_extract,
    views_oversight,
    views_owner,
    views_review,
    views_sign_in,
)

app_name = "access"
urlpatterns = [
    path("inloggad/", views.still, name="still"),
    path("logga-in/", views_sign_in.sign_in, name="sign-in"),
    path("logga-in/svar/", views_sign_in.answer, name="answer"),
    path("logga-in/uppdrag/", views_sign_in.assignment, name="assignment"),
    path("logga-in/igen/", views_sign_in.again, name="sign-in-again"),
    path("logga-in/stammer-det/", views_sign_in.told, name="told"),
    path("mina-inloggningar/", views.my_sessions, name="sessions"),
    path("uppdrag/", views_administration.people, name="people"),
    path("logggranskning/", views_review.months, name="review"),
    path("logggranskning/<int:year>-<int:month>/", views_review.month, name="review-month"),
    path("logggranskning/oppnat/<int:opening>/", views_review.opening, name="review-opening"),
    path("logggranskning/utdrag/", views_extract.extract, name="extract"),
    path("tillsyn/", views_oversight.log_state, name="oversight"),
    path("tjansten/uppdrag/", views_administration.appointed, name="appointed"),
    path("tjansten/uppdrag/<str:unit>/", views_administration.appoint, name="appoint"),
    path("tjansten/inloggningar/", views_owner.signed_in, name="signed-in"),
    path("tjansten/allmant-intresse/", views_owner.interest, name="public-interest"),
    path("logga-ut/fran-legitimeringen/", views_sign_in.ended_there, name="ended-there"),
    path("byt-enhet/", views.switch, name="switch"),
    path("logga-ut/", views.sign_out, name="sign-out"),
]
