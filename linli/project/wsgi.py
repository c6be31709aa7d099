import gc
import os

from django.core.wsgi import get_wsgi_application

# What is written below is for the installation's own user only: photos, exports, drafts, the database of SQLite.
os.umask(0o077)
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "linli.project.settings")

application = get_wsgi_application()

# What is loaded now stays for good, and a page makes ten thousand objects that die with it: with the usual
# thresholds the collector walks them again and again for nothing.
gc.collect()
gc.freeze()
gc.set_threshold(50_000, 20, 50)
