"""Tilsit under gunicorn: `gunicorn --config deploy/gunicorn.conf.py manage:app`."""

import os

bind = f"127.0.0.1:{os.environ.get('PORT') or 5000}"
worker_class = "gthread"
workers = int(os.environ.get("WEB_PROCESSES") or 2)
# Uploads and downloads hold one each; the application lets no more than 64 senders in.
threads = 96
# Longer than nginx keeps its connections, or now and then a request meets one
# that is just being closed.
keepalive = 75
# A stop lets requests end that are under way, for so many seconds.
graceful_timeout = 10
# With threads this is how long a whole process may be silent.
timeout = 60
# The application decides for itself whom it believes (TRUSTED_PROXIES).
forwarded_allow_ips = ""
control_socket_disable = True
