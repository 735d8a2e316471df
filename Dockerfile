# The service in an image: `docker build -t export-screening .`
FROM python:3.11-slim AS build
WORKDIR /src
COPY pyproject.toml constraints.txt README.md ./
COPY screening ./screening
COPY api ./api
COPY rules ./rules
RUN python -m venv /opt/screening \
 && /opt/screening/bin/pip install --no-cache-dir -c constraints.txt ".[postgresql]"

FROM python:3.11-slim
RUN useradd --system --create-home --home-dir /var/lib/screening --uid 10001 screening
COPY --from=build /opt/screening /opt/screening
USER screening
WORKDIR /var/lib/screening
ENV PATH=/opt/screening/bin:$PATH \
    SCREENING_HOST=0.0.0.0 \
    SCREENING_KEYS=/var/lib/screening/keys.json \
    SCREENING_LEDGER=sqlite:////var/lib/screening/ledger.sqlite
VOLUME /var/lib/screening
EXPOSE 8000
HEALTHCHECK --start-period=120s CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz', timeout=5)"]
CMD ["screening", "serve"]
