"""What an installation writes is for its own user only, whichever process writes it."""

import os
import stat
import subprocess
import sys

import pytest


@pytest.mark.parametrize("start", ["import linli.project.wsgi", "from linli.project.cli import main; main([])"])
def test_nobody_else_reads_what_a_process_writes(start, tmp_path):
    home = tmp_path / "home"
    write = "from django.conf import settings; settings.SECRET_KEY; (settings.LINLI_HOME / 'draft').write_text('x')"
    code = f"import os; os.umask(0o022); {start}; {write}"
    given = {"LINLI_HOME": str(home), "DJANGO_SETTINGS_MODULE": "linli.project.settings", "LINLI_HTTPS": "0"}
    keep = {name: value for name, value in os.environ.items() if not name.startswith(("LINLI_", "DATABASE_URL"))}
    subprocess.run([sys.executable, "-c", code], env=keep | given, check=True, capture_output=True)
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    assert {path.name for path in home.iterdir()} >= {"draft", "secret-key"}
    assert not [path for path in home.rglob("*") if stat.S_IMODE(path.stat().st_mode) & 0o077]
