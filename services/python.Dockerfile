# Python and the packages of all services, installed once for all of their images.
ARG BASE
FROM ${BASE}
RUN apt-get update \
 && DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends python3-venv \
 && apt-get clean \
 && rm -rf /var/lib/apt/lists/*
COPY requirements.lock /opt/requirements.lock
RUN python3 -m venv /opt/venv \
 && /opt/venv/bin/pip install --no-cache-dir --progress-bar off --disable-pip-version-check --no-deps --require-hashes --requirement /opt/requirements.lock \
 && /opt/venv/bin/pip check --disable-pip-version-check \
 && /opt/venv/bin/pip uninstall --yes --quiet pip setuptools
ENV PATH=/opt/venv/bin:/usr/bin:/bin \
    PYTHONPATH=/app \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1
