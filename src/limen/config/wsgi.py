"""The service as a WSGI application: pages only, no sockets."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "limen.config.settings")
application = get_wsgi_application()
