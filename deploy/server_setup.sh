#!/usr/bin/env bash
# Turn a fresh Debian 12 or Ubuntu 22.04, or a newer one, into a Tilsit server:
#
#   sudo deploy/server_setup.sh --domain packages.example.org --email admin@example.org
#
# Can be run again: what is there stays, what is missing or half-finished is done.
# `--help` tells the options, docs/deployment.md tells more.
set -euo pipefail
umask 022

usage() {
  cat <<'END'
Usage: server_setup.sh --domain NAME [options]

  --domain NAME      the name that people know the site by
  --email ADDRESS    whom the certificate authority writes to; needed for TLS
  --prefix PATH      put all below a path, such as /pypi
  --source PLACE     a folder or git repository with the code (default: where this script is)
  --ref REF          a branch, tag or commit of that repository
  --server NAME      granian (default), uwsgi or gunicorn
  --postgresql       install PostgreSQL here and use it
  --no-tls           no certificate: the site is on port 80
  --no-firewall      leave the firewall as it is
  --ssh-port PORT    the port that the firewall keeps open for you (default: 22)
  --dry-run          say what would be done, and change nothing
  --root FOLDER      work below a folder, as for an image; nothing is started
  --help             show this
END
}

refuse() {
  echo "$1" >&2
  exit 1
}

# --- What was asked for

domain='' email='' prefix='' ref='' server=granian root=''
source_place=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
ssh_port=22
with_postgresql=false with_tls=true with_firewall=true is_dry=false

read_arguments() {
  while [ $# -gt 0 ]; do
    case $1 in
      --domain | --email | --prefix | --source | --ref | --server | --ssh-port | --root)
        [ $# -ge 2 ] && [ -n "$2" ] || refuse "$1 needs a value: see --help."
        case $1 in
          --domain) domain=$2 ;;
          --email) email=$2 ;;
          --prefix) prefix=${2%/} ;;
          --source) source_place=$2 ;;
          --ref) ref=$2 ;;
          --server) server=$2 ;;
          --ssh-port) ssh_port=$2 ;;
          --root) root=${2%/} ;;
        esac
        shift
        ;;
      --postgresql) with_postgresql=true ;;
      --no-tls) with_tls=false ;;
      --no-firewall) with_firewall=false ;;
      --dry-run) is_dry=true ;;
      --help) usage && exit 0 ;;
      *) refuse "There is no option $1: see --help." ;;
    esac
    shift
  done
}

matches() { [[ $1 =~ ^$2$ ]]; }

check_arguments() {
  [ -n "$domain" ] || refuse "Say under which name people will find the site: --domain packages.example.org."
  matches "$domain" '[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?' \
    || refuse "--domain must be a name like packages.example.org, not $domain."
  $with_tls && [ -z "$email" ] \
    && refuse "Say whom the certificate authority may write to, --email admin@example.org, or go --no-tls."
  [ -z "$email" ] || matches "$email" '[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+' \
    || refuse "--email must be an address like admin@example.org, not $email."
  matches "$prefix" '(/[A-Za-z0-9_-]+)*' || refuse "--prefix must be a path like /pypi, not $prefix."
  # It must not be taken for an option by git.
  matches "$ref" '([A-Za-z0-9][A-Za-z0-9._/-]*)?' || refuse "--ref must be a branch, tag or commit, not $ref."
  [[ $source_place != -* ]] || refuse "--source must be a folder or a repository, not $source_place."
  [[ $server =~ ^(granian|uwsgi|gunicorn)$ ]] || refuse "--server must be granian, uwsgi or gunicorn, not $server."
  matches "$ssh_port" '[1-9][0-9]{0,4}' || refuse "--ssh-port must be a number, not $ssh_port."
  [ -z "$root" ] || [ -d "$root" ] || refuse "--root $root is no folder."
  [ -n "$ref" ] || [ -f "$source_place/manage.py" ] \
    || refuse "$source_place has no code of Tilsit: name a folder that has, or a repository with --ref."
}

