# What it runs is docker/entrypoint.sh, which tests start without Docker, from a copy of
# the files that are copied here. Build and start:
#   docker build --build-arg REVISION="$(git rev-parse HEAD)" -t technova-attrition .
#   docker run --stop-timeout 45 -p 7860:7860 -v technova-data:/data technova-attrition
FROM python:3.12-slim AS build

COPY requirements/base.txt /tmp/base.txt
RUN python -m venv --without-pip /opt/venv && \
    pip --python /opt/venv/bin/python install --no-cache-dir --only-binary :all: \
    --require-hashes -r /tmp/base.txt

WORKDIR /app
COPY manage.py ./
COPY attrition attrition
COPY predictions predictions
COPY technova technova
COPY templates templates
COPY locale locale
COPY fixtures fixtures
COPY ml_artifacts ml_artifacts
COPY docs/check_proof.py docs/
COPY docker docker
# Here, because nothing can be written where it runs.
RUN /opt/venv/bin/python -m compileall -q --invalidation-mode unchecked-hash .

FROM python:3.12-slim AS serve

ENV PATH="/opt/venv/bin:${PATH}" \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DOTENV=false \
    LOG_FORMAT=json \
    DATA_DIR=/data \
    PORT=7860

# Process 1: the kernel drops a signal to that one while it has no handler yet. Not with
# -g: Celery's children would end in the middle of what they score.
# hadolint ignore=DL3008
RUN apt-get update && \
    apt-get install --yes --no-install-recommends tini && \
    rm -rf /var/lib/apt/lists/*

# A named volume takes over whose the folder is that it is mounted on.
RUN useradd --uid 1000 --create-home technova && \
    install -d -o technova -g technova /data /releases /anchors /backups

COPY --from=build /opt/venv /opt/venv
COPY --from=build /app /app
WORKDIR /app

ARG REVISION=unknown
LABEL org.opencontainers.image.title="TechNova Attrition" \
      org.opencontainers.image.revision="${REVISION}"
ENV REVISION="${REVISION}"

USER 1000
EXPOSE 7860
HEALTHCHECK --interval=30s --timeout=5s --start-period=90s \
    CMD ["python", "docker/healthcheck.py"]
ENTRYPOINT ["tini", "--", "/app/docker/entrypoint.sh"]
CMD ["web"]

# The same with what backup_log runs, of the very version of docker-compose.yml's server: a
# newer pg_restore sets what an older server does not know.
FROM serve AS backup
USER 0
# hadolint ignore=DL3008
RUN apt-get update && \
    apt-get install --yes --no-install-recommends ca-certificates postgresql-common && \
    /usr/share/postgresql-common/pgdg/apt.postgresql.org.sh -y && \
    apt-get install --yes --no-install-recommends postgresql-client-16 && \
    rm -rf /var/lib/apt/lists/*
USER 1000

# What `docker build` makes when it is asked for no stage.
FROM serve
