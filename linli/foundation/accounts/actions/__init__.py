"""The write side of accounts, one file for each noun; import from here."""

from linli.foundation.accounts.actions.attempts import Locked
from linli.foundation.accounts.actions.password import change_password, check_present_password, set_password
from linli.foundation.accounts.actions.phone import CodeSpent, SentCode, WrongPhoneCode, check_code, send_code
from linli.foundation.accounts.actions.sign_in import (
    NoPost,
    WrongSignIn,
    check_password,
    needs_second_step,
    note_sign_in,
    sign_out_elsewhere,
)
from linli.foundation.accounts.actions.staff import (
    create_user,
    end_post,
    made_up_password,
    open_post,
    reset_password,
    set_active,
)
from linli.foundation.accounts.actions.tokens import BadToken, actor_by_token, issue_token, revoke_token
from linli.foundation.accounts.actions.upkeep import forget_old

__all__ = [
    "BadToken",
    "CodeSpent",
    "Locked",
    "NoPost",
    "SentCode",
    "WrongPhoneCode",
    "WrongSignIn",
    "actor_by_token",
    "change_password",
    "check_code",
    "check_password",
    "check_present_password",
    "create_user",
    "end_post",
    "forget_old",
    "issue_token",
    "made_up_password",
    "needs_second_step",
    "note_sign_in",
    "open_post",
    "reset_password",
    "revoke_token",
    "send_code",
    "set_active",
    "set_password",
    "sign_out_elsewhere",
]
