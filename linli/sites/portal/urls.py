from django.urls import path

from linli.sites.portal.views import case, certificates, follow, home, join, lists, matters, my_data, report, shapes

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
    path("my-data/", my_data.my_data, name="my_data"),
    path("my-data/close/", my_data.close, name="my_data_close"),
    path("my-data/correct/", my_data.correct, name="my_data_correct"),
    path("my-data/looks/", my_data.looks, name="my_data_looks"),
    path("my-data/ask/", my_data.ask, name="my_data_ask"),
    path(
        "my-data/corrections/<int:correction_id>/withdraw/",
        my_data.correction_withdraw,
        name="my_data_correction_withdraw",
    ),
    path("my-data/requests/<int:request_id>/withdraw/", my_data.request_withdraw, name="my_data_request_withdraw"),
    path("my-data/requests/<int:request_id>/copy/", my_data.copy, name="my_data_copy"),
    path("follow/", follow.follow, name="follow"),
    path("follow/<slug:number>/", case.follow_case, name="follow_case"),
    path("follow/<slug:number>/forget/", case.forget, name="forget"),
    path("follow/<slug:number>/photo/<uuid:photo_id>/", case.follow_photo, name="follow_photo"),
    path("follow/<slug:number>/<slug:move>/", case.follow_move, name="follow_move"),
    path("community/", home.community, name="community"),
    path("matters/", matters.matters, name="matters"),
    path("matters/<str:code>/", matters.matter, name="matter"),
    path("certificate/", certificates.certificates, name="certificates"),
    path("certificate/check/", certificates.check, name="certificate_check"),
    path("lists/", lists.lists, name="lists"),
    path("lists/<int:list_id>/", lists.one, name="list"),
    path("lists/<int:list_id>/items/<int:item_id>/object/", lists.object_item, name="list_object"),
    path("areas.geojson", shapes.areas, name="areas"),
]
