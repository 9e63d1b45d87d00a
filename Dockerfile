# Two stages: the first has pip and builds, the second has only Python and the program.

FROM python:3.13-slim AS build
WORKDIR /build
RUN python -m venv /opt/newsbot
COPY requirements.lock ./
RUN /opt/newsbot/bin/pip install --no-cache-dir --require-hashes -r requirements.lock
COPY pyproject.toml README.md LICENSE ./
COPY newsbot newsbot
RUN /opt/newsbot/bin/pip install --no-cache-dir --no-deps --no-build-isolation .

FROM python:3.13-slim
RUN useradd --create-home --uid 10001 newsbot && mkdir /data && chown newsbot /data
COPY --from=build /opt/newsbot /opt/newsbot
ENV PATH=/opt/newsbot/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    NEWSBOT_DATA_DIR=/data \
    NEWSBOT_NEWSROOM=/config/newsroom.toml \
    NEWSBOT_WEB__HOST=0.0.0.0 \
    NEWSBOT_LOG__FORMAT=json
USER newsbot
WORKDIR /home/newsbot
VOLUME /data
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 CMD ["newsbot", "health"]
ENTRYPOINT ["newsbot"]
CMD ["run"]
