"""The addresses of forms."""

from django.urls import path

from linli.insight.forms.views import community, directory, form, sender, submission

app_name = "forms"

urlpatterns = [
    path("", directory.directory, name="directory"),
    path("print/", directory.printed, name="print"),
    path("workbook/", directory.workbook, name="workbook"),
    path("communities/<int:community_form_id>/", community.community_form, name="community_form"),
    path("communities/<int:community_form_id>/take-back/", community.standing_withdraw, name="standing_withdraw"),
    path("communities/<int:community_form_id>/accept/", community.change_accept, name="change_accept"),
    path("submissions/<int:submission_id>/", submission.submission, name="submission"),
    path("submissions/<int:submission_id>/standing/", submission.submission_standing, name="submission_standing"),
    path("submissions/<int:submission_id>/refuse/", submission.submission_refuse, name="submission_refuse"),
    path("submissions/<int:submission_id>/given.xlsx", submission.submission_file, name="submission_file"),
    path("submissions/<int:submission_id>/filled.xlsx", form.copy, name="copy"),
    path("submissions/<int:submission_id>/return/", form.returns, name="return"),
    path("returned/<int:returned_id>/", form.returned, name="returned"),
    path("differences/<int:difference_id>/settle/", form.settle, name="settle"),
    path("together/<int:form_handing_id>/", sender.together, name="together"),
    path("together/<int:form_handing_id>/repeat/", sender.repeat, name="repeat"),
    path("together/<int:form_handing_id>/change/", sender.change, name="change"),
    path("<slug:form_task_number>/", form.form, name="form"),
    path("<slug:form_task_number>/filled.xlsx", form.filled, name="filled"),
]
