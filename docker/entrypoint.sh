#!/bin/sh
# What a container runs, and a machine without containers too:
#   entrypoint.sh web              prepare the database, then serve on PORT
#   entrypoint.sh worker           score batches (CELERY_BROKER_URL)
#   entrypoint.sh sealer           seal the log, every SEAL_EVERY seconds
#   entrypoint.sh manage COMMAND   any command of manage.py
# What follows `web`, `worker` or `sealer` goes to gunicorn, celery or seal_log.
# It reads the environment alone, no .env, and runs on Linux (/proc, /dev/shm).
set -eu
cd "$(dirname "$0")/.."
export DOTENV=false

# What prepares ends at once when the container is told to: this shell alone would pass
# no signal on.
step() {
  "$@" &
  child=$!
  trap 'kill -TERM "$child"; wait "$child"; exit 143' TERM INT
  wait "$child"
  trap - TERM INT
}

prepare() { step python manage.py prepare --wait "${DATABASE_WAIT:-60}" "$@"; }

# Whatever breaks into what serves finds no more than serving needs.
forget() {
  unset DATABASE_OWNER_URL API_KEY ADMIN_PASSWORD AUDITOR_PASSWORD MANAGER_PASSWORD
}

command=${1:-web}
[ $# -eq 0 ] || shift
case $command in
  web)
    export SEAL_EVERY="${SEAL_EVERY:-60}" SUMMARISE_EVERY="${SUMMARISE_EVERY:-60}"
    step python -m technova.container web
    prepare
    forget
    exec gunicorn technova.wsgi --config technova/gunicorn.py \
      --bind "0.0.0.0:${PORT:-7860}" --workers "${WEB_CONCURRENCY:-2}" \
      --worker-tmp-dir /dev/shm "$@"
    ;;
  worker)
    step python -m technova.container worker
    forget
    prepare --only-wait
    exec celery -A technova worker --loglevel INFO "$@"
    ;;
  sealer)
    step python -m technova.container sealer
    forget
    prepare --only-wait
    exec python manage.py seal_log --every "${SEAL_EVERY:-60}" "$@"
    ;;
  manage)
    exec python manage.py "$@"
    ;;
  *)
    echo "entrypoint: web, worker, sealer or manage, not '$command'." >&2
    exit 64
    ;;
esac