check_machine() {
  $is_dry || [ "$(id -u)" = 0 ] || refuse "This needs root: run it with sudo, or look first with --dry-run."
  local os_release=$root/etc/os-release id='' version=''
  [ -r "$os_release" ] || refuse "This system is not known: Debian 12, Ubuntu 22.04 or newer is needed."
  id=$(sed -n 's/^ID=//p' "$os_release" | tr -d '"')
  version=$(sed -n 's/^VERSION_ID=//p' "$os_release" | tr -d '"')
  case $id in
    debian) [ "${version%%.*}" -ge 12 ] 2>/dev/null && return ;;
    ubuntu) [ "${version%%.*}" -ge 22 ] 2>/dev/null && return ;;
  esac
  refuse "This is ${id:-unknown} ${version:-without a version}: Debian 12, Ubuntu 22.04 or newer is needed."
}

# Another database would begin empty.
check_database() {
  $with_postgresql && [ -e "$root/var/lib/tilsit/tilsit.db" ] && [ -z "$(setting DATABASE_URL)" ] || return 0
  refuse "There is a SQLite database in /var/lib/tilsit: move it first, see docs/postgresql.md, or leave out --postgresql."
}

# A port that somebody else has would be found out half-way.
check_ports() {
  [ -z "$root" ] || return 0
  command -v ss >/dev/null || return 0
  local port owner
  for port in 80 443 5000; do
    owner=$(ss -Hltnp "sport = :$port" | sed -n 's/.*users:(("\([^"]*\)".*/\1/p' | head -n 1)
    case $owner in
      '' | nginx | python* | granian | uwsgi | gunicorn) ;;
      *) refuse "Port $port is in use by $owner: stop that first, as with systemctl disable --now $owner." ;;
    esac
  done
}

# --- How things are done

step() { echo "== $1"; }

# Do something, or say that it would be done.
run() {
  if $is_dry; then
    printf '  would run:'
    printf ' %q' "$@"
    echo
  else
    "$@"
  fi
}

# What only a running machine has.
run_live() { [ -n "$root" ] || run "$@"; }

# Write the standard input to a file of some mode and owner, unless that is in it already.
write() {
  local path=$root$1 mode=$2 owner=$3 content
  content=$(cat)
  if [ -f "$path" ] && [ "$content" = "$(cat "$path")" ]; then
    return
  fi
  if $is_dry; then
    echo "  would write: $path ($owner, $mode)"
    return
  fi
  mkdir -p "$(dirname "$path")"
  # Nobody sees half a file, or a secret before its mode is set.
  (umask 077 && printf '%s\n' "$content" >"$path.new")
  chown "$owner" "$path.new"
  chmod "$mode" "$path.new"
  mv -f "$path.new" "$path"
}

folder() { run install -d -m "$2" -o "${3%:*}" -g "${3#*:}" "$root$1"; }

# --- The steps

install_packages() {
  step "Packages"
  local wanted=(python3 python3-venv git nginx-light openssl ca-certificates logrotate fail2ban python3-systemd)
  [ "$python" = python3 ] || wanted+=("$python" "$python-venv")
  $with_postgresql && wanted+=(postgresql)
  $with_tls && wanted+=(certbot)
  $with_firewall && wanted+=(ufw)
  run apt-get update -qq
  run env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends "${wanted[@]}"
}

# Ubuntu 22.04 brings 3.10 as python3, and a newer one beside it.
choose_python() {
  python=python3
  if grep -q '^VERSION_ID="22\.' "$root/etc/os-release"; then python=python3.11; fi
}

