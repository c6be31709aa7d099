from django.urls import path

from linli.insight.dashboards import views

app_name = "dashboards"

urlpatterns = [
    path("", views.board, name="board"),
    path("board.csv", views.board_csv, name="board_csv"),
]
