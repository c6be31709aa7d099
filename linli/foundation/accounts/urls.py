from django.urls import path

from linli.foundation.accounts import views

app_name = "accounts"
urlpatterns = [
    path("sign-in/", views.sign_in, name="sign_in"),
    path("second-step/", views.second_step, name="second_step"),
    path("sign-out/", views.sign_out, name="sign_out"),
    path("phone/", views.phone, name="phone"),
    path("code/", views.code, name="code"),
    path("me/", views.me, name="me"),
    path("post/", views.post, name="post"),
    path("password/", views.password, name="password"),
    path("totp/", views.totp, name="totp"),
    path("elsewhere/", views.elsewhere, name="elsewhere"),
    path("alive/", views.alive, name="alive"),
]
