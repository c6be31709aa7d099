"""The addresses of the desk."""

from django.urls import path

from linli.sites.desk.views import audit, bulk, case, exports, gaps, grid, home, maps, moves, people, queue, report

app_name = "desk"

urlpatterns = [
    path("", home.home, name="home"),
    path("csrf/", home.csrf, name="csrf"),
    path("cases/", queue.queue, name="queue"),
    path("cases/print/", exports.print_list, name="print_list"),
    path("cases/export/", exports.export, name="export"),
    path("cases/bulk/", bulk.bulk, name="bulk"),
    path("cases/<str:number>/", case.case, name="case"),
    path("cases/<str:number>/peek/", case.peek, name="peek"),
    path("cases/<str:number>/print/", case.slip, name="slip"),
    path("cases/<str:number>/phone/", people.phone, name="phone"),
    path("cases/<str:number>/photo/<uuid:file_id>/", case.photo, name="photo"),
    path("cases/<str:number>/moves/<slug:name>/", moves.move, name="move"),
    path("grid/", grid.grid, name="grid"),
    path("report/", report.report, name="report"),
    path("report/suggest/", report.suggest, name="suggest"),
    path("report/sent/<str:number>/", report.sent, name="sent"),
    path("map/", maps.grid_map, name="map"),
    path("map.geojson", maps.shapes, name="shapes"),
    path("points.json", maps.points, name="points"),
    path("gaps/", gaps.gaps, name="gaps"),
    path("audit/", audit.audit, name="audit"),
]
