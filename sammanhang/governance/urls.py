from django.urls import path

from sammanhang.governance import (
    views,
    views_day,
    views_decision,
    views_draft,
    views_language,
    views_trial,
    views_versions,
    views_writing,
)

app_name = "governance"
urlpatterns = [
    path("riktlinjer/", views.all_documents, name="list"),
    path("gallde/", views_day.in_force, name="on-a-day"),
    path("riktlinjer/<str:key>/", views.document, name="document"),
    path("riktlinjer/<str:key>/diagram/", views.diagram, name="diagram"),
    path("riktlinjer/<str:key>/avsnitt/<str:number>/", views.paragraph, name="paragraph"),
    path("riktlinjer/<str:key>/versioner/", views_versions.versions, name="versions"),
    path("riktlinjer/<str:key>/jamfor/", views_versions.compare, name="compare"),
    path("riktlinjer/<str:key>/upphav/", views_versions.repeal, name="repeal"),
    path("riktlinjer/<str:key>/sett/", views_versions.seen, name="seen"),
    path("utkast/", views_writing.all_drafts, name="drafts"),
    path("utkast/nytt/", views_writing.start, name="start"),
    path("utkast/<int:draft>/", views_draft.draft, name="draft"),
    path("utkast/<int:draft>/anmarkningar/", views_draft.findings, name="findings"),
    path("utkast/<int:draft>/sparningar/", views_draft.history, name="history"),
    path("utkast/<int:draft>/mallar/", views_draft.templates, name="templates"),
    path("utkast/<int:draft>/foresla/", views_draft.propose, name="propose"),
    path("utkast/<int:draft>/beslut/", views_decision.decide, name="decide"),
    path("utkast/<int:draft>/prov/", views_trial.try_draft, name="trials"),
    path("utkast/<int:draft>/prov/<int:number>/", views_trial.one_trial, name="trial"),
    path("utkast/<int:draft>/prov/<int:number>/csv/", views_trial.table, name="trial-table"),
    path("utkast/<int:draft>/skriv/", views_writing.write, name="write"),
    path("utkast/<int:draft>/kontroll/", views_writing.examine, name="examine"),
    path("utkast/<int:draft>/visning/", views_writing.preview, name="preview"),
    path("utkast/<int:draft>/sammanfoga/<int:revision>/", views_writing.merging, name="merge"),
    path("sprakets-exempel/", views_language.language, name="language"),
    path("sprakets-exempel/<str:example>/", views_language.try_out, name="try"),
]
