#!/bin/sh
# Write the nginx configuration of a Tilsit site to the standard output:
#
#   DATA_DIR=/var/lib/tilsit SERVER_NAME=packages.example.org \
#     sh deploy/nginx/render.sh > /etc/nginx/conf.d/tilsit.conf
#
# All is set in the environment, by the names that the application has where it
# has them; docs/nginx.md tells more.
set -eu

refuse() {
  echo "$1" >&2
  exit 1
}

is_number() {
  case $1 in
    '' | *[!0-9]*) return 1 ;;
  esac
}

# All words of a text, each in a line of its own between two others.
lines() {
  for word in $3; do
    echo "$1$word$2"
  done
}

# Put some lines in place of the mark @NAME@, as far in as the mark is.
insert() {
  TEXT=$2 awk -v mark="@$1@" '
    index($0, mark) && $1 == mark {
      indent = substr($0, 1, index($0, mark) - 1)
      count = split(ENVIRON["TEXT"], text, "\n")
      for (i = 1; i <= count; i++) print (text[i] == "" ? "" : indent text[i])
      next
    }
    { print }'
}

# The name of the first server, the address and the path of https://name:81/path.
host_of() { without_path "${1#*://}" | sed 's/:[0-9]*$//'; }
path_of() { case ${1#*://} in */*) echo "/${1#*://*/}" ;; esac; }
without_path() { echo "${1%%/*}"; }

newline='
'
HERE=$(cd "$(dirname "$0")" && pwd)
ROOT=$(cd "$HERE/../.." && pwd)

: "${DATA_DIR:?set DATA_DIR to the folder of the application}"
BLOBS=${STORAGE_URL:-$DATA_DIR/blobs}
BLOBS=${BLOBS#file://}
UPSTREAM=${UPSTREAM:-http://127.0.0.1:${PORT:-5000}}
SITE_URL=${SITE_URL:-}
SERVER_NAME=${SERVER_NAME:-$(host_of "$SITE_URL")}
SERVER_NAME=${SERVER_NAME:-_}
OTHER_HOSTS=${OTHER_HOSTS:-serve}
PREFIX=${PREFIX-$(path_of "${SITE_URL%/}")}
PREFIX=${PREFIX%/}
TLS_CERTIFICATE=${TLS_CERTIFICATE:-}
TLS_KEY=${TLS_KEY:-}
HSTS=${HSTS:-}
LISTEN=${LISTEN:-$([ -z "$TLS_CERTIFICATE" ] && echo 80 || echo 443)}
HTTP_LISTEN=${HTTP_LISTEN-80}
ACME_DIR=${ACME_DIR:-/var/www/acme}
REAL_IP_FROM=${REAL_IP_FROM:-}
REAL_IP_HEADER=${REAL_IP_HEADER:-X-Forwarded-For}
ACCOUNT_RATE=${ACCOUNT_RATE-60r/m}
SEARCH_RATE=${SEARCH_RATE-20r/s}
CONNECTIONS=${CONNECTIONS-256}
ACCEL_PREFIX=${ACCEL_PREFIX:-/_blobs/}
LOG_DIR=${LOG_DIR:-/var/log/nginx}
CACHE_DIR=${CACHE_DIR:-/run/nginx-tilsit}
INCLUDE=${INCLUDE:-/etc/nginx/tilsit.d/*.conf}
MAX_UPLOAD_MB=${MAX_UPLOAD_MB:-5120}
TIMEOUT=${TIMEOUT:-120}
UPLOAD_TIMEOUT=${UPLOAD_TIMEOUT:-300}
STATIC_DIR=${STATIC_DIR:-$ROOT/app/static}
if [ -z "${BOOTSTRAP_DIR:-}" ]; then
  # Where the virtual environment has it; else the application sends it.
  for BOOTSTRAP_DIR in "${VIRTUAL_ENV:-$ROOT/.venv}"/lib/python3*/site-packages/flask_bootstrap/static/bootstrap5; do :; done
  [ -d "$BOOTSTRAP_DIR" ] || BOOTSTRAP_DIR=/nonexistent
fi

case $UPSTREAM in
  http://*) PASS=proxy SCHEME=http:// ASKED="\$tilsit_request" UPLOAD_BUFFERING=${UPLOAD_BUFFERING:-off} ;;
  uwsgi://*) PASS=uwsgi SCHEME=uwsgi:// ASKED="" UPLOAD_BUFFERING=${UPLOAD_BUFFERING:-on} ;;
  *) refuse "UPSTREAM must begin with http:// or uwsgi://, not $UPSTREAM" ;;
esac
SERVER=${UPSTREAM#"$SCHEME"}

for value in "$DATA_DIR" "$BLOBS" "$SERVER" "$LISTEN" "$HTTP_LISTEN" "$SERVER_NAME" "$PREFIX" \
  "$TLS_CERTIFICATE" "$TLS_KEY" "$HSTS" "$ACME_DIR" "$REAL_IP_FROM" "$REAL_IP_HEADER" \
  "$ACCOUNT_RATE" "$SEARCH_RATE" "$CONNECTIONS" "$ACCEL_PREFIX" "$LOG_DIR" "$CACHE_DIR" \
  "$INCLUDE" "$UPLOAD_BUFFERING" "$STATIC_DIR" "$BOOTSTRAP_DIR" "$SITE_URL"; do
  case $value in
    *[\|\;\{\}\"\'\\\&\$]* | *"$newline"*) refuse "nginx could not read this: $value" ;;
  esac
done
for name in MAX_UPLOAD_MB TIMEOUT UPLOAD_TIMEOUT; do
  eval "value=\$$name"
  is_number "$value" || refuse "$name must be a number, not $value"
done
# It stands in regular expressions, and in a header.
echo "$PREFIX" | grep -Eqx '(/[A-Za-z0-9_-]+)*' \
  || refuse "PREFIX must be a path like /pypi of letters, digits, - and _, not $PREFIX"
[ -z "$SITE_URL" ] || [ "$(path_of "${SITE_URL%/}")" = "$PREFIX" ] \
  || refuse "SITE_URL $SITE_URL and PREFIX $PREFIX name different paths: set one of them, or both alike"
[ -n "$TLS_CERTIFICATE" ] || [ -z "$TLS_KEY" ] || refuse "TLS_KEY is set: set TLS_CERTIFICATE too"
[ -z "$TLS_CERTIFICATE" ] || [ -n "$TLS_KEY" ] || refuse "TLS_CERTIFICATE is set: set TLS_KEY too"
[ -z "$HSTS" ] || is_number "$HSTS" || refuse "HSTS must be a number of seconds, not $HSTS"
[ -z "$CONNECTIONS" ] || is_number "$CONNECTIONS" || refuse "CONNECTIONS must be a number, not $CONNECTIONS"
for rate in "$ACCOUNT_RATE" "$SEARCH_RATE"; do
  echo "$rate" | grep -Eqx '([1-9][0-9]*r/[sm])?' || refuse "A rate must be like 60r/m or 20r/s, not $rate"
done
case $OTHER_HOSTS in
  serve | refuse) ;;
  *) refuse "OTHER_HOSTS must be serve or refuse, not $OTHER_HOSTS" ;;
esac
[ "$OTHER_HOSTS$SERVER_NAME" != refuse_ ] || refuse "OTHER_HOSTS=refuse needs a SERVER_NAME"

# The application looks at the announced length itself, before anything is kept;
# what nginx keeps needs a bound. A form has more to it than its file.
case $UPLOAD_BUFFERING in
  off) MAX_BODY=0 ;;
  *) MAX_BODY=$((MAX_UPLOAD_MB + 16))m ;;
esac

is_newer_than_1_25() {
  version=$(PATH=$PATH:/usr/sbin:/usr/local/sbin nginx -v 2>&1 | sed -n 's|^nginx version: nginx/\([0-9.]*\).*|\1|p')
  [ -n "$version" ] && [ "$(printf '%s\n' 1.25.1 "$version" | sort -V | head -n 1)" = 1.25.1 ]
}

TLS='' SECURE='' REJECT=''
if [ -n "$TLS_CERTIFICATE" ]; then
  REJECT='ssl_reject_handshake on;'
  TLS=$(cat "$HERE/tls.conf")
  SECURE=' ssl'
  # Since 1.25.1 HTTP/2 is no part of an address any more.
  if is_newer_than_1_25; then
    TLS="http2 on;$newline$TLS"
  else
    SECURE=' ssl http2'
  fi
fi
# `LISTEN="443 ssl"` is one address with what belongs to it, and a comma ends it.
addresses() {
  echo "$1" | tr ',' '\n' | sed -e 's/^ *//' -e 's/ *$//' -e '/^$/d' \
    -e "s/.*/listen &$2;/"
}

# Where people who come without TLS are sent: never to a name that they bring along,
# if there is one that we know.
first_name=${SERVER_NAME%% *}
case $first_name in
  _ | \** | \~* | .*) first_name="\$host" ;;
esac
port=${LISTEN%%,*}
port=${port%% *}
port=${port##*:}
SECURE_URL="https://$first_name$([ "$port" = 443 ] || echo ":$port")"
case $SITE_URL in
  https://*) SECURE_URL=https://$(without_path "${SITE_URL#https://}") ;;
esac

REAL_IP=''
if [ -n "$REAL_IP_FROM" ]; then
  REAL_IP="$(lines 'set_real_ip_from ' ';' "$REAL_IP_FROM")
real_ip_header $REAL_IP_HEADER;
real_ip_recursive on;"
fi

ZONES='' LIMITS=''
limit() {
  ZONES="$ZONES$2$newline" LIMITS="$LIMITS$3$newline"
}
[ -z "$ACCOUNT_RATE" ] || limit account \
  "limit_req_zone \$tilsit_knocking zone=tilsit_account:4m rate=$ACCOUNT_RATE;" \
  "limit_req zone=tilsit_account burst=30 nodelay;"
[ -z "$SEARCH_RATE" ] || limit search \
  "limit_req_zone \$tilsit_searching zone=tilsit_search:4m rate=$SEARCH_RATE;" \
  "limit_req zone=tilsit_search burst=100 nodelay;"
[ -z "$CONNECTIONS" ] || limit connections \
  "limit_conn_zone \$tilsit_caller zone=tilsit_connections:8m;" \
  "limit_conn tilsit_connections $CONNECTIONS;"
[ -z "$LIMITS" ] || LIMITS="${LIMITS}limit_req_status 429;
limit_conn_status 429;"

OUTSIDE=''
[ -z "$PREFIX" ] || OUTSIDE=$(cat "$HERE/outside.conf")

cd "$HERE"
{
  cat tilsit.conf site.conf
  [ -z "$TLS_CERTIFICATE" ] || [ -z "$HTTP_LISTEN" ] || cat redirect.conf
  [ "$OTHER_HOSTS" = serve ] || cat strangers.conf
} \
  | insert CALLER "$(cat "caller-$PASS.conf")" \
  | insert PAGE "$(cat page.conf)" \
  | insert FILE "$(cat file.conf)" \
  | insert STATIC "$(cat static.conf)" \
  | insert PACKED "$(cat packed.conf)" \
  | insert PROTECTION "$(cat protection.conf)" \
  | insert MISSING "$(cat missing.conf)" \
  | insert LISTEN "$(addresses "$LISTEN" "$SECURE")" \
  | insert HTTP_LISTEN "$(addresses "$HTTP_LISTEN" "")" \
  | insert STRANGERS "$(addresses "$LISTEN" "$SECURE default_server")" \
  | insert REJECT "$REJECT" \
  | insert TLS "$TLS" \
  | insert REAL_IP "$REAL_IP" \
  | insert BELIEVED "$(lines '' ' 1;' "$REAL_IP_FROM")" \
  | insert ZONES "${ZONES%"$newline"}" \
  | insert LIMITS "$LIMITS" \
  | insert OUTSIDE "$OUTSIDE" \
  | sed -e "s|@DATA_DIR@|$DATA_DIR|g" -e "s|@BLOBS@|$BLOBS|g" -e "s|@SERVER@|$SERVER|g" \
    -e "s|@SERVER_NAME@|$SERVER_NAME|g" -e "s|@PREFIX@|$PREFIX|g" \
    -e "s|@TLS_CERTIFICATE@|$TLS_CERTIFICATE|g" -e "s|@TLS_KEY@|$TLS_KEY|g" \
    -e "s|@HSTS@|${HSTS:+max-age=$HSTS}|g" -e "s|@SECURE_URL@|$SECURE_URL|g" \
    -e "s|@ACME_DIR@|$ACME_DIR|g" -e "s|@STATIC_DIR@|$STATIC_DIR|g" \
    -e "s|@BOOTSTRAP_DIR@|$BOOTSTRAP_DIR|g" \
    -e "s|@ACCEL_PREFIX@|$ACCEL_PREFIX|g" -e "s|@LOG_DIR@|$LOG_DIR|g" \
    -e "s|@CACHE_DIR@|$CACHE_DIR|g" -e "s|@INCLUDE@|$INCLUDE|g" \
    -e "s|@MAX_BODY@|$MAX_BODY|g" -e "s|@MAX_UPLOAD_MB@|$MAX_UPLOAD_MB|g" \
    -e "s|@TIMEOUT@|$TIMEOUT|g" -e "s|@UPLOAD_TIMEOUT@|$UPLOAD_TIMEOUT|g" \
    -e "s|@UPLOAD_BUFFERING@|$UPLOAD_BUFFERING|g" \
    -e "s|@PASS@|$PASS|g" -e "s|@SCHEME@|$SCHEME|g" -e "s|@ASKED@|$ASKED|g"
