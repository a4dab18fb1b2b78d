#!/bin/sh
# Write the nginx configuration of a Tilsit site to the standard output:
#
#   DATA_DIR=/var/lib/tilsit SERVER_NAME=packages.example.org \
#     sh deploy/nginx/render.sh > /etc/nginx/conf.d/tilsit.conf
#
# All is set in the environment, by the names that the application has where it
# has them; docs/nginx.md tells more.
set -eu

: "${DATA_DIR:?set DATA_DIR to the folder of the application}"
BLOBS=${STORAGE_URL:-$DATA_DIR/blobs}
BLOBS=${BLOBS#file://}
UPSTREAM=${UPSTREAM:-http://127.0.0.1:${PORT:-5000}}
LISTEN=${LISTEN:-80}
SERVER_NAME=${SERVER_NAME:-_}
ACCEL_PREFIX=${ACCEL_PREFIX:-/_blobs/}
LOG_DIR=${LOG_DIR:-/var/log/nginx}
CACHE_DIR=${CACHE_DIR:-/run/nginx-tilsit}
INCLUDE=${INCLUDE:-/etc/nginx/tilsit.d/*.conf}
MAX_UPLOAD_MB=${MAX_UPLOAD_MB:-5120}

case $UPSTREAM in
  http://*) PASS=proxy SCHEME=http:// ASKED="\$request_uri" UPLOAD_BUFFERING=${UPLOAD_BUFFERING:-off} ;;
  uwsgi://*) PASS=uwsgi SCHEME=uwsgi:// ASKED="" UPLOAD_BUFFERING=${UPLOAD_BUFFERING:-on} ;;
  *) echo "UPSTREAM must begin with http:// or uwsgi://, not $UPSTREAM" >&2 && exit 1 ;;
esac
SERVER=${UPSTREAM#"$SCHEME"}
# The application looks at the announced length itself, before anything is kept;
# what nginx keeps needs a bound. A form has more to it than its file.
case $UPLOAD_BUFFERING in
  off) MAX_BODY=0 ;;
  *) MAX_BODY=$((MAX_UPLOAD_MB + 16))m ;;
esac

for value in "$DATA_DIR" "$BLOBS" "$SERVER" "$LISTEN" "$SERVER_NAME" "$ACCEL_PREFIX" \
  "$LOG_DIR" "$CACHE_DIR" "$INCLUDE" "$UPLOAD_BUFFERING"; do
  case $value in
    *[\|\;\{\}\"\'\\\&\$]*) echo "nginx could not read this: $value" >&2 && exit 1 ;;
  esac
done

cd "$(dirname "$0")"

# Put the lines of a file in place of the mark @NAME@, as far in as the mark is.
insert() {
  awk -v mark="@$1@" -v file="$2" '
    index($0, mark) && $1 == mark {
      indent = substr($0, 1, index($0, mark) - 1)
      while ((getline line < file) > 0) print indent line
      close(file)
      next
    }
    { print }'
}

cat tilsit.conf site.conf \
  | insert CALLER "caller-$PASS.conf" \
  | insert PAGE page.conf \
  | insert FILE file.conf \
  | insert PROTECTION protection.conf \
  | sed -e "s|@DATA_DIR@|$DATA_DIR|g" -e "s|@BLOBS@|$BLOBS|g" -e "s|@SERVER@|$SERVER|g" \
    -e "s|@LISTEN@|$LISTEN|g" -e "s|@SERVER_NAME@|$SERVER_NAME|g" \
    -e "s|@ACCEL_PREFIX@|$ACCEL_PREFIX|g" -e "s|@LOG_DIR@|$LOG_DIR|g" \
    -e "s|@CACHE_DIR@|$CACHE_DIR|g" -e "s|@INCLUDE@|$INCLUDE|g" \
    -e "s|@MAX_BODY@|$MAX_BODY|g" -e "s|@MAX_UPLOAD_MB@|$MAX_UPLOAD_MB|g" \
    -e "s|@UPLOAD_BUFFERING@|$UPLOAD_BUFFERING|g" \
    -e "s|@PASS@|$PASS|g" -e "s|@SCHEME@|$SCHEME|g" -e "s|@ASKED@|$ASKED|g"
