"""Who applied and when, for applications from before this was kept: read from their histories."""

from typing import Any

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

SENDING = ("submit", "resubmit")


def fill(apps: Any, editor: BaseDatabaseSchemaEditor) -> None:
    """Everybody whom an event or the row names; the last sending in, unless it came back since."""
    application, applicant = apps.get_model("admission", "Application"), apps.get_model("admission", "Applicant")
    event = apps.get_model("cases", "Event")
    for row in application.objects.select_related("case").iterator(chunk_size=500):
        own = event.objects.filter(case_id=row.case_id, part="sender").order_by("seq") if row.case_id else ()
        users = {row.drafted_by_id}
        for one in own:
            if one.move in (*SENDING, "improve") and one.actor_id is not None:
                users.add(one.actor_id)
            if one.move in SENDING:
                row.sent_at = one.at
        if row.case_id and row.case.state == "revising":
            row.sent_at = None
        row.save(update_fields=["sent_at"])
        applicant.objects.bulk_create(applicant(application=row, user_id=user) for user in sorted(users))


def forget(apps: Any, editor: BaseDatabaseSchemaEditor) -> None:
    """The way back: the rows name whoever wrote last, as before."""
    apps.get_model("admission", "Applicant").objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [("admission", "0002_applicants")]

    operations = [migrations.RunPython(fill, forget)]
