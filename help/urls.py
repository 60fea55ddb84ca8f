"""Addresses of help and feedback."""

from django.urls import path

from help import views

app_name = "help"
urlpatterns = [
    path("help/", views.index, name="index"),
    path("help/<slug:name>/", views.article, name="article"),
    path("help/<slug:name>/vote/", views.vote, name="vote"),
    path("feedback/", views.feedback, name="feedback"),
]