make_user() {
  step "User and folders"
  if ! getent passwd tilsit >/dev/null; then
    run useradd --system --user-group --home-dir /var/lib/tilsit --no-create-home --shell /usr/sbin/nologin tilsit
  fi
  # nginx sends what lies on the shelf, and reads nothing else: see the modes below.
  run usermod --append --groups tilsit www-data
  folder /opt/tilsit 0755 root:root
  folder /opt/tilsit/releases 0755 root:root
  folder /etc/tilsit 0750 root:tilsit
  folder /var/lib/tilsit 0710 tilsit:tilsit
  folder /var/log/tilsit 0750 root:tilsit
  folder /var/backups/tilsit 0700 tilsit:tilsit
  folder /var/www/acme 0755 root:root
}

# A release is named for its content, so that the same one is not installed twice.
fetch_code() {
  step "Code"
  scratch=$(mktemp -d "${TMPDIR:-/tmp}/tilsit-setup-XXXXXX")
  trap 'rm -rf "$scratch"' EXIT
  if [ -n "$ref" ]; then
    git clone --quiet --no-checkout -- "$source_place" "$scratch/code" || refuse "$source_place cannot be cloned."
    git -C "$scratch/code" checkout --quiet --detach "$ref" -- 2>/dev/null \
      || git -C "$scratch/code" checkout --quiet --detach "origin/$ref" -- 2>/dev/null \
      || refuse "$source_place has no branch, tag or commit $ref."
    release=$(git -C "$scratch/code" rev-parse --short=12 HEAD)
    rm -rf "$scratch/code/.git"
    [ -f "$scratch/code/manage.py" ] || refuse "$source_place has no code of Tilsit at $ref."
  else
    mkdir "$scratch/code"
    tar -C "$source_place" --exclude=./.git --exclude='./.venv' --exclude=./var --exclude=./.bench \
      --exclude=./.test --exclude=__pycache__ --exclude='*.mo' --exclude='./.*_cache' -cf - . | tar -C "$scratch/code" -xf -
    release=$(cd "$scratch/code" && find . -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum | cut -c1-12)
  fi
  place=/opt/tilsit/releases/$release
  if is_installed; then
    echo "  release $release is there"
    return
  fi
  # What a run that was cut off has left is begun anew.
  run rm -rf "$root$place"
  run mkdir -p "$root$place"
  run cp -R "$scratch/code/." "$root$place/"
  run chmod -R u=rwX,go=rX "$root$place"
  run chown -R root:root "$root$place"
  install_release
}

install_release() {
  local pins=(-r "$root$place/requirements.txt") extra=''
  case $server in
    uwsgi) extra=pyuwsgi ;;
    gunicorn) extra=gunicorn ;;
  esac
  run "$python" -m venv "$root$place/.venv"
  # With the pins of the tests.
  [ -z "$extra" ] || pins+=("$(grep "^$extra==" "$scratch/code/requirements-dev.txt")")
  run "$root$place/.venv/bin/python" -m pip install -q --disable-pip-version-check "${pins[@]}"
  # Nobody may write there later.
  run "$root$place/.venv/bin/pybabel" -q compile -d "$root$place/translations"
  run "$root$place/.venv/bin/python" -m compileall -q -x '/\.venv/' "$root$place"
  run touch "$root$place/.complete"
}

# Whether a release is whole, with the server that it is to have.
is_installed() {
  [ -e "$root$place/.complete" ] || return 1
  [ "$server" = granian ] || [ -x "$root$place/.venv/bin/$server" ]
}

setting() { sed -n "s/^$1=//p" "$root/etc/tilsit/tilsit.env" 2>/dev/null | tail -n 1; }

