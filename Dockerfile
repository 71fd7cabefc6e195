# What runs: the production dependencies, without the Node that package.json carries for machines with an older one.
FROM node:24-bookworm-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts --omit=dev \
 && rm -rf node_modules/node-linux-* node_modules/.bin/node

FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts
COPY nest-cli.json tsconfig.json tsconfig.build.json ./
COPY bin bin
COPY migrations migrations
COPY src src
RUN npm run build

# pg_dump and pg_restore, for `gatehouse backup`: those of the very image that docker-compose.yml starts, since they must not be
# older than the server. They come with all they are linked to, loader included: that image may stand on a newer Debian.
FROM postgres:17 AS postgresql
RUN set -eu; mkdir /client; \
 for program in pg_dump pg_restore; do \
  file=$(ls /usr/lib/postgresql/*/bin/$program | tail -n 1); \
  cp "$file" /client/; \
  ldd "$file" | grep -o '/[^ ]*' | xargs -I {} cp -Lu {} /client/; \
  printf '#!/bin/sh\nexec /opt/postgresql-client/ld.so --library-path /opt/postgresql-client /opt/postgresql-client/%s "$@"\n' "$program" \
   >"/client/$program.sh"; \
 done; \
 mv /client/ld-linux-* /client/ld.so; chmod 0755 /client/*.sh

FROM node:24-bookworm-slim
COPY --from=postgresql /client /opt/postgresql-client
# The operator's commands: docker compose exec gatehouse gatehouse help
RUN install -d -m 0700 -o node -g node /data \
 && printf '#!/bin/sh\nexec node --enable-source-maps /app/program/cli.js "$@"\n' >/usr/local/bin/gatehouse \
 && chmod 0755 /usr/local/bin/gatehouse \
 && ln -s /opt/postgresql-client/pg_dump.sh /usr/local/bin/pg_dump \
 && ln -s /opt/postgresql-client/pg_restore.sh /usr/local/bin/pg_restore
WORKDIR /app
COPY --from=dependencies /app/node_modules node_modules
COPY --from=build /app/program program
COPY views views
COPY public public
COPY package.json ./

ENV NODE_ENV=production GATEHOUSE_DATA_DIR=/data
VOLUME /data
EXPOSE 3000
# The user `node`, as a number: Kubernetes can tell only from a number that it is not root.
USER 1000:1000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s CMD ["gatehouse", "health"]
# As `npm start` does.
ENTRYPOINT ["node", "--enable-source-maps", "--min-semi-space-size=8", "--max-semi-space-size=32", "/app/program/main.js"]
