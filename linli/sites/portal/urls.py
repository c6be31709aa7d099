from django.urls import path

from linli.sites.portal.views import case, follow, home, join, matters, report, shapes

app_name = "portal"
urlpatterns = [
    path("", home.home, name="home"),
    path("report/", report.report, name="report"),
    path("report/suggest/", report.suggest, name="suggest"),
    path("report/sent/<slug:number>/", report.sent, name="sent"),
    path("report/photo/<str:mark>/", report.kept_photo, name="kept_photo"),
    path("join/<slug:number>/", join.join, name="join"),
    path("join/<slug:number>/done/", join.joined, name="joined"),
    path("my/", home.my, name="my"),
    path("my/<slug:number>/", case.my_case, name="my_case"),
    path("my/<slug:number>/photo/<uuid:photo_id>/", case.my_photo, name="my_photo"),
    path("my/<slug:number>/<slug:move>/", case.my_move, name="my_move"),
    path("follow/", follow.follow, name="follow"),
    path("follow/<slug:number>/", case.follow_case, name="follow_case"),
    path("follow/<slug:number>/forget/", case.forget, name="forget"),
    path("follow/<slug:number>/photo/<uuid:photo_id>/", case.follow_photo, name="follow_photo"),
    path("follow/<slug:number>/<slug:move>/", case.follow_move, name="follow_move"),
    path("community/", home.community, name="community"),
    path("matters/", matters.matters, name="matters"),
    path("matters/<str:code>/", matters.matter, name="matter"),
    path("areas.geojson", shapes.areas, name="areas"),
]
