#!/bin/sh
# The commands of Tilsit on a server, with its settings and as its user: `tilsit site flags`.
if [ -t 0 ]; then way=--pty; else way=--pipe; fi
exec systemd-run --quiet "$way" --wait --collect --uid=tilsit --gid=tilsit \
  --property=EnvironmentFile=/etc/tilsit/tilsit.env --property=UMask=0027 \
  --working-directory=/opt/tilsit/current \
  /opt/tilsit/current/.venv/bin/python manage.py "$@"
