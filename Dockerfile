# The product without its database and its proxy; compose.yaml adds them.
FROM python:3.12-slim

RUN useradd --system --uid 10001 --home-dir /var/lib/pipeline --create-home pipeline \
    && chmod 0700 /var/lib/pipeline
WORKDIR /srv/pipeline
COPY requirements.txt .
RUN pip install --no-cache-dir --require-hashes -r requirements.txt
COPY . .

USER pipeline
ENV DATA_DIR=/var/lib/pipeline HOST=0.0.0.0 PYTHONUNBUFFERED=1
VOLUME /var/lib/pipeline
EXPOSE 8000
CMD ["gunicorn", "--config", "config/gunicorn.py"]
