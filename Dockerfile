# One image for web, worker, beat and the one-off migration: the command decides.
FROM python:3.13-slim-bookworm AS packages
COPY requirements-server.lock .
RUN python -m venv /opt/venv \
    && /opt/venv/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes -r requirements-server.lock

FROM python:3.13-slim-bookworm
# Pango writes the PDFs; the fonts are those of the letters in them.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends \
        libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-dejavu-core fonts-noto-core \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --home-dir /nonexistent --shell /usr/sbin/nologin imc \
    && install -d -o 10001 -g 10001 /data /data/documents
COPY --from=packages /opt/venv /opt/venv
WORKDIR /srv/imc
COPY . .
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DJANGO_SETTINGS_MODULE=imc_portal.settings \
    IMC_VAR=/srv/imc/var \
    DOCUMENTS_URL=file:///data/documents \
    XDG_CACHE_HOME=/tmp \
    REMAP_SIGTERM=SIGQUIT
# The files of the pages, the translations and the bytecode are part of the image, which nothing writes to
# later; no value given here outlives this step.
RUN for po in locale/*/LC_MESSAGES/django.po; do \
        [ ! -e "$po" ] || python -m imc_portal.translations compile "$po" "${po%.po}.mo" || exit 1; \
    done \
    && python -m compileall -q imc_portal partners proposals meetings \
    && DATABASE_URL=postgresql://none@127.0.0.1/none REDIS_URL=redis://127.0.0.1:1/0 SECRET_KEY=for-this-step-only \
        python -m django collectstatic --noinput --verbosity 0
USER 10001:10001
VOLUME /data/documents
EXPOSE 8000
CMD ["gunicorn", "imc_portal.wsgi", "--preload", "--bind", "0.0.0.0:8000", "--workers", "2", "--threads", "8", "--timeout", "60", \
     "--worker-tmp-dir", "/dev/shm", "--no-control-socket", "--max-requests", "5000", "--max-requests-jitter", "500"]
