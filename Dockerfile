# One image for every process of closegate; docker-compose.yml says which one a container runs.
FROM node:24-slim
WORKDIR /closegate
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --no-audit --no-fund
COPY . .
USER node
ENV TZ=UTC
ENTRYPOINT ["node", "cli/main.ts"]