# What somebody has set stays; what is missing is added.
write_settings() {
  step "Settings: /etc/tilsit/tilsit.env"
  local scheme=http wanted key line lines='' before=''
  [ ! -e "$root/etc/tilsit/tilsit.env" ] || before=$(cat "$root/etc/tilsit/tilsit.env")$'\n'
  # What this script wrote without TLS.
  if $with_tls; then
    before=${before/#SITE_URL=http:\/\/$domain$prefix$'\n'/SITE_URL=https://$domain$prefix$'\n'}
    before=${before/$'\n'SITE_URL=http:\/\/$domain$prefix$'\n'/$'\n'SITE_URL=https://$domain$prefix$'\n'}
  fi
  $with_tls && scheme=https
  wanted="SITE_URL=$scheme://$domain$prefix
DATA_DIR=/var/lib/tilsit
PORT=5000
TRUSTED_PROXIES=1
ACCEL_PREFIX=/_blobs/
DOWNLOAD_LOG=/var/log/tilsit/tilsit-downloads.log"
  [ -z "$email" ] || wanted+=$'\n'"CONTACT_EMAIL=$email"
  ! $with_postgresql || wanted+=$'\n'"DATABASE_URL=postgresql:///tilsit?host=/var/run/postgresql"
  [[ $'\n'$before == *$'\n'SECRET_KEY=?* ]] || lines="SECRET_KEY=$(openssl rand -hex 32)"$'\n'
  while IFS= read -r line; do
    key=${line%%=*}
    if [[ $'\n'$before != *$'\n'$key=* ]]; then
      lines+=$line$'\n'
    elif [[ $'\n'$before != *$'\n'$line$'\n'* ]]; then
      echo "  $key stays as /etc/tilsit/tilsit.env has it"
    fi
  done <<<"$wanted"
  printf '%s%s' "$before" "$lines" | write /etc/tilsit/tilsit.env 0640 root:tilsit
}

make_database() {
  $with_postgresql || return 0
  step "PostgreSQL"
  run_live systemctl enable --now postgresql
  [ -z "$root" ] || return 0
  # Peer authentication on the socket: there is no password to lose.
  local query='psql -tAX -d postgres -c'
  if $is_dry || [ "$(su postgres -c "$query \"SELECT 1 FROM pg_roles WHERE rolname = 'tilsit'\"")" != 1 ]; then
    run su postgres -c 'createuser tilsit'
  fi
  if $is_dry || [ "$(su postgres -c "$query \"SELECT 1 FROM pg_database WHERE datname = 'tilsit'\"")" != 1 ]; then
    run su postgres -c 'createdb --owner=tilsit --encoding=UTF8 --template=template0 tilsit'
  fi
}

install_units() {
  step "Services"
  local unit chosen other
  for unit in upgrade.service web.service uwsgi.service gunicorn.service worker.service backup.service backup.timer; do
    write "/etc/systemd/system/tilsit-$unit" 0644 root:root <"$scratch/code/deploy/systemd/tilsit-$unit"
  done
  # A restart later on starts the release that is current then.
  run ln -sfn "releases/$release" "$root/opt/tilsit/current.new"
  run mv -T "$root/opt/tilsit/current.new" "$root/opt/tilsit/current"
  chosen=tilsit-web
  [ "$server" = granian ] || chosen=tilsit-$server
  run_live systemctl daemon-reload
  for other in tilsit-web tilsit-uwsgi tilsit-gunicorn; do
    [ "$other" = "$chosen" ] || run_live systemctl disable -q --now "$other.service"
  done
  run_live systemctl enable -q "$chosen.service" tilsit-worker.service tilsit-backup.timer
  # The first of them brings the tables up to date.
  run_live systemctl restart "$chosen.service" tilsit-worker.service
  run_live systemctl start tilsit-backup.timer
  write /usr/local/bin/tilsit 0755 root:root <"$scratch/code/deploy/tilsit.sh"
  write /etc/logrotate.d/tilsit 0644 root:root <"$scratch/code/deploy/logrotate.conf"
}

# The site without a certificate or with it, as there is one.
render_site() {
  local certificate=/etc/letsencrypt/live/$domain upstream=http v6=''
  [ "$server" = uwsgi ] && upstream=uwsgi
  [ -e /proc/net/if_inet6 ] && v6=yes
  local settings=("DATA_DIR=/var/lib/tilsit" "SITE_URL=$(setting SITE_URL)" "SERVER_NAME=$domain"
    "OTHER_HOSTS=refuse" "UPSTREAM=$upstream://127.0.0.1:$(setting PORT)" "LOG_DIR=/var/log/tilsit"
    "STATIC_DIR=/opt/tilsit/current/app/static" "VIRTUAL_ENV=$root$place/.venv" "HTTP_LISTEN=80${v6:+, [::]:80}")
  [ -z "$(setting STORAGE_URL)" ] || settings+=("STORAGE_URL=$(setting STORAGE_URL)")
  [ -z "$(setting MAX_UPLOAD_MB)" ] || settings+=("MAX_UPLOAD_MB=$(setting MAX_UPLOAD_MB)")
  if $with_tls && [ -e "$root$certificate/fullchain.pem" ]; then
    settings+=("TLS_CERTIFICATE=$certificate/fullchain.pem" "TLS_KEY=$certificate/privkey.pem")
    settings+=("LISTEN=443${v6:+, [::]:443}")
  else
    settings+=("LISTEN=80${v6:+, [::]:80}")
  fi
  env "${settings[@]}" sh "$scratch/code/deploy/nginx/render.sh"
}

serve_site() {
  render_site | write /etc/nginx/conf.d/tilsit.conf 0644 root:root
  run_live nginx -t -q
  run_live systemctl reload-or-restart nginx
}

install_site() {
  step "nginx"
  run rm -f "$root/etc/nginx/sites-enabled/default"
  $is_dry && [ ! -e "$root/etc/tilsit/tilsit.env" ] && echo "  would write: $root/etc/nginx/conf.d/tilsit.conf" && return
  # Idle clients hold a connection each.
  write /etc/systemd/system/nginx.service.d/tilsit.conf 0644 root:root <<<$'[Service]\nLimitNOFILE=16384'
  if grep -qs 'worker_connections 768;' "$root/etc/nginx/nginx.conf"; then
    run sed -i 's/worker_connections 768;/worker_connections 4096;/' "$root/etc/nginx/nginx.conf"
    run_live systemctl daemon-reload
    run_live systemctl restart nginx
  fi
  serve_site
}

get_certificate() {
  $with_tls || return 0
  step "Certificate"
  if [ ! -e "$root/etc/letsencrypt/live/$domain/fullchain.pem" ]; then
    run_live certbot certonly --non-interactive --agree-tos --email "$email" --webroot \
      --webroot-path /var/www/acme --domain "$domain" --deploy-hook 'systemctl reload nginx' \
      || refuse "There is no certificate yet: let $domain lead to this machine, then run this again."
  fi
  $is_dry || serve_site
}

shut_doors() {
  step "fail2ban and firewall"
  write /etc/fail2ban/filter.d/tilsit.conf 0644 root:root <"$scratch/code/deploy/fail2ban/filter.conf"
  write /etc/fail2ban/jail.d/tilsit.conf 0644 root:root <"$scratch/code/deploy/fail2ban/jail.conf"
  run_live systemctl enable -q fail2ban
  run_live systemctl restart fail2ban
  $with_firewall || return 0
  # The way in first: a firewall that shuts its owner out helps nobody.
  local port
  for port in "$ssh_port" 80 443; do
    run_live ufw allow "$port/tcp"
  done
  run_live ufw --force enable
}

tell_end() {
  $is_dry && echo "Nothing was changed." && return
  local url
  url=$(setting SITE_URL)
  echo "Tilsit is at $url/"
  echo "Open an account for yourself: tilsit user create NAME EMAIL --admin"
}

read_arguments "$@"
check_arguments
check_machine
check_database
check_ports
choose_python
install_packages
make_user
fetch_code
write_settings
make_database
install_units
install_site
get_certificate
shut_doors
tell_end
