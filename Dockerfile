# syntax=docker/dockerfile:1
FROM python:3.12-slim-bookworm AS build
# The CPU build of PyTorch: the one that PyPI has for Linux brings gigabytes of CUDA.
ARG TORCH_INDEX=https://download.pytorch.org/whl/cpu
# Instructions that every x86-64 processor of the last ten years has; llama.cpp otherwise takes those of the machine
# that builds the image.
ARG CMAKE_ARGS="-DGGML_NATIVE=OFF -DGGML_AVX2=ON -DGGML_FMA=ON -DGGML_F16C=ON"
# hadolint ignore=DL3008
RUN apt-get update && apt-get install -y --no-install-recommends g++ && rm -rf /var/lib/apt/lists/*
WORKDIR /source
COPY pyproject.toml constraints.txt README.md LICENSE NOTICE oaken.py ./
COPY rag rag
COPY ingest ingest
COPY ui ui
COPY data data
COPY docs/man docs/man
RUN python -m venv /opt/oaken \
    && /opt/oaken/bin/pip install --no-cache-dir --extra-index-url "$TORCH_INDEX" -c constraints.txt '.[postgres]'

FROM python:3.12-slim-bookworm
# For scans; LibreOffice, for doc and ppt, adds 400 MB: --build-arg PROGRAMS="… libreoffice-writer-nogui"
ARG PROGRAMS="tesseract-ocr tesseract-ocr-spa tesseract-ocr-rus"
# hadolint ignore=DL3008,SC2086
RUN apt-get update && apt-get install -y --no-install-recommends libgomp1 $PROGRAMS \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 10001 --create-home --home-dir /home/oaken oaken \
    && install -d -o oaken -g oaken /data /documents
COPY --from=build /opt/oaken /opt/oaken
ENV PATH=/opt/oaken/bin:$PATH OAKEN_HOME=/data PYTHONDONTWRITEBYTECODE=1
USER 10001
# The models that find and read are prepared now, so that a container needs no time for it and writes nothing else.
RUN python -m ui.container prepare
VOLUME /data
EXPOSE 8501 8620
ENTRYPOINT ["oaken"]
CMD ["--help"]
