#!/bin/sh
# Makes the two roles of the database POSTGRES_DB, or gives them their passwords anew:
# one owns the tables and migrates them, the other only serves (docs: grant_runtime_role).
# PostgreSQL's image runs it once, in /docker-entrypoint-initdb.d, as POSTGRES_USER.
set -eu
: "${OWNER_PASSWORD:?}" "${APP_PASSWORD:?}"
# They stand in URLs, where / or @ would end them.
case $OWNER_PASSWORD$APP_PASSWORD in
  *[!A-Za-z0-9]*)
    echo "OWNER_PASSWORD and APP_PASSWORD must be letters and digits alone." >&2
    exit 1
    ;;
esac

# Read by \getenv: on the command line, every process would see the passwords.
psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 \
  --username "${POSTGRES_USER:-postgres}" --dbname "$POSTGRES_DB" << 'SQL'
\getenv database POSTGRES_DB
\getenv owner_password OWNER_PASSWORD
\getenv app_password APP_PASSWORD
SELECT format('CREATE ROLE %I LOGIN', name)
  FROM unnest(ARRAY['technova_owner', 'technova_app']) AS name
  WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) \gexec
-- Neither the statement nor what goes wrong with it is logged with the password.
SET log_statement = 'none';
SET log_min_error_statement = 'panic';
ALTER ROLE technova_owner PASSWORD :'owner_password';
ALTER ROLE technova_app PASSWORD :'app_password';
ALTER DATABASE :"database" OWNER TO technova_owner;
SQL
