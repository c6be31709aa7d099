"""The addresses of the register of people and homes."""

from django.urls import URLPattern, path

from linli.sites.register.views import corrections, editing, groups, people, person, reveal

app_name = "register"

urlpatterns: list[URLPattern] = [
    # People
    path("people/", people.people, name="people"),
    path("people/find/", people.find, name="people_find"),
    path("people/print/", people.print_list, name="people_print"),
    path("people/new/", editing.new, name="person_new"),
    path("people/<int:person_id>/", person.person, name="person"),
    path("people/<int:person_id>/edit/", editing.edit, name="person_edit"),
    path("people/<int:person_id>/photo/", person.photo, name="person_photo"),
    path("people/<int:person_id>/photo/change/", editing.photo, name="person_photo_change"),
    path("people/<int:person_id>/groups/new/", groups.give, name="group_give"),
    path("people/<int:person_id>/groups/<int:tag_id>/end/", groups.finish, name="group_finish"),
    path("people/<int:person_id>/groups/<int:tag_id>/review/", groups.review, name="group_review"),
    path("people/<int:person_id>/reveal/", reveal.reveal, name="reveal"),
    path("people/<int:person_id>/call/", reveal.call, name="call"),
    path("people/<int:person_id>/correct/", corrections.propose, name="correction_propose"),
    path("corrections/", corrections.corrections, name="corrections"),
    path("corrections/<int:correction_id>/decide/", corrections.decide, name="correction_decide"),
    path("corrections/<int:correction_id>/withdraw/", corrections.withdraw, name="correction_withdraw"),
]
